import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Incident } from "@sre/contracts/control-plane";
import { defaultTeamId } from "@sre/service-kit";
import { testDatabases } from "@sre/testkit";
import { openHarness, type Caller, type Harness } from "../testing/harness.ts";
import { resolved, sampleAlert } from "../testing/sample-alert.ts";
import { reportSilence } from "./report-silence.ts";
import { findWatchdogs } from "./store.ts";

describe.each(testDatabases)("heartbeats on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  beforeAll(async () => {
    harness = await openHarness(database);
    call = await harness.as();
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  const kysely = () => harness.controlPlane.app.database.kysely;
  const watchdog = (cluster: string) =>
    sampleAlert({ fingerprint: "1", labels: { alertname: "Watchdog", severity: "none", cluster, service: "" } });
  const silences = async (cluster: string): Promise<Incident[]> => {
    const { items } = (await call("/api/v1/incidents?limit=200")).body as { items: Incident[] };
    return items.filter((one) => one.cluster === cluster);
  };
  const stored = async (cluster: string) => (await findWatchdogs(kysely(), defaultTeamId)).find((row) => row.cluster === cluster);
  const sinceMinutes = (cluster: string, minutes: number) => {
    const [heard_at, due_at] = [new Date(Date.now() - minutes * 60_000), new Date(Date.now() - 1_000)];
    return kysely().updateTable("watchdogs").set({ heard_at, due_at }).where("cluster", "=", cluster).execute();
  };

  test("one that was heard too seldom is not waited for", async () => {
    await harness.send([watchdog("young")]);
    await harness.send([watchdog("young")]);
    expect(await stored("young")).toMatchObject({ heard: 2, due_at: null });
  });

  test("the next is waited for three times the usual gap, and three minutes at least", async () => {
    await harness.send([watchdog("quick")]);
    await harness.send([watchdog("quick")]);
    await kysely()
      .updateTable("watchdogs")
      .set({ heard_at: new Date(Date.now() - 600_000) })
      .where("cluster", "=", "quick")
      .execute();
    await harness.send([watchdog("quick")]);
    const row = await stored("quick");
    expect(row?.gap_ms).toBeGreaterThanOrEqual(600_000);
    expect(row!.due_at!.getTime() - row!.heard_at.getTime()).toBeCloseTo(3 * row!.gap_ms, -1);
  });

  test("a silence opens one incident, and the next beat resolves it", async () => {
    for (let beat = 0; beat < 3; beat++) await harness.send([watchdog("eu-9")]);
    await reportSilence(harness.controlPlane.app);
    expect(await silences("eu-9")).toEqual([]);
    await sinceMinutes("eu-9", 30);
    await Promise.all([reportSilence(harness.controlPlane.app), reportSilence(harness.controlPlane.app)]);
    expect(await silences("eu-9")).toMatchObject([{ status: "new", severity: "critical", title: expect.stringContaining("fell silent") }]);
    const gap = (await stored("eu-9"))?.gap_ms;
    await harness.send([watchdog("eu-9")]);
    expect(await silences("eu-9")).toMatchObject([{ status: "resolved" }]);
    expect(await stored("eu-9")).toMatchObject({ incident_id: null, gap_ms: gap });
  });

  test("a heartbeat that is called resolved is a silence at once", async () => {
    await harness.send([watchdog("eu-8")]);
    await harness.send([resolved(watchdog("eu-8"), "2026-11-24T10:05:00.000Z")]);
    expect(await reportSilence(harness.controlPlane.app)).toBe(1);
    expect(await silences("eu-8")).toHaveLength(1);
  });
});
