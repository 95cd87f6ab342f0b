import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controlPlaneOperations, type Incident, type Operation } from "@sre/contracts/control-plane";
import { testDatabases } from "@sre/testkit";
import { sql } from "kysely";
import { ingestToken, openHarness, otherTeamId, webhook, type Caller, type Harness } from "../testing/harness.ts";
import { cases, openKnown, type Known } from "../testing/operation-cases.ts";
import { sampleAlert } from "../testing/sample-alert.ts";

/*
 * Attempts of the attack list (docs/security/attacks.md) against the whole control plane that no other test makes. Each stands
 * beside a twin that is no attack and is answered.
 */

type Reads = readonly (readonly [keyof typeof cases, Operation])[];
const reads = Object.keys(cases)
  .map((name) => [name, controlPlaneOperations[name as keyof typeof cases]] as const)
  .filter(([, operation]) => operation.method === "GET") as Reads;

const parametersOf = (operation: Operation): string[] => Object.keys((operation.query as { shape?: object } | undefined)?.shape ?? {});
const hostileTexts = ["' or 1=1 --", '"; drop table incidents; --', "\u0000", "%", "\\", "$1", "(a+)+$", "id desc", "__proto__"];

describe.each(testDatabases)("attacks on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  let known: Known;
  beforeAll(async () => {
    harness = await openHarness(database);
    call = await harness.as();
    known = await openKnown(harness, call);
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  const inject = (options: { method?: "GET" | "POST"; url: string; headers?: Record<string, string> }) =>
    harness.controlPlane.server.inject(options);
  const incidents = async (caller = call) => (await caller("/api/v1/incidents?limit=200")).body["items"] as Incident[];
  const quarantined = async () =>
    (await call("/api/v1/quarantined-alerts?limit=200")).body["items"] as { field: string; reason: string; payload: string }[];

  describe("rows 10 to 14: what senders may say", () => {
    const startsAt = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "now", "2016-12-31T23:59:60Z", 7];
    test.each(startsAt)("an alert that begins at %j is kept apart with its field, and its sibling is stored", async (moment) => {
      const sent = [sampleAlert({ fingerprint: "c0", startsAt: moment as string }), sampleAlert({ fingerprint: "c1" })];
      expect(await harness.send(sent)).toMatchObject({ accepted: 1, quarantined: 1 });
      expect((await quarantined())[0]).toMatchObject({ field: "startsAt" });
    });

    test.each([
      ["an annotation of a million characters", { annotations: { summary: "a".repeat(1_000_000) } }, "annotations.summary"],
      ["a label of 2,049 characters", { labels: { long: "a".repeat(2_049) } }, "labels.long"],
      ["a label's name of 129 characters", { labels: { ["n".repeat(129)]: "x" } }, `labels.${"n".repeat(129)}`],
      ["NUL in a label", { labels: { nul: "a\u0000b" } }, "labels.nul"],
      ["half a character in a label", { labels: { half: "a\ud800b" } }, "labels.half"],
    ])("an alert with %s is kept apart with its field, and its sibling is stored", async (_, more, field) => {
      const sent = [sampleAlert({ fingerprint: "c2", ...more }), sampleAlert({ fingerprint: "c3" })];
      expect(await harness.send(sent)).toMatchObject({ accepted: 1, quarantined: 1 });
      expect((await quarantined())[0]).toMatchObject({ field });
    });

    test("turned text and heaps of accents are stored as they are", async () => {
      const odd = { turned: "\u202egpj.exe", accents: `e${"\u0301".repeat(2_000)}`, service: "odd-words" };
      const { incident_ids: ids } = await harness.send([sampleAlert({ fingerprint: "c4", labels: odd })]);
      const [alert] = (await call(`/api/v1/alerts?incident_id=${ids[0]}`)).body["items"] as { labels: Record<string, string> }[];
      expect(alert?.labels).toMatchObject(odd);
    });

    test("one malformed alert among 256 costs the others nothing", async () => {
      const many = Array.from({ length: 255 }, (_, index) => sampleAlert({ fingerprint: (0xc000 + index).toString(16) }));
      expect(await harness.send([...many.slice(0, 99), { labels: 7 }, ...many.slice(99)])).toMatchObject({ accepted: 255, quarantined: 1 });
    });

    test("more than 10,000 alerts at once are refused by field, and 10,000 are read", async () => {
      const send = (count: number) =>
        harness.anonymous("/api/v1/webhooks/alertmanager", {
          headers: { authorization: `Bearer ${ingestToken}` },
          body: webhook(Array.from({ length: count }, () => 7)),
        });
      expect(await send(10_001)).toMatchObject({ status: 400, body: { code: "invalid_request", field: "alerts" } });
      expect(await send(10_000)).toMatchObject({ status: 200, body: { accepted: 0, quarantined: 10_000 } });
    });
  });

  test("rows 17 and 18: forged hosts and forwarded addresses change neither where sign-in returns nor what is answered", async () => {
    const forged = { host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "ftp", "x-forwarded-for": "10.6.6.6", forwarded: "for=10.6.6.6;host=evil.example" }; // prettier-ignore
    const asked = async (headers: Record<string, string>) =>
      new URL((await inject({ url: "/auth/login", headers })).headers["location"] as string).searchParams.get("redirect_uri");
    expect(await asked(forged)).toBe(`${harness.url}/auth/callback`);
    expect(await asked({})).toBe(`${harness.url}/auth/callback`);
    const { rows } = await sql<{ row: string }>`select audit_logs::text as row from audit_logs`.execute(
      harness.controlPlane.app.database.kysely,
    );
    expect(rows.map(({ row }) => row).join()).not.toMatch(/10\.6\.6\.6|evil\.example/);
  });

  test("rows 30 to 32: a credential that is none is refused, wherever it stands, and the right one is taken afterwards", async () => {
    const path = "/api/v1/webhooks/alertmanager";
    const sent = async (authorization: string | null) =>
      (await harness.anonymous(path, { body: webhook([]), headers: authorization === null ? {} : { authorization } })).status;
    const longer = `${ingestToken}x`;
    const sameLength = `${ingestToken.slice(0, -1)}X`;
    for (const token of [
      null,
      "",
      " ",
      "Bearer",
      "Bearer ",
      "Bearer x",
      `Bearer ${longer}`,
      `Bearer ${sameLength}`,
      "Bearer \u00ff",
      ingestToken,
    ])
      expect([token, await sent(token)]).toEqual([token, 401]);
    const token = await harness.token();
    for (const name of ["access_token", "token", "api_key", "authorization"])
      expect((await harness.anonymous(`/api/v1/incidents?${name}=${token}`)).status).toBe(401);
    expect((await harness.anonymous("/api/v1/incidents", { headers: { "x-api-key": token, cookie: `sre_session=${token}` } })).status).toBe(
      401,
    );
    expect((await call("/api/v1/incidents")).status).toBe(200);
    expect(await sent(`Bearer ${ingestToken}`)).toBe(200);
  });

  describe("rows 36 and 39 to 41: fields that are not the caller's to set", () => {
    const incident = { title: "By hand", severity: "warning" };
    const fields = ["id", "number", "status", "team_id", "role", "roles", "created_at", "approved_by", "assignee", "version", "owner"];
    test.each(fields)("a body with %s is refused by that field", async (field) => {
      const before = (await incidents()).length;
      const created = await call("/api/v1/incidents", { body: { ...incident, [field]: "x" } });
      expect(created).toMatchObject({ status: 400, body: { code: "unknown_field", field } });
      const path = `/api/v1/incidents/${known.incident}`;
      const changed = await call(path, { method: "PATCH", body: { title: "Other", [field]: "x" } });
      expect(changed).toMatchObject({ status: 400, body: { code: "unknown_field", field } });
      expect((await incidents()).length).toBe(before);
    });

    test("another team's header is refused on reads and changes, one's own is taken", async () => {
      const other = { "x-team-id": otherTeamId };
      expect((await call("/api/v1/incidents", { headers: other })).status).toBe(403);
      expect((await call("/api/v1/incidents", { headers: other, body: incident })).status).toBe(403);
      expect((await call("/api/v1/incidents", { headers: { "x-team-id": "00000000-0000-7000-8000-000000000001" }, body: incident })).status).toBe(201); // prettier-ignore
    });

    test("of alerts of which one is another team's none is split off, and those of one's own are", async () => {
      const { incident_ids: ids } = await harness.send(
        ["d1", "d2", "d3"].map((fingerprint) => sampleAlert({ fingerprint, labels: { service: "split" } })),
      );
      const alerts = ((await call(`/api/v1/alerts?incident_id=${ids[0]}`)).body["items"] as { id: string }[]).map(({ id }) => id);
      const theirs = "0190a5c0-0000-7000-8000-0000000000ff";
      await sql`insert into alerts select (jsonb_populate_record(a, jsonb_build_object('id', ${theirs}::text, 'team_id', ${otherTeamId}::text))).* from alerts a where id = ${alerts[0]}`.execute(harness.controlPlane.app.database.kysely); // prettier-ignore
      const split = (alert_ids: string[]) => call(`/api/v1/incidents/${ids[0]}/split`, { body: { alert_ids } });
      expect((await split([alerts[0]!, theirs])).status).toBeGreaterThanOrEqual(403);
      expect((await call(`/api/v1/incidents/${ids[0]}`)).body).toMatchObject({ alerts_total: 3 });
      expect((await split([alerts[0]!])).status).toBe(201);
    });
  });

  test("row 43: no row can be without a team, and one of the team of zeros is nobody's", async () => {
    const { kysely } = harness.controlPlane.app.database;
    const { rows } = await sql<{ table_name: string; is_nullable: string }>`
      select table_name, is_nullable from information_schema.columns where column_name = 'team_id' and table_schema = current_schema()`.execute(
      kysely,
    );
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(({ is_nullable: nullable }) => nullable === "YES").map(({ table_name: table }) => table)).toEqual([]);
    const zeros = "00000000-0000-0000-0000-000000000000";
    await sql`insert into incidents select (jsonb_populate_record(i, jsonb_build_object('team_id', ${zeros}::text, 'title', 'Legacy'))).* from incidents i where id = ${known.incident}`.execute(kysely); // prettier-ignore
    expect((await incidents()).filter(({ title }) => title === "Legacy")).toEqual([]);
    const admin = await harness.as({ roles: ["super-admin"] });
    const named = await admin("/api/v1/incidents", { headers: { "x-team-id": zeros } });
    expect((named.body["items"] as Incident[]).map(({ title }) => title)).toEqual(["Legacy"]);
  });

  describe("rows 44, 60 and 61: what is asked for by parameters", () => {
    test.each(reads)("%s takes no parameter that it does not declare", async (name) => {
      const path = cases[name].path(known);
      for (const parameter of ["sort", "order_by", "fields", "team_id", "filter", "include"])
        expect(await call(`${path}${path.includes("?") ? "&" : "?"}${parameter}=team_id`)).toMatchObject({
          status: 400,
          body: { code: "unknown_field", field: parameter },
        });
    });

    test.each(reads)("%s is answered well or refused whatever stands in its parameters, and nothing fails", async (name, operation) => {
      const path = cases[name].path(known).split("?", 1)[0];
      for (const parameter of parametersOf(operation)) {
        for (const text of hostileTexts) {
          const { status } = await call(`${path}?${parameter}=${encodeURIComponent(text)}`);
          expect([parameter, text, [200, 400].includes(status)]).toEqual([parameter, text, true]);
        }
      }
    });

    test.each(reads.filter(([, { path }]) => path.includes("{")))(
      "%s refuses ids that are none, and finds the right one",
      async (name, { path }) => {
        for (const id of ["1", "' or 1=1 --", "%00", "..", "null", `${known.incident}'`]) {
          const { status } = await call(path.replaceAll(/\{\w+\}/g, encodeURIComponent(id)));
          expect([id, status === 400 || status === 404]).toEqual([id, true]);
        }
        expect((await call(cases[name].path(known))).status).toBe(200);
      },
    );

    test("a search finds words and nothing by its signs", async () => {
      const found = async (search: string) =>
        ((await call(`/api/v1/incidents?search=${encodeURIComponent(search)}`)).body["items"] as Incident[]).length;
      expect([await found("' or 1=1 --"), await found("%"), await found("_")]).toEqual([0, 0, 0]);
      expect(await found("Errors")).toBeGreaterThan(0);
    });

    test("counts of another team's are told to nobody", async () => {
      const summary = async (caller: Caller) => (await caller("/api/v1/dashboard/summary")).text;
      const other = await harness.as({ teamId: "00000000-0000-7000-8000-0000000000fe" });
      expect(await summary(call)).toMatch(/:[1-9]/);
      expect((await summary(other)).replaceAll(/"[^"]*"/g, "")).not.toMatch(/[1-9]/);
    });

    test("a pattern that others never finish with is refused or read in linear time", async () => {
      const soon = { starts_at: new Date(Date.now() + 3_600_000).toISOString(), ends_at: new Date(Date.now() + 7_200_000).toISOString() };
      const announce = (value: string) =>
        call("/api/v1/maintenance-windows", { body: { ...soon, reason: "x", matchers: [{ name: "team", value, is_regex: true }] } });
      expect(await announce("(a+)+$")).toMatchObject({ status: 422, body: { code: "unprocessable" } });
      expect((await announce("(a+)+b")).status).toBe(201);
      const preview = await call("/api/v1/notification-routes/preview", { body: { labels: { team: "a".repeat(2_000) } } });
      expect(preview.status).toBe(200);
    });
  });

  test("row 91: no secret stands in any answer, also in one that refuses", async () => {
    const secrets = [ingestToken, "control-plane-secret", "console-client-secret"];
    const replies = await Promise.all(
      reads.flatMap(([name]) => [call(cases[name].path(known)), call(`${cases[name].path(known).split("?", 1)[0]}?x=1`)]),
    );
    const open = await Promise.all(["/healthz", "/readyz", "/metrics", "/openapi.json"].map((path) => harness.anonymous(path)));
    expect(replies.filter(({ status }) => status === 200).length).toBe(reads.length);
    for (const secret of secrets) expect([...replies, ...open].filter(({ text }) => text.includes(secret))).toEqual([]);
  });

  test.each([
    "/debug",
    "/debug/pprof",
    "/docs",
    "/.git/config",
    "/.env",
    "/server-status",
    "/assets/index.js.map",
    "/metrics/",
    "/actuator",
  ])("row 97: there is nothing at %s, and no stack in the refusal", async (path) => {
    const reply = await harness.anonymous(path);
    expect(reply).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(reply.text).not.toMatch(/node_modules|\.ts:\d|at .*\(/);
  });
});
