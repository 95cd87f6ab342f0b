import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuditLog, Incident, TimelineEntry } from "@sre/contracts/control-plane";
import { canonicalJson, sha256 } from "@sre/contracts/canonical";
import { testDatabases } from "@sre/testkit";
import { openHarness, type Caller, type Harness } from "../testing/harness.ts";

describe.each(testDatabases)("incidents on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  beforeAll(async () => {
    harness = await openHarness(database);
    call = await harness.as({ subject: "Ada" });
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  const create = async (title: string, more: object = {}): Promise<Incident> =>
    (await call("/api/v1/incidents", { body: { title, severity: "error", ...more } })).body;
  const timeline = async (id: string): Promise<TimelineEntry[]> => (await call(`/api/v1/incidents/${id}/timeline`)).body["items"];
  const audit = async (subject: string): Promise<AuditLog[]> => (await call(`/api/v1/audit-logs?subject=${subject}`)).body["items"];

  test("numbers follow one another and the version grows with each change", async () => {
    const first = await create("One");
    const second = await create("Two");
    expect(second.number).toBe(first.number + 1);
    const acknowledged: Incident = (await call(`/api/v1/incidents/${first.id}/acknowledge`, { method: "POST" })).body;
    expect(acknowledged.version).toBe(first.version + 1);
  });

  test("acknowledging is written once, with who did it", async () => {
    const { id } = await create("To acknowledge");
    const once: Incident = (await call(`/api/v1/incidents/${id}/acknowledge`, { method: "POST" })).body;
    const twice: Incident = (await call(`/api/v1/incidents/${id}/acknowledge`, { method: "POST" })).body;
    expect(once).toMatchObject({ status: "acknowledged", assignee: "Ada" });
    expect(twice).toEqual(once);
    expect((await timeline(id)).filter(({ kind }) => kind === "status")).toHaveLength(2);
    expect((await audit(id)).map(({ action }) => action)).toEqual(["incident.acknowledge", "incident.create"]);
  });

  test("a resolved incident takes no further change of state", async () => {
    const { id } = await create("To resolve");
    const done: Incident = (await call(`/api/v1/incidents/${id}/resolve`, { body: { resolution: "Rolled back" } })).body;
    expect(done).toMatchObject({ status: "resolved", resolution: "Rolled back" });
    for (const verb of ["acknowledge", "resolve"])
      expect((await call(`/api/v1/incidents/${id}/${verb}`, { method: "POST", ...(verb === "resolve" ? { body: {} } : {}) })).status).toBe(
        409,
      );
    expect((await call(`/api/v1/incidents/${id}/assign`, { body: { assignee: "Bo" } })).status).toBe(409);
  });

  test("title and severity can be changed, and the timeline says from what to what", async () => {
    const { id } = await create("Old title");
    const changed: Incident = (
      await call(`/api/v1/incidents/${id}`, { method: "PATCH", body: { title: "New title", severity: "critical" } })
    ).body;
    expect(changed).toMatchObject({ title: "New title", severity: "critical" });
    expect((await timeline(id)).at(-1)?.text).toEqual({
      en: "Changed title: New title, severity: error → critical",
      "zh-TW": "已更改標題：New title，嚴重度：error → critical",
    });
  });

  test("assignment goes to a person and back to nobody", async () => {
    const { id } = await create("To assign");
    expect(((await call(`/api/v1/incidents/${id}/assign`, { body: { assignee: "Bo" } })).body as Incident).assignee).toBe("Bo");
    expect(((await call(`/api/v1/incidents/${id}/assign`, { body: { assignee: null } })).body as Incident).assignee).toBeNull();
  });

  test("lists are newest first, and pages neither repeat nor skip", async () => {
    const made = [];
    for (let index = 0; index < 5; index++) made.push((await create(`Paged ${index}`, { service: "paged-service" })).id);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const reply = await call(`/api/v1/incidents?search=paged-&limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`);
      const { items, next_cursor: next } = reply.body as { items: Incident[]; next_cursor: string | null };
      seen.push(...items.map(({ id }) => id));
      cursor = next;
    }
    expect(seen).toEqual(made.reverse());
  });

  test("filters select by status, severity and words, and a percent sign is only a sign", async () => {
    await create("Disk 90% full", { severity: "critical" });
    const found = async (query: string) =>
      ((await call(`/api/v1/incidents?${query}`)).body["items"] as Incident[]).map(({ title }) => title);
    expect(await found("search=90%25")).toEqual(["Disk 90% full"]);
    expect(await found("search=9%250")).toEqual([]);
    expect(await found("severity=critical&status=open&search=disk")).toEqual(["Disk 90% full"]);
    expect(await found("status=resolved&search=disk")).toEqual([]);
  });

  test("a cursor of another list is refused", async () => {
    const cursor = Buffer.from(JSON.stringify(["not a time", "x"])).toString("base64url");
    expect((await call(`/api/v1/incidents?cursor=${cursor}`)).body).toMatchObject({ status: 400, field: "cursor" });
  });

  test("the report shows what senders and people wrote, and none of it does anything", async () => {
    const { id } = await create("<img src=x onerror=alert(1)> [click](https://evil.example)");
    await call(`/api/v1/incidents/${id}/comments`, { body: { text: "line one\n# heading\n- ![p](https://evil.example/p.png)" } });
    const { text, headers } = await call(`/api/v1/incidents/${id}/report`);
    expect(headers.get("content-type")).toContain("text/markdown");
    expect(text).not.toMatch(/[^\\]<img|[^\\]\[click|\n# heading|[^\\]!\[p/);
    expect(text).toContain("\\<img src\\=x");
  });

  test("the hash of an audit row covers what it says", async () => {
    const { id } = await create("Audited", { service: "audited" });
    const [row] = (await call("/api/v1/audit-logs?service=audited")).body["items"] as AuditLog[];
    const { sequence: _sequence, position: _position, seal: _seal, content_hash: hash, ...content } = row!;
    expect(row).toMatchObject({ action: "incident.create", subject: id, actor: "Ada", actor_kind: "person", outcome: "done" });
    expect(hash).toBe(sha256(canonicalJson({ ...content, team_id: "00000000-0000-7000-8000-000000000001" })));
    expect(hash).not.toBe(sha256(canonicalJson({ ...content, actor: "Eve", team_id: "00000000-0000-7000-8000-000000000001" })));
  });

  test("two people who change one incident at the same time both leave their mark", async () => {
    const { id, version } = await create("Contended");
    const replies = await Promise.all(["a", "b", "c", "d"].map((text) => call(`/api/v1/incidents/${id}/comments`, { body: { text } })));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(((await call(`/api/v1/incidents/${id}`)).body as Incident).version).toBe(version + 4);
  });
});
