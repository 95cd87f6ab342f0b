import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Alert, Incident, MaintenanceWindow } from "@sre/contracts/control-plane";
import { sha256 } from "@sre/contracts/canonical";
import { testDatabases } from "@sre/testkit";
import { resolveQuietIncidents } from "../incidents/resolve-quiet-incidents.ts";
import { openHarness, type Caller, type Harness } from "../testing/harness.ts";
import { resolved, sampleAlert } from "../testing/sample-alert.ts";
import { releaseHeld } from "./release-held.ts";

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

describe.each(testDatabases)("noise on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  beforeAll(async () => {
    harness = await openHarness(database, { env: { FLAPPING_STARTS: "3", FLAPPING_WINDOW_SECONDS: "3600", AUTO_RESOLVE_SECONDS: "300" } });
    call = await harness.as();
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  const app = () => harness.controlPlane.app;
  const alert = (service: string, startsAt: string, labels: Record<string, string> = {}) =>
    sampleAlert({ fingerprint: sha256(service).slice(0, 16), labels: { service, ...labels }, startsAt });
  const incidentsOf = async (service: string): Promise<Incident[]> => (await call(`/api/v1/incidents?search=${service}`)).body["items"];
  const alertsOf = async (service: string): Promise<Alert[]> => (await call(`/api/v1/alerts?search=${service}`)).body["items"];
  const happenedTo = async (service: string): Promise<string[]> => {
    const [incident] = await incidentsOf(service);
    const timeline = (await call(`/api/v1/incidents/${incident?.id}/timeline`)).body["items"] as { text: { en: string } }[];
    return timeline.map(({ text }) => text.en);
  };
  /** Makes everything as old as if it had happened before. */
  const age = async (service: string, minutes: number) => {
    const before = new Date(minutesAgo(minutes));
    await app().database.kysely.updateTable("incidents").set({ updated_at: before }).where("service", "=", service).execute();
  };

  test("an incident is resolved when its alerts have been for a while, and not before", async () => {
    const quiet = alert("quiet", minutesAgo(20));
    await harness.send([quiet]);
    await harness.send([resolved(quiet, minutesAgo(10))]);
    await harness.send([alert("loud", minutesAgo(20))]);
    await age("loud", 60);
    await resolveQuietIncidents(app());
    expect([...(await incidentsOf("quiet")), ...(await incidentsOf("loud"))].map(({ status }) => status)).toEqual(["new", "new"]);
  });

  test("an incident whose alerts are resolved is resolved by itself, and opens again when one of them fires soon", async () => {
    const [first, second] = [minutesAgo(30), minutesAgo(2)];
    await harness.send([alert("returning", first)]);
    await harness.send([resolved(alert("returning", first), minutesAgo(20))]);
    await age("returning", 10);
    await Promise.all([resolveQuietIncidents(app()), resolveQuietIncidents(app())]);
    expect(await incidentsOf("returning")).toMatchObject([{ status: "resolved", resolution: "All of its alerts are resolved." }]);
    await harness.send([alert("returning", second)]);
    expect(await incidentsOf("returning")).toMatchObject([{ status: "new", alerts_total: 2, alerts_firing: 1, resolved_at: null, resolution: null }]);
    const happened = await happenedTo("returning");
    expect(happened.filter((text) => text.startsWith("Resolved"))).toHaveLength(1);
    expect(happened).toContain("Reopened: its alert fires again");
    expect(happened).toContain("HighErrorRate fired for returning. Joined: it fired in this incident before");
  }); // prettier-ignore

  test("one that fires again long after opens another incident", async () => {
    await harness.send([alert("rare", minutesAgo(300))]);
    const [incident] = await incidentsOf("rare");
    await call(`/api/v1/incidents/${incident?.id}/resolve`, { body: { resolution: "" } });
    await app().database.kysely.updateTable("incidents").set({ resolved_at: new Date(minutesAgo(200)) }).where("service", "=", "rare").execute();
    await harness.send([alert("rare", minutesAgo(1))]);
    expect((await incidentsOf("rare")).map(({ status }) => status)).toEqual(["new", "resolved"]);
  }); // prettier-ignore

  const flap = async (service: string, times: number) => {
    for (let time = times; time > 0; time -= 1) {
      const start = minutesAgo(time + 1);
      await harness.send([alert(service, start)]);
      await harness.send([resolved(alert(service, start), minutesAgo(time + 0.5))]);
    }
  };

  test("an alert that flaps stays in its open incident, and opens none when that is resolved, until it stays", async () => {
    await flap("flapping", 5);
    const [incident] = await incidentsOf("flapping");
    expect(incident).toMatchObject({ alerts_total: 5, alerts_firing: 0 });
    await call(`/api/v1/incidents/${incident?.id}/resolve`, { body: { resolution: "" } });
    await harness.send([alert("flapping", minutesAgo(0.5))]);
    expect(await incidentsOf("flapping")).toMatchObject([{ status: "resolved" }]);
    expect((await alertsOf("flapping"))[0]).toMatchObject({ status: "firing", held: "flapping", incident_id: null });
    expect((await call("/api/v1/alerts?held=flapping")).body["items"]).toHaveLength(1);
    await releaseHeld(app());
    expect(await incidentsOf("flapping")).toMatchObject([{ status: "resolved" }]);
    await app().database.kysely.updateTable("alerts").set({ starts_at: new Date(minutesAgo(25)) }).where("held", "=", "flapping").execute();
    await Promise.all([releaseHeld(app()), releaseHeld(app())]);
    expect(await incidentsOf("flapping")).toMatchObject([{ status: "new", alerts_firing: 1, alerts_total: 6 }]);
    expect((await alertsOf("flapping")).filter(({ held }) => held !== null)).toEqual([]);
  }); // prettier-ignore

  const announce = async (service: string): Promise<MaintenanceWindow> => {
    const body = { reason: "Upgrade", matchers: [{ name: "service", value: service }], starts_at: minutesAgo(5), ends_at: minutesAgo(-60) };
    const reply = await call("/api/v1/maintenance-windows", { body });
    expect(reply.status).toBe(201);
    return reply.body;
  };
  const windowNow = async (id: string) =>
    ((await call("/api/v1/maintenance-windows")).body["items"] as MaintenanceWindow[]).find((each) => each.id === id);

  test("alerts inside a maintenance window are stored and shown, open nothing, and open an incident when they outlast it", async () => {
    const { id, state } = await announce("planned");
    expect(state).toBe("active");
    await harness.send([alert("planned", minutesAgo(3)), alert("surprise", minutesAgo(3))]);
    expect([await incidentsOf("planned"), (await incidentsOf("surprise")).length]).toEqual([[], 1]);
    expect([...(await alertsOf("planned")), ...(await alertsOf("surprise"))]).toMatchObject([{ held: "maintenance" }, { held: null }]);
    await releaseHeld(app());
    expect(await windowNow(id)).toMatchObject({ state: "active", alerts_held: 1 });
    expect((await call(`/api/v1/maintenance-windows/${id}/cancel`, { method: "POST" })).body).toMatchObject({ state: "cancelled" });
    await releaseHeld(app());
    expect(await incidentsOf("planned")).toMatchObject([{ status: "new", alerts_firing: 1 }]);
    expect(await happenedTo("planned")).toContain("HighErrorRate fired for planned");
    expect(await windowNow(id)).toMatchObject({ state: "cancelled", alerts_held: 0 });
    expect((await call(`/api/v1/maintenance-windows/${id}/cancel`, { method: "POST" })).status).toBe(409);
  }); // prettier-ignore

  test("an alert that ends inside its window never opens an incident, and one that another window holds stays held", async () => {
    const [first, second] = [await announce("brief"), await announce("brief")];
    const start = minutesAgo(3);
    await harness.send([alert("brief", start)]);
    const holder = await app().database.kysely.selectFrom("alerts").select("held_by").where("service", "=", "brief").executeTakeFirst();
    await call(`/api/v1/maintenance-windows/${holder?.held_by}/cancel`, { method: "POST" });
    await releaseHeld(app());
    const other = [first, second].find(({ id }) => id !== holder?.held_by);
    expect(await windowNow(other!.id)).toMatchObject({ alerts_held: 1 });
    await harness.send([resolved(alert("brief", start), minutesAgo(1))]);
    await call(`/api/v1/maintenance-windows/${other!.id}/cancel`, { method: "POST" });
    await releaseHeld(app());
    expect(await incidentsOf("brief")).toEqual([]);
  }); // prettier-ignore

  test.each([
    ["ends before it starts", { ends_at: minutesAgo(10) }, "ends_at"],
    ["lasts ten years", { ends_at: minutesAgo(-10 * 365 * 24 * 60) }, "ends_at"],
    ["fits every alert", { matchers: [{ name: "service", value: ".*", is_regex: true }] }, "matchers"],
    ["has a pattern that is not understood", { matchers: [{ name: "service", value: "(a", is_regex: true }] }, "matchers"],
  ])("a window that %s is refused with the field", async (_, change, field) => {
    const body = { reason: "Upgrade", matchers: [{ name: "service", value: "x" }], starts_at: minutesAgo(5), ends_at: minutesAgo(-60) };
    const reply = await call("/api/v1/maintenance-windows", { body: { ...body, ...change } });
    expect(reply).toMatchObject({ status: 422, body: { field } });
  });

  test("silences come from Alertmanager with what they hide, and are made and ended there", async () => {
    const listed = (await call("/api/v1/silences")).body;
    expect(listed).toMatchObject({ alertmanager: new URL(harness.alertmanager.url).host, items: [{ comment: "Database upgrade", state: "active", alerts_total: 1, alerts: [{ name: "SlowQueries" }], matchers: [{ name: "team", is_regex: false }] }] });
    const body = { comment: "Noise", matchers: [{ name: "team", value: "pay.*", is_regex: true }], starts_at: minutesAgo(0), ends_at: minutesAgo(-60) };
    const created = await call("/api/v1/silences", { body });
    expect(created.status).toBe(201);
    const sent = JSON.parse(harness.alertmanager.requests.find(({ method }) => method === "POST")?.body ?? "{}") as unknown;
    expect(sent).toMatchObject({ matchers: [{ name: "team", value: "pay.*", isRegex: true, isEqual: true }], createdBy: "oncall", comment: "Noise" });
    expect((await call(`/api/v1/silences/${String(created.body["id"])}/expire`, { method: "POST" })).status).toBe(204);
    harness.alertmanager.answer({ status: 500 });
    expect((await call("/api/v1/silences")).status).toBe(503);
  }); // prettier-ignore
});
