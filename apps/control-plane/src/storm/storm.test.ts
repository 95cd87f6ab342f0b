import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AlertStorm } from "@sre/contracts/control-plane";
import { testDatabases } from "@sre/testkit";
import { sql } from "kysely";
import { openHarness, otherTeamId, type Caller, type Harness } from "../testing/harness.ts";
import { resolved, sampleAlert } from "../testing/sample-alert.ts";
import { stretchOf } from "./get-alert-storm.ts";

test.each([
  [5, 5, 60],
  [60, 60, 60],
  [61, 31, 120],
  [360, 60, 360],
])("%i minutes are %i buckets of %i s, cut at the same instants by a later call", (minutes, buckets, bucketSeconds) => {
  const at = new Date("2026-11-24T10:07:31.500Z");
  const stretch = stretchOf(at, minutes);
  expect(stretch).toMatchObject({ buckets, bucketSeconds });
  const spanMs = buckets * bucketSeconds * 1_000;
  expect(at.getTime()).toBeLessThan(stretch.from.getTime() + spanMs);
  expect(at.getTime()).toBeGreaterThanOrEqual(stretch.from.getTime() + spanMs - bucketSeconds * 1_000);
  expect(stretchOf(new Date("2026-11-24T10:07:59.999Z"), minutes)).toEqual(stretch);
});

describe.each(testDatabases)("the storm on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  beforeAll(async () => {
    harness = await openHarness(database);
    call = await harness.as();
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  const kysely = () => harness.controlPlane.app.database.kysely;
  const storm = async (minutes = 60): Promise<AlertStorm> => (await call(`/api/v1/alerts/storm?minutes=${minutes}`)).body;
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  const some = (service: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      sampleAlert({
        fingerprint: `${Buffer.from(service).toString("hex")}${index.toString(16).padStart(4, "0")}`,
        labels: { service, alertname: index % 2 ? "Slow" : "Failing", namespace: "shop" },
        startsAt: minutesAgo(1).toISOString(),
      }),
    );

  test("is empty where nothing came", async () => {
    const nothing = await storm();
    expect(nothing).toMatchObject({ complete: true, under_way: false, incidents: [], services: [], totals: { alerts: 0, incidents: 0 } });
    expect(nothing.buckets).toHaveLength(60);
    expect(nothing.from).toBe(nothing.buckets[0]?.at);
  });

  test("counts what came by state, and what it became, over buckets that add up to it", async () => {
    const [first, ...rest] = some("web", 6);
    await harness.send([first, ...rest]);
    await harness.send([resolved(first!, minutesAgo(0).toISOString()), { nonsense: 1 }]);
    await harness.send(some("db", 2));
    await kysely().updateTable("alerts").set({ held: "flapping" }).where("fingerprint", "=", rest[0]!["fingerprint"] as string).execute();
    const now = await storm();
    expect(now.totals).toEqual({ alerts: 8, distinct: 8, firing: 6, resolved: 1, held: 1, quarantined: 1, incidents: 2, incidents_opened: 2 });
    for (const name of ["firing", "resolved", "held", "quarantined"] as const)
      expect(now.buckets.reduce((sum, bucket) => sum + bucket[name], 0)).toBe(now.totals[name]);
    expect(now.buckets.reduce((sum, { incidents }) => sum + incidents, 0)).toBe(2);
    expect(now.incidents).toMatchObject([{ service: "web", alerts: 6, status: "new" }, { service: "db", alerts: 2 }]);
    expect(now).toMatchObject({
      services: [{ value: "web", alerts: 6 }, { value: "db", alerts: 2 }],
      namespaces: [{ value: "shop", alerts: 8 }],
      names: [{ value: "Failing", alerts: 4 }, { value: "Slow", alerts: 4 }],
      senders: [{ value: "alertmanager", alerts: 8 }],
      under_way: false,
    });
  }); // prettier-ignore

  test("an alert that fires again is another arrival of the same alert", async () => {
    const before = (await storm()).totals;
    const [again] = some("web", 1);
    await harness.send([{ ...again, startsAt: minutesAgo(0).toISOString() }]);
    const { totals } = await storm();
    expect([totals.alerts - before.alerts, totals.distinct - before.distinct]).toEqual([1, 0]);
  });

  test("what came before the stretch is not counted, and a clock ahead counts as now", async () => {
    const { totals } = await storm();
    await kysely().updateTable("alerts").set({ received_at: minutesAgo(10) }).where("service", "=", "db").execute();
    await kysely().updateTable("alerts").set({ received_at: minutesAgo(-3) }).where("service", "=", "web").execute();
    const short = await storm(5);
    expect(short.totals.alerts).toBe(totals.alerts - 2);
    expect(short.buckets.at(-1)).toMatchObject({ firing: short.totals.firing });
    expect((await storm()).totals.alerts).toBe(totals.alerts);
  }); // prettier-ignore

  test("a hundred alerts within five minutes are a storm that is under way, of which the largest parts are named", async () => {
    for (let service = 0; service < 25; service++) await harness.send(some(`s${service}`, 4));
    const now = await storm(5);
    expect(now.under_way).toBe(true);
    expect([now.services.length, now.incidents.length, now.totals.incidents >= 25]).toEqual([10, 20, true]);
    expect(now.services[0]).toEqual({ value: "web", alerts: 7 });
  });

  test("belongs to its team, and needs the right to read incidents too", async () => {
    const elsewhere = await harness.as({ teamId: otherTeamId });
    expect((await elsewhere("/api/v1/alerts/storm")).body).toMatchObject({ totals: { alerts: 0, quarantined: 0, incidents_opened: 0 } });
    const onlyAlerts = await harness.as({ scopes: ["alerts:read"] });
    expect((await onlyAlerts("/api/v1/alerts/storm")).status).toBe(403);
  });

  test("of more alerts than are counted, the newest are, and it says since when", async () => {
    await sql`insert into alerts (team_id, id, integration, fingerprint, starts_at, name, status, severity, opens_incident, cluster, environment, namespace, labels, annotations, received_at, updated_at)
      select ${otherTeamId}::uuid, gen_random_uuid(), 'alertmanager', n::text, ${minutesAgo(30)}, 'Flood', 'firing', 'error', false, '', '', '', '{}', '{}', ${minutesAgo(30)}::timestamptz + n * interval '10 ms', ${minutesAgo(30)}
      from generate_series(1, 50100) n`.execute(kysely());
    const elsewhere = await harness.as({ teamId: otherTeamId });
    const flood = (await elsewhere("/api/v1/alerts/storm")).body as AlertStorm;
    expect(flood.complete).toBe(false);
    expect(flood.totals.alerts).toBe(50_000);
    expect(Date.parse(flood.from)).toBeGreaterThan(Date.parse(flood.buckets[0]!.at));
    expect(flood.names).toEqual([{ value: "Flood", alerts: flood.totals.alerts }]);
  });
});
