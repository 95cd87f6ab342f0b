import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChangeRecord } from "@sre/contracts/evidence";
import { testDatabases } from "@sre/testkit";
import { ingestToken, openHarness, type Caller, type Harness } from "../testing/harness.ts";

describe.each(testDatabases)("senders of changes on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  beforeAll(async () => {
    harness = await openHarness(database);
    call = await harness.as();
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  const authorization = `Bearer ${ingestToken}`;
  const path = "/api/v1/webhooks/cloudevents";
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    harness.anonymous(path, { headers: { authorization, ...headers }, body });
  const changesOf = async (service: string): Promise<ChangeRecord[]> => {
    const { items } = (await call("/api/v1/changes?limit=200")).body as { items: ChangeRecord[] };
    return items.filter((one) => one.entity.endsWith(`/service/${service}`));
  };
  const event = (service: string, predicate: string, { minute = "00", ...content }: { minute?: string; outcome?: string } = {}) => {
    const context = { version: "0.4.1", id: `${service}-${predicate}`, source: "/cd", type: `dev.cdevents.${predicate}`, timestamp: `2026-11-24T10:${minute}:00Z` };
    const subject = { id: predicate.startsWith("service") ? service : `of-${service}`, type: predicate.split(".")[0], content: { artifactId: `pkg:oci/${service}@sha256%3Aab`, environment: { id: "prod" }, ...content } };
    return { specversion: "1.0", id: context.id, source: context.source, type: context.type, datacontenttype: "application/json", data: { context, subject } };
  }; // prettier-ignore

  test("each mode of CloudEvents is taken in under its media type, and a repetition changes nothing", async () => {
    const one = event("modes", "service.deployed.0.2.0");
    const binary = { "ce-specversion": "1.0", "ce-id": one.id, "ce-source": one.source, "ce-type": one.type };
    const replies = [
      await post(one, { "content-type": "application/cloudevents+json; charset=UTF-8" }),
      await post([one], { "content-type": "application/cloudevents-batch+json" }),
      await post(one.data, { "content-type": "application/json", ...binary }),
      await post(one.data, { "content-type": "application/cdevents+json", ...binary }),
    ];
    for (const reply of replies) expect(reply).toMatchObject({ status: 200, body: { accepted: 1, quarantined: 0 } });
    expect(await changesOf("modes")).toMatchObject([{ kind: "deployment", state: "succeeded", origin: "cloudevents", to: "sha256:ab" }]);
    expect((await post("<event/>", { "content-type": "application/xml" })).status).toBe(415);
  });

  test("begin and end of a deployment make one change, also when the end comes first", async () => {
    const [begin, end] = [
      event("both", "deployment.started.0.1.0", { minute: "01" }),
      event("both", "deployment.finished.0.1.0", { minute: "04", outcome: "failure" }),
    ];
    await post([end, begin]);
    const expected = [{ state: "failed", started_at: "2026-11-24T10:01:00.000Z", ended_at: "2026-11-24T10:04:00.000Z" }];
    expect(await changesOf("both")).toMatchObject(expected);
    await Promise.all([post(begin), post(end), post([begin, end])]);
    expect(await changesOf("both")).toMatchObject(expected);
  });

  test("stands on the timeline of the open incident that it concerns", async () => {
    const { incident_ids: ids } = await harness.send([
      { status: "firing", labels: { alertname: "Slow", severity: "critical", service: "told" }, annotations: {}, startsAt: "2026-11-24T10:02:00Z", endsAt: "0001-01-01T00:00:00Z", fingerprint: "c1" },
    ]); // prettier-ignore
    expect((await post(event("told", "service.upgraded.0.2.0"))).body).toMatchObject({ incident_ids: ids });
    const { items } = (await call(`/api/v1/incidents/${ids[0]}/timeline`)).body as { items: { kind: string }[] };
    expect(items.filter(({ kind }) => kind === "change")).toHaveLength(1);
  });

  test("a malformed event sinks nothing beside it, is kept, and is replayed once it can be read", async () => {
    const odd = { ...event("odd", "service.deployed.0.2.0"), type: "com.example.deployed" };
    expect((await post([odd, event("good", "service.deployed.0.2.0"), 7])).body).toMatchObject({ accepted: 1, quarantined: 2 });
    expect(await changesOf("good")).toHaveLength(1);
    const { items } = (await call("/api/v1/quarantined-alerts")).body as { items: { id: string; payload: string }[] };
    const kept = items.find(({ payload }) => payload.includes("com.example.deployed"));
    expect(kept).toMatchObject({ integration: "cloudevents", field: "type", reason: expect.stringContaining("com.example.deployed") });
    const replay = () => call(`/api/v1/quarantined-alerts/${kept?.id}/replay`, { method: "POST" });
    expect(await replay()).toMatchObject({ status: 422, body: { code: "unprocessable" } });
    await harness.controlPlane.app.database.kysely
      .updateTable("quarantined_alerts")
      .set({ payload: JSON.stringify(event("odd", "service.deployed.0.2.0")) })
      .where("id", "=", kept?.id ?? "")
      .execute();
    expect(await replay()).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(await changesOf("odd")).toHaveLength(1);
  });

  test("PagerDuty's change events are answered as PagerDuty does, and refused clearly without a summary", async () => {
    const body = { payload: { summary: "ledger 4.7.1", timestamp: "2026-11-24T10:00:00.000+0000", custom_details: { service: "ledger" } } };
    const enqueue = (sent: unknown) =>
      harness.anonymous("/api/v1/webhooks/pagerduty/v2/change/enqueue", { headers: { authorization }, body: sent });
    for (const reply of [await enqueue(body), await enqueue(body)])
      expect(reply).toMatchObject({ status: 202, body: { status: "success", message: "Change event processed" } });
    expect(await changesOf("ledger")).toMatchObject([{ title: "ledger 4.7.1", origin: "pagerduty-changes" }]);
    expect(await enqueue({ payload: {} })).toMatchObject({ status: 400, body: { field: "payload.summary" } });
  });

  test("a preview shows the changes of a message and why others would be kept apart, and stores nothing", async () => {
    const reply = await call("/api/v1/webhooks/cloudevents/preview", { body: [event("shown", "service.deployed.0.2.0"), {}] });
    expect(reply.body).toMatchObject({
      alerts: [],
      changes: [{ entity: "//service/shown", kind: "deployment", state: "succeeded" }],
      quarantined: [{ index: 1, field: "specversion" }],
    });
    expect(await changesOf("shown")).toEqual([]);
    const change = await call("/api/v1/webhooks/pagerduty-changes/preview", { body: { payload: { summary: "x" } } });
    expect(change.body).toMatchObject({ changes: [{ title: "x" }] });
  });
});
