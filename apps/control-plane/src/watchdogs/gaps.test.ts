import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Incident, TimelineEntry } from "@sre/contracts/control-plane";
import { testDatabases } from "@sre/testkit";
import { eventually, openHarness, type Caller, type Harness } from "../testing/harness.ts";
import { sampleAlert } from "../testing/sample-alert.ts";
import { noteOwnPresence } from "./report-gap.ts";

describe.each(testDatabases)("outages of the intake on $name", (database) => {
  let harness: Harness;
  let call: Caller;
  beforeAll(async () => {
    harness = await openHarness(database);
    call = await harness.as();
    await eventually(async () => (await presence()) !== undefined);
  });
  afterAll(async () => harness[Symbol.asyncDispose]());

  const kysely = () => harness.controlPlane.app.database.kysely;
  const presence = () => kysely().selectFrom("intake_presence").selectAll().executeTakeFirst();
  const lastSeen = (seconds: number) =>
    kysely()
      .updateTable("intake_presence")
      .set({ seen_at: new Date(Date.now() - seconds * 1_000) })
      .execute();
  const gaps = async (): Promise<Incident[]> => {
    const { items } = (await call("/api/v1/incidents?limit=200")).body as { items: Incident[] };
    return items.filter(({ title }) => title.startsWith("Alerts may have been missed"));
  };
  const told = async (id: string): Promise<TimelineEntry[]> => {
    const { items } = (await call(`/api/v1/incidents/${id}/timeline`)).body as { items: TimelineEntry[] };
    return items.filter(({ text }) => text.en.startsWith("Nothing could be taken in"));
  };

  test("none is told of while the platform is there, nor after a restart that was short", async () => {
    expect(await noteOwnPresence(harness.controlPlane.app)).toBeNull();
    await harness.restart();
    await lastSeen(10);
    expect(await noteOwnPresence(harness.controlPlane.app)).toBeNull();
    expect(await gaps()).toEqual([]);
  });

  test("is told of once, in an incident and on those that are open, with what to ask Prometheus", async () => {
    const { incident_ids: ids } = await harness.send([sampleAlert({ fingerprint: "a1" })]);
    await lastSeen(600);
    const before = await presence();
    await Promise.all(Array.from({ length: 3 }, () => noteOwnPresence(harness.controlPlane.app)));
    const [gap, ...others] = await gaps();
    expect(others).toEqual([]);
    expect(gap).toMatchObject({ status: "new", severity: "warning", title: expect.stringContaining(before!.seen_at.toISOString()) });
    for (const id of [gap!.id, ids[0]!]) expect(await told(id)).toMatchObject([{ text: { en: expect.stringContaining("ALERTS{") } }]);
  });

  test("the next is told of in the incident that is open, and in a new one once that is resolved", async () => {
    const [first] = await gaps();
    await lastSeen(60);
    await noteOwnPresence(harness.controlPlane.app);
    expect(await gaps()).toHaveLength(1);
    expect(await told(first!.id)).toHaveLength(2);
    await call(`/api/v1/incidents/${first!.id}/resolve`, { body: { resolution: "Looked it up" } });
    await lastSeen(60);
    await noteOwnPresence(harness.controlPlane.app);
    expect(await gaps()).toHaveLength(2);
  });

  test("of another clock that runs behind takes nothing back", async () => {
    const ahead = new Date(Date.now() + 20_000);
    await kysely().updateTable("intake_presence").set({ seen_at: ahead }).execute();
    expect(await noteOwnPresence(harness.controlPlane.app)).toBeNull();
    expect((await presence())?.seen_at).toEqual(ahead);
  });
});
