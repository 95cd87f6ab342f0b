import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Alert, Incident } from "@sre/contracts/control-plane";
import { testDatabases } from "@sre/testkit";
import { ingestToken, openHarness, webhook, type Caller, type Harness } from "../testing/harness.ts";
import { sampleAlert } from "../testing/sample-alert.ts";

describe.each(testDatabases)("other senders on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  beforeAll(async () => {
    harness = await openHarness(database);
    call = await harness.as();
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  const send = (path: string, body: unknown) => harness.anonymous(path, { headers: { authorization: `Bearer ${ingestToken}` }, body });
  const alertsOf = async (service: string): Promise<Alert[]> => {
    const { items } = (await call("/api/v1/alerts?limit=200")).body as { items: Alert[] };
    return items.filter((alert) => alert.labels["service"] === service).sort((a, b) => (a.starts_at < b.starts_at ? -1 : 1));
  };
  const incident = async (id: string | null | undefined): Promise<Incident> => (await call(`/api/v1/incidents/${id}`)).body;

  describe("PagerDuty's events", () => {
    const path = "/api/v1/webhooks/pagerduty/v2/enqueue";
    const event = (service: string, event_action = "trigger", more: object = {}) => ({
      event_action, dedup_key: `key of ${service}`, ...(event_action === "trigger" ? { payload: { summary: "Disk is full", source: "db-1", severity: "critical", custom_details: { service }, ...more } } : {}),
    }); // prettier-ignore

    test("are answered as PagerDuty does, and a trigger without a key is given one that stays the same", async () => {
      const unkeyed = { ...event("unkeyed"), dedup_key: undefined };
      const first = await send(path, unkeyed);
      expect(first).toMatchObject({ status: 202, body: { status: "success", dedup_key: expect.stringMatching(/^[0-9a-f]{32}$/) } });
      expect((await send(path, unkeyed)).body).toEqual(first.body);
      expect(await alertsOf("unkeyed")).toHaveLength(1);
    });

    test("trigger, acknowledge, resolve and trigger again move one incident", async () => {
      await send(path, event("ledger"));
      await send(path, event("ledger", "trigger", { summary: "Disk is very full" }));
      const [alert, ...others] = await alertsOf("ledger");
      expect(others).toEqual([]);
      expect(alert).toMatchObject({ status: "firing", severity: "critical", annotations: { summary: "Disk is very full" } });
      await send(path, event("ledger", "acknowledge"));
      expect(await incident(alert?.incident_id)).toMatchObject({ status: "acknowledged", assignee: null });
      await send(path, event("ledger", "resolve"));
      await send(path, event("ledger", "resolve"));
      expect(await alertsOf("ledger")).toMatchObject([{ status: "resolved", annotations: { summary: "Disk is very full" } }]);
      await send(path, event("ledger"));
      const again = await alertsOf("ledger");
      expect(again.filter(({ status }) => status === "firing")).toHaveLength(1);
      expect(await incident(again.at(-1)?.incident_id)).toMatchObject({ alerts_firing: 1 });
    });

    test("a message with a time, sent again byte for byte after its resolve, reopens the very same alert", async () => {
      const timed = event("timed", "trigger", { timestamp: "2026-11-24T10:00:00Z" });
      await send(path, timed);
      await send(path, event("timed", "resolve"));
      await send(path, timed);
      expect(await alertsOf("timed")).toMatchObject([{ status: "firing", ends_at: null, starts_at: "2026-11-24T10:00:00.000Z" }]);
    });

    test("what speaks of a key that nothing is known of changes nothing", async () => {
      expect((await send(path, event("nobody", "resolve"))).status).toBe(202);
      expect((await send(path, event("nobody", "acknowledge"))).status).toBe(202);
      expect(await alertsOf("nobody")).toEqual([]);
    });

    test("of many at once about one key one alert fires", async () => {
      await Promise.all(Array.from({ length: 8 }, () => send(path, event("crowd"))));
      expect(await alertsOf("crowd")).toHaveLength(1);
    });
  });

  test("Grafana's alert opens an incident, and stands beside Alertmanager's of the same fingerprint", async () => {
    const alert = sampleAlert({ fingerprint: "e1", labels: { service: "grafana-1" } });
    await send("/api/v1/webhooks/grafana", { receiver: "hook", status: "firing", alerts: [alert] });
    await harness.send([alert]);
    const both = await alertsOf("grafana-1");
    expect(both.map(({ integration }) => integration).sort()).toEqual(["alertmanager", "grafana"]);
    expect(new Set(both.map(({ incident_id: id }) => id)).size).toBe(1);
  });

  test("what Prometheus posts needs no Alertmanager between", async () => {
    const alert = {
      labels: { alertname: "Down", severity: "critical", service: "posted" },
      annotations: {},
      startsAt: "2026-11-24T10:00:00Z",
    };
    const first = await send("/api/v2/alerts", [{ ...alert, endsAt: "2099-01-01T00:00:00Z" }]);
    expect(first).toMatchObject({ status: 200, body: {} });
    expect(await alertsOf("posted")).toMatchObject([{ status: "firing", integration: "prometheus" }]);
    await send("/api/v2/alerts", [{ ...alert, endsAt: "2026-11-24T10:03:00Z" }]);
    expect(await alertsOf("posted")).toMatchObject([{ status: "resolved", ends_at: "2026-11-24T10:03:00.000Z" }]);
  });

  test("a preview shows what a message would become, and stores nothing", async () => {
    const message = webhook([sampleAlert({ fingerprint: "f1", labels: { service: "preview" } }), { labels: {} }]);
    const reply = await call("/api/v1/webhooks/alertmanager/preview", { body: message });
    expect(reply.body).toMatchObject({
      alerts: [{ fingerprint: "f1", service: "preview", entity: "eu-1/shop/service/preview", opens_incident: true }],
      quarantined: [{ index: 1, field: expect.stringMatching(/./) }],
    });
    const keyed = await call("/api/v1/webhooks/pagerduty/preview", { body: { event_action: "resolve", dedup_key: "k" } });
    expect(keyed.body).toMatchObject({ alerts: [{ status: "resolved" }], quarantined: [] });
    expect(await alertsOf("preview")).toEqual([]);
  });

  test("a quarantined alert is shown, and leaves the quarantine only when it can be read", async () => {
    await harness.send([{ status: "firing", labels: { service: "broken" } }]);
    const { items } = (await call("/api/v1/quarantined-alerts")).body as { items: { id: string; payload: string; reason: string }[] };
    const [kept] = items;
    expect(JSON.parse(kept?.payload ?? "")).toEqual({ status: "firing", labels: { service: "broken" } });
    expect((await call(`/api/v1/quarantined-alerts/${kept?.id}/replay`, { method: "POST" })).body).toMatchObject({ code: "unprocessable" });
    const readable = JSON.stringify(sampleAlert({ fingerprint: "f2", labels: { service: "mended" } }));
    await harness.controlPlane.app.database.kysely
      .updateTable("quarantined_alerts")
      .set({ payload: readable })
      .where("id", "=", kept?.id ?? "")
      .execute();
    const replayed = await call(`/api/v1/quarantined-alerts/${kept?.id}/replay`, { method: "POST" });
    expect(replayed).toMatchObject({ status: 200, body: { accepted: 1, quarantined: 0, incident_ids: [expect.any(String)] } });
    expect(await alertsOf("mended")).toMatchObject([{ status: "firing" }]);
    expect((await call(`/api/v1/quarantined-alerts/${kept?.id}/replay`, { method: "POST" })).status).toBe(404);
    const { items: audit } = (await call("/api/v1/audit-logs")).body as { items: { action: string }[] };
    expect(audit.map(({ action }) => action)).toContain("alert.replay");
  });
});
