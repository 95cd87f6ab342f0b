import { describe, expect, it } from "vitest";
import { Diagnosis } from "@sre/contracts/evidence";
import { falseAlarm, nodeOutOfDisk, outOfMemory, poolExhausted } from "./testing/scenarios.ts";
import { id, run } from "./testing/world.ts";

describe("a deployment that is killed for lack of memory", () => {
  it("is named first, with the change that brought it", () => {
    const { diagnosis } = run(outOfMemory());
    expect(diagnosis.verdict).toBe("confirmed");
    expect(diagnosis.causes[0]).toMatchObject({
      rank: 1,
      entity: id("deployment", "checkout"),
      fault: "out_of_memory",
      change: "change-checkout 2.14.0",
    });
    expect(diagnosis.plan.steps[0]).toMatchObject({ action: "kubernetes.rollout_undo", target: id("deployment", "checkout") });
  });
});

describe("a connection pool exhausted two hops away", () => {
  it("is named first, with the configuration change", () => {
    const { diagnosis } = run(poolExhausted());
    expect(diagnosis.causes[0]).toMatchObject({
      entity: id("service", "orders"),
      fault: "connection_pool_exhausted",
      change: "change-pool.max 20 → 5",
    });
  });
});

describe("a node out of disk", () => {
  it("is named first, above the services whose pods it evicted", () => {
    const { diagnosis } = run(nodeOutOfDisk());
    expect(diagnosis.causes[0]).toMatchObject({ entity: id("node", "worker-2"), fault: "node_disk_pressure" });
  });
});

describe("a false alarm", () => {
  it("is called nothing wrong, and nothing is proposed", () => {
    const { diagnosis } = run(falseAlarm());
    expect(diagnosis).toMatchObject({ verdict: "nothing_wrong", causes: [], plan: { steps: [] } });
  });
});

it.each([outOfMemory, poolExhausted, nodeOutOfDisk, falseAlarm])("%o comes to a diagnosis that the contract accepts", (scenario) => {
  const { diagnosis } = run(scenario());
  expect(Diagnosis.safeParse(diagnosis)).toMatchObject({ success: true });
});
