import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Alert, Incident } from "@sre/contracts/control-plane";
import { testDatabases } from "@sre/testkit";
import { openHarness, type Caller, type Harness } from "../testing/harness.ts";
import { resolved, sampleAlert } from "../testing/sample-alert.ts";

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 24, 10, minute)).toISOString();

describe.each(testDatabases)("several starts of one fingerprint on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  beforeAll(async () => {
    harness = await openHarness(database);
    call = await harness.as();
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  let count = 0;
  /** An alert of a service of its own, by the minute of its start. */
  function fresh() {
    const service = `newest-${++count}`;
    const fingerprint = Buffer.from(service).toString("hex").slice(0, 32);
    const from = (minute: number) => sampleAlert({ fingerprint, labels: { service }, startsAt: at(minute) });
    const stored = async () => {
      const { items } = (await call("/api/v1/alerts?limit=200")).body as { items: Alert[] };
      const own = items.filter(({ labels }) => labels["service"] === service).sort((a, b) => (a.starts_at < b.starts_at ? -1 : 1));
      return own.map(({ starts_at: start, status, ends_at: end }) => [start, status, end]);
    };
    const incidents = async (): Promise<Incident[]> => {
      const { items } = (await call("/api/v1/incidents?limit=200")).body as { items: Incident[] };
      return items.filter((one) => one.service === service);
    };
    return { from, stored, incidents };
  }

  test("a newer start ends the older one, in the same incident, and its end leaves nothing firing", async () => {
    const { from, stored, incidents } = fresh();
    await harness.send([from(0)]);
    await harness.send([from(3)]);
    expect(await stored()).toEqual([
      [at(0), "resolved", at(3)],
      [at(3), "firing", null],
    ]);
    expect(await incidents()).toMatchObject([{ alerts_firing: 1, alerts_total: 2 }]);
    await harness.send([resolved(from(3), at(7))]);
    expect((await stored()).map(([, status]) => status)).toEqual(["resolved", "resolved"]);
    expect(await incidents()).toMatchObject([{ alerts_firing: 0 }]);
  });

  test("an older start that is sent again, late or from a second Prometheus, changes nothing", async () => {
    const { from, stored, incidents } = fresh();
    for (const minute of [0, 3]) await harness.send([from(minute)]);
    const before = [await stored(), (await incidents())[0]?.updated_at];
    await harness.send([from(0)]);
    await harness.send([from(0), from(3)]);
    expect([await stored(), (await incidents())[0]?.updated_at]).toEqual(before);
  });

  test("an older start that comes late for the first time is stored as over", async () => {
    const { from, stored } = fresh();
    await harness.send([from(3)]);
    await harness.send([from(0)]);
    expect(await stored()).toEqual([
      [at(0), "resolved", at(3)],
      [at(3), "firing", null],
    ]);
  });

  test("of two starts in one message only the newer fires", async () => {
    const { from, stored } = fresh();
    await harness.send([from(3), from(0)]);
    expect((await stored()).map(([, status]) => status)).toEqual(["resolved", "firing"]);
  });

  test("the end of a newer start that nobody saw begin ends the older one too", async () => {
    const { from, stored } = fresh();
    await harness.send([from(0)]);
    await harness.send([resolved(from(3), at(5))]);
    expect(await stored()).toEqual([
      [at(0), "resolved", at(3)],
      [at(3), "resolved", at(5)],
    ]);
  });

  test("the end of an older start leaves the newer one firing", async () => {
    const { from, stored } = fresh();
    for (const minute of [0, 3]) await harness.send([from(minute)]);
    await harness.send([resolved(from(0), at(2))]);
    expect((await stored()).map(([, status]) => status)).toEqual(["resolved", "firing"]);
  });
});
