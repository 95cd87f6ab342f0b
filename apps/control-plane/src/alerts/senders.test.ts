import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Alert, Incident } from "@sre/contracts/control-plane";
import { testDatabases } from "@sre/testkit";
import { ingestToken, openHarness, sampleCustomMessage, webhook, type Caller, type Harness } from "../testing/harness.ts";
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

  describe("CloudWatch through SNS", () => {
    const path = "/api/v1/webhooks/cloudwatch";
    const basic = { authorization: `Basic ${Buffer.from(`sns:${ingestToken}`).toString("base64")}` };
    const alarm = (service: string, NewStateValue: string, { minute = "00", OldStateValue = NewStateValue === "OK" ? "ALARM" : "OK" } = {}) => ({
      Type: "Notification", TopicArn: "arn:aws:sns:eu-central-1:1:alarms",
      Message: JSON.stringify({
        AlarmName: `alarm of ${service}`, AlarmArn: `arn:aws:cloudwatch:eu-central-1:1:alarm:${service}`, NewStateValue, OldStateValue, StateChangeTime: `2026-11-24T10:${minute}:00.000+0000`,
        Trigger: { MetricName: "m", Dimensions: [{ name: "ServiceName", value: service }] },
      }),
    }); // prettier-ignore
    const post = (body: unknown, headers: Record<string, string> = basic) =>
      harness.anonymous(path, { headers: { "content-type": "text/plain; charset=UTF-8", ...headers }, body });
    const of = async (service: string) => {
      const { items } = (await call("/api/v1/alerts?limit=200")).body as { items: Alert[] };
      return items.filter((one) => one.labels["service_name"] === service);
    };

    test("is let in by the ingest token as password, and asked for it where it comes without", async () => {
      const refused = await post(alarm("locked", "ALARM"), {});
      expect(refused.status).toBe(401);
      expect(refused.headers.get("www-authenticate")).toContain("Basic");
      const wrong = `Basic ${Buffer.from("sns:another-token-than-ours").toString("base64")}`;
      for (const authorization of [wrong, "Basic c25z", "Basic c25zOg==", "Basic ?"])
        expect((await post({}, { authorization })).status).toBe(401);
      expect(await of("locked")).toEqual([]);
      expect((await post(alarm("locked", "ALARM"))).status).toBe(200);
      expect(await of("locked")).toMatchObject([{ status: "firing", entity: "//service/locked" }]);
    });

    test.each([
      ["in order", ["ALARM 00", "OK 05"]],
      ["with repetitions after the end", ["ALARM 00", "OK 05", "ALARM 00", "OK 05"]],
    ])("an alarm that went on and off is over, sent %s", async (name, messages) => {
      const service = name.replaceAll(" ", "-");
      for (const [state = "", minute = ""] of messages.map((text) => text.split(" "))) await post(alarm(service, state, { minute }));
      expect(await of(service)).toMatchObject([
        { status: "resolved", starts_at: "2026-11-24T10:00:00.000Z", ends_at: "2026-11-24T10:05:00.000Z" },
      ]);
    });

    test("an end that overtakes its begin leaves nothing firing, and the next begin fires", async () => {
      await post(alarm("swapped", "OK", { minute: "05" }));
      await post(alarm("swapped", "ALARM"));
      expect((await of("swapped")).map(({ status }) => status)).toEqual(["resolved"]);
      await post(alarm("swapped", "ALARM", { minute: "09" }));
      expect((await of("swapped")).map(({ status }) => status).sort()).toEqual(["firing", "resolved"]);
    });

    test("an alarm that was just made and is well leaves no trace", async () => {
      await post(alarm("newborn", "OK", { OldStateValue: "INSUFFICIENT_DATA" }));
      expect(await of("newborn")).toEqual([]);
    });

    test("a subscription waits in quarantine for a person", async () => {
      const SubscribeURL = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription";
      expect(
        (await post({ Type: "SubscriptionConfirmation", TopicArn: "arn:aws:sns:eu-central-1:1:alarms", SubscribeURL })).body,
      ).toMatchObject({
        accepted: 0,
        quarantined: 1,
      });
      const { items } = (await call("/api/v1/quarantined-alerts")).body as { items: { reason: string; payload: string }[] };
      expect(items[0]).toMatchObject({ integration: "cloudwatch", reason: expect.stringContaining("open the address"), payload: expect.stringContaining(SubscribeURL) }); // prettier-ignore
    });
  });

  test("a format of the operator's own is received under its name, and another name is refused", async () => {
    const message = { ...sampleCustomMessage, service: "custom" };
    expect((await send("/api/v1/webhooks/custom/sample", message)).body).toMatchObject({ accepted: 1, quarantined: 0 });
    expect(await alertsOf("custom")).toMatchObject([{ status: "firing", integration: "sample", name: "Queue is long" }]);
    await send("/api/v1/webhooks/custom/sample", [{ ...message, state: "off" }]);
    await send("/api/v1/webhooks/custom/sample", { ...message, state: "off" });
    expect(await alertsOf("custom")).toMatchObject([{ status: "resolved" }]);
    expect((await send("/api/v1/webhooks/custom/other", message)).status).toBe(404);
    expect((await call("/api/v1/webhooks/sample/preview", { body: message })).body).toMatchObject({ alerts: [{ name: "Queue is long" }] });
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
