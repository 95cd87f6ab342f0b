import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CorrelationPreview, GroupingFeedback, Incident, TimelineEntry } from "@sre/contracts/control-plane";
import type { KeptTraits } from "@sre/correlation";
import { defaultTeamId } from "@sre/service-kit";
import { testDatabases } from "@sre/testkit";
import { eventually, openHarness, type Caller, type Harness } from "../testing/harness.ts";
import { sampleAlert } from "../testing/sample-alert.ts";

describe.each(testDatabases)("grouping by score on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  beforeAll(async () => {
    harness = await openHarness(database, { env: { GROUPING_TOPOLOGY_STEPS: "3" } });
    call = await harness.as();
    const calls = (from: string, to: string) => ({ from: `eu-1/shop/service/${from}`, to: `eu-1/shop/service/${to}`, kind: "calls" });
    const edges = [calls("web", "checkout"), calls("checkout", "payment"), calls("report", "ledger"), calls("stock", "depot")];
    await call("/api/v1/topology", { method: "PUT", body: { edges } });
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  let sent = 0;
  const at = (minute: number) => new Date(Date.now() + (minute - 40) * 60_000).toISOString();
  const alertOf = (service: string, minute: number, more: { alertname?: string; environment?: string; severity?: string } = {}) =>
    sampleAlert({ fingerprint: (0xc0ffee00 + sent++).toString(16), labels: { service, ...more }, startsAt: at(minute), annotations: {} });
  const one = async (...alerts: object[]): Promise<string> => (await harness.send(alerts)).incident_ids[0] ?? "";
  const incident = async (id: string): Promise<Incident> => (await call(`/api/v1/incidents/${id}`)).body;
  const timeline = async (id: string): Promise<TimelineEntry[]> => (await call(`/api/v1/incidents/${id}/timeline`)).body["items"];
  const alertsOf = async (id: string): Promise<{ id: string }[]> => (await call(`/api/v1/alerts?incident_id=${id}`)).body["items"];

  test("a symptom joins the incident of what it depends on, in another delivery", async () => {
    const first = await one(alertOf("payment", 0));
    expect(await one(alertOf("checkout", 1, { alertname: "SlowRequests" }))).toBe(first);
    expect(await incident(first)).toMatchObject({ alerts_total: 2, service: "payment" });
  });

  test("the timeline and the export say of each alert that joined why it did, in both languages, and not of the first", async () => {
    const more = { environment: "amber" };
    const first = await one(alertOf("payment", 0, more));
    await one(alertOf("checkout", 1, { ...more, alertname: "SlowRequests" }), alertOf("payment", 2, { ...more, alertname: "Restarts" }));
    const fired = (await timeline(first)).filter(({ kind }) => kind === "alert_fired").map(({ text }) => text);
    expect(fired.map(({ en }) => en)).toEqual([
      "HighErrorRate fired for payment",
      expect.stringMatching(
        /^SlowRequests fired for checkout\. Joined: checkout depends on shop\/payment \(1 step\) .*1 min apart.*; score 0\.\d\d$/,
      ),
      expect.stringMatching(/^Restarts fired for payment\. Joined: same service payment \(amber, cluster eu-1\), within \d+ min/),
    ]);
    expect(fired[1]?.["zh-TW"]).toMatch(/^checkout 的告警 SlowRequests 觸發。併入原因：checkout 依賴 shop\/payment/);
    const report = (await call(`/api/v1/incidents/${first}/report?language=zh-TW`)).text;
    expect(report).toContain("併入原因：");
  });

  test("what the alerts of an incident were called and named counts in the next delivery, and after a move by hand", async () => {
    const naming = (service: string, minute: number, more: object) =>
      sampleAlert({ fingerprint: (0xc0ffee00 + sent++).toString(16), labels: { service, ...more }, startsAt: at(minute), annotations: {} });
    const first = await one(naming("cart", 0, { upstream: "stock", environment: "violet" }));
    expect(await one(naming("stock", 1, { environment: "violet" }))).toBe(first);
    const other = await one(naming("prices", 2, { environment: "violet", alertname: "DiskFull" }));
    expect(other).not.toBe(first);
    const [named] = (await alertsOf(first)).slice(-1);
    await call(`/api/v1/alerts/${named?.id}/move`, { body: { incident_id: other } });
    const { kysely } = harness.controlPlane.app.database;
    const kept = await kysely.selectFrom("incident_traits").selectAll().where("incident_id", "in", [first, other]).execute();
    const componentsOf = (id: string) => {
      const traits = JSON.parse(kept.find((row) => row.incident_id === id)!.traits) as KeptTraits;
      return traits.alerts.map(({ component }) => component);
    };
    expect(componentsOf(first)).toEqual(["eu-1/shop/stock"]);
    expect(componentsOf(other).toSorted()).toEqual(["eu-1/shop/cart", "eu-1/shop/prices"]);
  });

  test("a symptom of the diagnosed cause joins its incident when it comes late", async () => {
    const diagnosed = await one(alertOf("billing", 0, { environment: "blue" }));
    await eventually(async () => (await incident(diagnosed)).diagnosis?.status === "reported");
    const { kysely } = harness.controlPlane.app.database;
    await kysely.updateTable("diagnoses").set({ cause_entity: "eu-1/shop/service/ledger" }).where("incident_id", "=", diagnosed).execute();
    expect(await one(alertOf("report", 20, { environment: "blue", alertname: "SlowRequests" }))).toBe(diagnosed);
    expect(await one(alertOf("web", 20, { environment: "blue", alertname: "SlowRequests" }))).not.toBe(diagnosed);
  });

  test("what an incident did not say of its environment, its next alert says", async () => {
    const silent = await one(alertOf("quiet", 0, { environment: "" }));
    expect(await one(alertOf("quiet", 1, { environment: "green" }))).toBe(silent);
    expect(await incident(silent)).toMatchObject({ environment: "green" });
    expect(await one(alertOf("quiet", 2, { environment: "red" }))).not.toBe(silent);
  });

  test("alerts are moved, split off and merged by hand, and it is written down", async () => {
    const whole = await one(alertOf("left", 0), alertOf("left", 1, { alertname: "Other" }), alertOf("left", 2, { alertname: "Third" }));
    const [last] = await alertsOf(whole);
    const split = await call(`/api/v1/incidents/${whole}/split`, {
      body: { alert_ids: [last?.id], title: "Another thing", reason: "not the same" },
    });
    expect(split.status).toBe(201);
    const apart = split.body as Incident;
    expect(apart).toMatchObject({
      title: "Another thing",
      alerts_total: 1,
      alerts_firing: 1,
      status: "new",
      entities: ["eu-1/shop/service/left"],
    });
    expect(await incident(whole)).toMatchObject({ alerts_total: 2, alerts_firing: 2 });

    const [moving] = await alertsOf(whole);
    expect((await call(`/api/v1/alerts/${moving?.id}/move`, { body: { incident_id: apart.id } })).body).toMatchObject({
      id: apart.id,
      alerts_total: 2,
    });
    const merged = await call(`/api/v1/incidents/${whole}/merge`, { body: { into: apart.id, reason: "one fault after all" } });
    expect(merged.body).toMatchObject({ id: apart.id, alerts_total: 3 });
    expect(await incident(whole)).toMatchObject({
      status: "resolved",
      alerts_total: 0,
      entities: [],
      resolution: `Merged into #${apart.number}`,
    });
    expect((await timeline(apart.id)).map(({ text }) => text.en)).toContain(
      `1 alert moved here from incident #${(await incident(whole)).number}: not the same`,
    );
    const feedback = (await call("/api/v1/correlation/feedback")).body["items"] as GroupingFeedback[];
    expect(feedback.slice(0, 3).map(({ kind, alerts }) => ({ kind, alerts }))).toEqual([
      { kind: "merge", alerts: 1 },
      { kind: "move", alerts: 1 },
      { kind: "split", alerts: 1 },
    ]);
    const audited = await harness.controlPlane.app.database.kysely
      .selectFrom("audit_logs")
      .select("action")
      .where("team_id", "=", defaultTeamId)
      .where("subject", "=", whole)
      .execute();
    expect(audited.map(({ action }) => action)).toEqual(expect.arrayContaining(["incident.split", "incident.move", "incident.merge"]));
  });

  test("the severity follows the alerts that are moved, split off and merged, and a person's choice stays", async () => {
    const both = await one(alertOf("mixed", 0, { severity: "warning" }), alertOf("mixed", 1, { alertname: "Other", severity: "critical" }));
    expect(await incident(both)).toMatchObject({ severity: "critical" });
    const worst = ((await call(`/api/v1/alerts?incident_id=${both}&severity=critical`)).body["items"] as { id: string }[])[0]!.id;
    const apart = (await call(`/api/v1/incidents/${both}/split`, { body: { alert_ids: [worst] } })).body as Incident;
    expect(apart).toMatchObject({ severity: "critical" });
    expect(await incident(both)).toMatchObject({ severity: "warning" });
    expect((await timeline(both)).map(({ text }) => text.en)).toContain("Severity follows from its alerts: critical → warning");
    await call(`/api/v1/alerts/${worst}/move`, { body: { incident_id: both } });
    expect(await incident(both)).toMatchObject({ severity: "critical" });
    await call(`/api/v1/incidents/${both}`, { method: "PATCH", body: { severity: "info" } });
    const mild = await one(alertOf("other-thing", 0, { severity: "error" }));
    expect((await call(`/api/v1/incidents/${mild}/merge`, { body: { into: both } })).body).toMatchObject({ severity: "info" });
  });

  test("a split leaves an alert, and takes only alerts of the incident", async () => {
    const only = await one(alertOf("alone", 0));
    const ids = (await alertsOf(only)).map(({ id }) => id);
    expect((await call(`/api/v1/incidents/${only}/split`, { body: { alert_ids: ids } })).status).toBe(409);
    const two = await one(alertOf("pair", 0), alertOf("pair", 1, { alertname: "Other" }));
    expect((await call(`/api/v1/incidents/${two}/split`, { body: { alert_ids: ids } })).status).toBe(409);
    expect(await incident(two)).toMatchObject({ alerts_total: 2 });
  });

  test("a preview tells what other settings would have merged and divided, and changes nothing", async () => {
    // Diagnoses go on meanwhile.
    const incidents = async () =>
      ((await call("/api/v1/incidents?limit=200")).body["items"] as Incident[]).map(({ id, status, alerts_total, entities }) => ({ id, status, alerts_total, entities })); // prettier-ignore
    const before = await incidents();
    const strict = (await call("/api/v1/correlation/preview", { body: { topology_steps: 0, hours: 1 } })).body as CorrelationPreview;
    expect(strict.settings).toMatchObject({ topology_steps: 0, threshold: 0.45 });
    expect(strict.divided.length).toBeGreaterThan(0);
    const lax = (await call("/api/v1/correlation/preview", { body: { threshold: 0.1, hours: 1 } })).body as CorrelationPreview;
    expect(lax.groups_then).toBeLessThan(strict.groups_then);
    expect(lax.merged[0]?.incident_ids.length).toBeGreaterThan(1);
    expect(lax.merged[0]?.because[0]?.["zh-TW"]).toContain("分數");
    expect(await incidents()).toEqual(before);
    expect((await call("/api/v1/correlation/settings")).body).toMatchObject({ topology_steps: 3, window_seconds: 1_800, threshold: 0.45 });
  });
});
