import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Alert, Incident } from "@sre/contracts/control-plane";
import { RuleBroken } from "@sre/service-kit";
import { testDatabases } from "@sre/testkit";
import { eventually, ingestToken, openHarness, webhook, type Caller, type Harness } from "../testing/harness.ts";
import { resolved, sampleAlert } from "../testing/sample-alert.ts";

describe.each(testDatabases)("alert intake on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  beforeAll(async () => {
    harness = await openHarness(database);
    call = await harness.as();
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  const incident = async (id: string | undefined): Promise<Incident> => (await call(`/api/v1/incidents/${id}`)).body;
  const alertsOf = async (id: string | undefined): Promise<Alert[]> => (await call(`/api/v1/alerts?incident_id=${id}`)).body["items"];
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 10, minute)).toISOString();

  test("an alert becomes an incident, and its diagnosis is asked for and stored", async () => {
    const { incident_ids: ids } = await harness.send([
      sampleAlert({
        fingerprint: "a1",
        labels: { service: "one" },
        annotations: { summary: "Errors", runbook_url: "https://rb.example/1" },
      }),
    ]);
    expect(ids).toHaveLength(1);
    const done = await eventually(async () => {
      const now = await incident(ids[0]);
      return now.diagnosis?.status === "reported" && now;
    });
    expect(done).toMatchObject({
      title: "Errors",
      status: "new",
      severity: "error",
      service: "one",
      entities: ["eu-1/shop/service/one"],
      alerts_firing: 1,
      alerts_total: 1,
    });
    expect(done.diagnosis).toMatchObject({ verdict: "likely", confidence: 0.87 });
    expect(await alertsOf(ids[0])).toMatchObject([
      { name: "HighErrorRate", status: "firing", entity: "eu-1/shop/service/one", ends_at: null, links: [{ host: "rb.example" }] },
    ]);
    const kinds = (await call(`/api/v1/incidents/${ids[0]}/timeline`)).body["items"] as { kind: string }[];
    expect(kinds.map(({ kind }) => kind).sort()).toEqual(["alert_fired", "diagnosis_reported", "diagnosis_requested"]);
  });

  test("sending the same message again changes nothing", async () => {
    const alert = sampleAlert({ fingerprint: "b1", labels: { service: "two" } });
    const first = await harness.send([alert]);
    const before = await incident(first.incident_ids[0]);
    expect(await harness.send([alert])).toEqual(first);
    const after = await incident(first.incident_ids[0]);
    expect({ ...after, diagnosis: null, version: 0 }).toEqual({ ...before, diagnosis: null, version: 0 });
    expect(await alertsOf(first.incident_ids[0])).toHaveLength(1);
  });

  test("a resolve ends the alert and is counted once, and a firing message after it reopens the alert", async () => {
    const alert = sampleAlert({ fingerprint: "c1", labels: { service: "three" } });
    const { incident_ids: ids } = await harness.send([alert]);
    await harness.send([resolved(alert, at(5))]);
    await harness.send([resolved(alert, at(5))]);
    expect(await incident(ids[0])).toMatchObject({ alerts_firing: 0, alerts_total: 1, status: "new" });
    expect(await alertsOf(ids[0])).toMatchObject([{ status: "resolved", ends_at: at(5) }]);
    await harness.send([alert]);
    expect(await incident(ids[0])).toMatchObject({ alerts_firing: 1, alerts_total: 1 });
  });

  test("an alert that fires again after its incident was resolved opens it again", async () => {
    const alert = sampleAlert({ fingerprint: "c2", labels: { service: "three-b" } });
    const { incident_ids: ids } = await harness.send([alert]);
    await harness.send([resolved(alert, at(5))]);
    await call(`/api/v1/incidents/${ids[0]}/resolve`, { body: {} });
    const { incident_ids: again } = await harness.send([alert]);
    expect(again).toEqual(ids);
    expect(await incident(again[0])).toMatchObject({ status: "new", alerts_firing: 1, alerts_total: 1 });
  });

  test("an alert with thousands of labels is quarantined and its sibling is stored", async () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`l${i}`, "x"]));
    const receipt = await harness.send([
      sampleAlert({ fingerprint: "d8", labels: many }),
      sampleAlert({ fingerprint: "d9", labels: { service: "four-b" } }),
    ]);
    expect(receipt).toMatchObject({ accepted: 1, quarantined: 1 });
  });

  test("malformed alerts are quarantined and their siblings are stored", async () => {
    const receipt = await harness.send([
      { nonsense: "\u0000\ud800" },
      sampleAlert({ fingerprint: "d1", labels: { service: "four" } }),
      7,
      sampleAlert({ fingerprint: "not hex" }),
    ]);
    expect(receipt).toMatchObject({ accepted: 1, quarantined: 3 });
    expect(receipt.incident_ids).toHaveLength(1);
    const rows = await harness.controlPlane.app.database.kysely.selectFrom("quarantined_alerts").selectAll().execute();
    expect(rows.map(({ field, sender, receiver }) => ({ field, sender, receiver }))).toContainEqual({
      field: "fingerprint",
      sender: "alertmanager",
      receiver: "sre",
    });
    expect(rows.some(({ payload }) => payload.includes("nonsense"))).toBe(true);
  });

  test("hostile words of one alert sink neither it nor its siblings", async () => {
    const odd = { severity: "__proto__", service: "odd" };
    const receipt = await harness.send([
      sampleAlert({ fingerprint: "0d1", labels: odd, annotations: { summary: `${"a".repeat(299)}😀` } }),
      sampleAlert({ fingerprint: "0d2", labels: { service: "sibling" } }),
      sampleAlert({ fingerprint: "0d3", labels: { service: "sibling" }, startsAt: "9999-12-31T23:59:59-14:00" }),
    ]);
    expect(receipt).toMatchObject({ accepted: 2, quarantined: 1 });
    const titles = await Promise.all(receipt.incident_ids.map(async (id) => (await incident(id)).title));
    expect(titles).toContain("a".repeat(299));
    const headers = { authorization: `Bearer ${ingestToken}` };
    const body = {
      ...webhook([sampleAlert({ fingerprint: "0d4", labels: { service: "odd" } })]),
      receiver: "a\u0000b",
      groupKey: "k".repeat(9_000),
    };
    expect((await call("/api/v1/webhooks/alertmanager", { headers, body })).status).toBe(200);
  });

  test("heartbeats and informational alerts are stored and open no incident", async () => {
    const receipt = await harness.send([
      sampleAlert({ fingerprint: "e1", labels: { alertname: "Watchdog", severity: "none" } }),
      sampleAlert({ fingerprint: "e2", labels: { severity: "info", service: "five" } }),
    ]);
    expect(receipt).toEqual({ accepted: 2, quarantined: 0, incident_ids: [] });
    const stored = await harness.controlPlane.app.database.kysely
      .selectFrom("alerts")
      .select("fingerprint")
      .where("fingerprint", "in", ["e1", "e2"])
      .execute();
    expect(stored).toHaveLength(2);
  });

  test("alerts of one service join in time, those of production and staging never, nor those about nothing", async () => {
    const labels = { service: "six" };
    const { incident_ids: ids } = await harness.send([
      sampleAlert({ fingerprint: "f1", labels }),
      sampleAlert({ fingerprint: "f2", labels, startsAt: at(10) }),
      sampleAlert({ fingerprint: "f3", labels: { ...labels, environment: "staging" } }),
      { ...sampleAlert({ fingerprint: "f4" }), labels: { alertname: "Odd", severity: "error" } },
      { ...sampleAlert({ fingerprint: "f5" }), labels: { alertname: "Odd", severity: "error" } },
    ]);
    expect(ids).toHaveLength(4);
    const later = await harness.send([sampleAlert({ fingerprint: "f6", labels, startsAt: at(35), annotations: {} })]);
    const muchLater = await harness.send([sampleAlert({ fingerprint: "f7", labels, startsAt: "2026-11-24T23:00:00.000Z" })]);
    const joined = await incident(later.incident_ids[0]);
    expect(joined).toMatchObject({ environment: "production", alerts_total: 3 });
    expect(muchLater.incident_ids[0]).not.toBe(joined.id);
  });

  test("the owner that the topology knows is what an alert of a pod is about", async () => {
    const owned = { from: "eu-1/shop/deployment/seven", to: "eu-1/shop/pod/seven-6b474476c4-x5l2k", kind: "owns" };
    await call("/api/v1/topology", { method: "PUT", body: { origin: "owner", edges: [owned] } });
    const labels = { alertname: "Crash", severity: "error", cluster: "eu-1", namespace: "shop", pod: "seven-6b474476c4-x5l2k" };
    const { incident_ids: ids } = await harness.send([{ ...sampleAlert({ fingerprint: "ab1" }), labels }]);
    expect(await incident(ids[0])).toMatchObject({ service: "seven", entities: ["eu-1/shop/deployment/seven"] });
  });

  test("a thousand alerts of one delivery are stored, each once", async () => {
    const many = Array.from({ length: 1_000 }, (_, index) =>
      sampleAlert({ fingerprint: (0xaa0000 + index).toString(16), labels: { service: `svc-${index % 30}`, namespace: "bulk" } }),
    );
    const receipt = await harness.send(many);
    expect(receipt).toMatchObject({ accepted: 1_000, quarantined: 0 });
    expect(receipt.incident_ids).toHaveLength(30);
    const counted = await harness.controlPlane.app.database.kysely
      .selectFrom("alerts")
      .select((query) => query.fn.countAll<string>().as("count"))
      .where("namespace", "=", "bulk")
      .executeTakeFirst();
    expect(Number(counted?.count)).toBe(1_000);
    await eventually(async () => (await incident(receipt.incident_ids[29])).diagnosis !== null);
  });

  test("deliveries at the same time about one service make one incident", async () => {
    const sends = Array.from({ length: 8 }, (_, index) =>
      harness.send([sampleAlert({ fingerprint: `bb${index}`, labels: { service: "eight" } })]),
    );
    const ids = new Set((await Promise.all(sends)).flatMap(({ incident_ids: all }) => all));
    expect(ids.size).toBe(1);
    expect(await incident([...ids][0])).toMatchObject({ alerts_firing: 8, alerts_total: 8 });
  });

  test("alert, incident and audit are committed together or not at all", async () => {
    const { database } = harness.controlPlane.app;
    const count = async () =>
      Number(
        (
          await database.kysely
            .selectFrom("alerts")
            .select((query) => query.fn.countAll<string>().as("count"))
            .executeTakeFirst()
        )?.count,
      );
    const before = await count();
    const broken = vi.spyOn(harness.controlPlane.app.jobs, "enqueue").mockRejectedValue(new Error("no queue"));
    const reply = await harness.anonymous("/api/v1/webhooks/alertmanager", {
      headers: { authorization: `Bearer ${ingestToken}` },
      body: webhook([sampleAlert({ fingerprint: "cc1", labels: { service: "nine" } })]),
    });
    broken.mockRestore();
    expect(reply.status).toBe(500);
    expect(await count()).toBe(before);
  });

  test("while the database is out the sender is told to come back, never that its message was wrong", async () => {
    const unavailable = new RuleBroken("unavailable", "The database cannot be reached at the moment.");
    const outage = vi.spyOn(harness.controlPlane.app.database, "transaction").mockRejectedValue(unavailable);
    const reply = await harness.anonymous("/api/v1/webhooks/alertmanager", {
      headers: { authorization: `Bearer ${ingestToken}` },
      body: webhook([sampleAlert({ fingerprint: "dd1", labels: { service: "ten" } })]),
    });
    outage.mockRestore();
    expect(reply.status).toBe(503);
    expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test("only the ingest token may send, and it may do nothing else", async () => {
    const path = "/api/v1/webhooks/alertmanager";
    const body = webhook([]);
    expect((await harness.anonymous(path, { body })).status).toBe(401);
    expect((await call(path, { body })).status).toBe(401);
    expect((await harness.anonymous("/api/v1/alerts", { headers: { authorization: `Bearer ${ingestToken}` } })).status).toBe(401);
    expect((await harness.anonymous(path, { headers: { authorization: `Bearer ${ingestToken}` }, body: { version: "3" } })).status).toBe(
      400,
    );
  });
});
