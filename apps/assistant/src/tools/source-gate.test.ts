import { createLog, newUuid, systemClock } from "@sre/service-kit";
import { testDatabases } from "@sre/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "@sre/storage";
import type { SourceGate } from "../app.ts";
import { migrations } from "../migrations/index.ts";
import type { Tables } from "../migrations/tables.ts";
import { createDatabaseLeases, createMemoryLeases, type SlotLeases } from "./slot-leases.ts";
import { createSourceGate } from "./source-gate.ts";

const log = createLog({ service: "test", level: "silent" });
const patience = () => new AbortController().signal;

/** Counts who is inside at the same time, over all gates. */
function counter() {
  let inside = 0;
  const seen = { most: 0 };
  const visit = async (gate: SourceGate, input: { source: string; max: number; priority?: number }) => {
    const place = await gate.enter(input.source, input.max, input.priority ?? 0, patience());
    inside++;
    seen.most = Math.max(seen.most, inside);
    await new Promise((resolve) => setTimeout(resolve, 3));
    inside--;
    if (Symbol.dispose in place) place[Symbol.dispose]();
  };
  return { seen, visit };
}

const gateOver = (leases: SlotLeases) => createSourceGate({ leases, clock: systemClock, log });

describe("the gate of one process", () => {
  it("never lets more in than the cap, and everybody in the end", async () => {
    const gate = gateOver(createMemoryLeases());
    const { seen, visit } = counter();
    await Promise.all(Array.from({ length: 50 }, () => visit(gate, { source: "a", max: 4 })));
    expect(seen.most).toBe(4);
    expect(gate.inFlight("a")).toBe(0);
  });

  it("lets the most severe in first, then who came first", async () => {
    const gate = gateOver(createMemoryLeases());
    const first = await gate.enter("a", 1, 9, patience());
    const order: string[] = [];
    const enter = async (name: string, priority: number) => {
      const place = await gate.enter("a", 1, priority, patience());
      order.push(name);
      if (Symbol.dispose in place) place[Symbol.dispose]();
    };
    const waiting = [enter("info", 3), enter("older error", 1), enter("critical", 0), enter("newer error", 1)];
    if (Symbol.dispose in first) first[Symbol.dispose]();
    await Promise.all(waiting);
    expect(order).toEqual(["critical", "older error", "newer error", "info"]);
  });

  it("forgets who gives up, and gives a place back once however often it is disposed", async () => {
    const gate = gateOver(createMemoryLeases());
    const place = await gate.enter("a", 1, 0, patience());
    const giveUp = new AbortController();
    const waiting = gate.enter("a", 1, 0, giveUp.signal);
    giveUp.abort(new Error("gave up"));
    await expect(waiting).rejects.toThrow("gave up");
    if (Symbol.dispose in place) {
      place[Symbol.dispose]();
      place[Symbol.dispose]();
    }
    const { seen, visit } = counter();
    await Promise.all([visit(gate, { source: "a", max: 1 }), visit(gate, { source: "a", max: 1 })]);
    expect(seen.most).toBe(1);
  });

  it("keeps sources apart", async () => {
    const gate = gateOver(createMemoryLeases());
    await gate.enter("a", 1, 0, patience());
    await expect(gate.enter("b", 1, 0, patience())).resolves.toBeDefined();
  });
});

describe.each(testDatabases)("the gate of several replicas on $name", ({ open }) => {
  let database: Database<Tables>;
  beforeAll(async () => {
    database = await open<Tables>(migrations);
  }, 60_000);
  afterAll(() => database.close());

  const replica = () => gateOver(createDatabaseLeases({ database, holder: newUuid(), log }));

  it("never lets more in than the cap over all of them, and everybody in the end", async () => {
    const gates = [replica(), replica(), replica()];
    const { seen, visit } = counter();
    await Promise.all(gates.flatMap((gate) => Array.from({ length: 15 }, () => visit(gate, { source: "shared", max: 4 }))));
    expect(seen.most).toBeLessThanOrEqual(4);
    expect(seen.most).toBeGreaterThan(1);
    await Promise.all(gates.map((gate) => gate.close()));
  });

  it("takes the places of a replica that died, once its lease is over", async () => {
    const dead = replica();
    await dead.enter("orphaned", 1, 0, patience());
    const gate = replica();
    const waiting = gate.enter("orphaned", 1, 0, patience());
    await database.kysely
      .updateTable("source_slots")
      .set({ leased_until: new Date(0) })
      .where("source", "=", "orphaned")
      .execute();
    await expect(waiting).resolves.toBeDefined();
    await Promise.all([dead.close(), gate.close()]);
  });

  it("gives its places back when it closes", async () => {
    const first = replica();
    await first.enter("closing", 1, 0, patience());
    await first.close();
    const second = replica();
    await expect(second.enter("closing", 1, 0, patience())).resolves.toBeDefined();
    await second.close();
  });

  it("closes also when the database is away", async () => {
    const gone = await open<Tables>(migrations);
    const gate = gateOver(createDatabaseLeases({ database: gone, holder: newUuid(), log }));
    await gone.close();
    await expect(gate.close()).resolves.toBeUndefined();
  });

  it("waits through a fault of the database", async () => {
    const leases = createMemoryLeases();
    let faults = 1;
    const lease: SlotLeases["lease"] = (source, max, count) =>
      faults-- > 0 ? Promise.reject(new Error("away")) : leases.lease(source, max, count);
    await expect(gateOver({ ...leases, lease }).enter("a", 1, 0, patience())).resolves.toBeDefined();
  });
});
