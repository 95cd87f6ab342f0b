import { describe, expect, it } from "vitest";
import { diagnose } from "../index.ts";
import { ago, alert, app, asOf, errorRule, event, golden, node, steady } from "../testing/builders.ts";
import { object } from "../testing/detected.ts";
import { emptyWorld, id, run, type World } from "../testing/world.ts";

const cart = id("service", "cart");
const shop = "eu-1//namespace/shop";
const world = (more: Partial<World>): World => ({ ...emptyWorld(asOf), alerts: [alert("A", cart, 10)], ...more });
const objects = [...app("cart").objects, node("worker-1")];

describe("an engine that is to know nothing of some faults", () => {
  it("never names them, and still names the object", () => {
    const pending = object(id("pod", "cart-5d4f8b9c7-x2x9z"), { owner: id("deployment", "cart"), status: { phase: "Pending" } });
    const message = "0/3 nodes are available: 3 Insufficient cpu.";
    const unplaced = world({
      objects: [...objects.slice(0, 1), pending, objects.at(-1)!],
      events: [event(pending.entity, "FailedScheduling", { message, first: 9 })],
    });
    const { scope, answers } = run(unplaced);
    const named = (...left: string[]) => diagnose(scope, answers, { withoutFaults: new Set(left) }).causes[0];
    expect(named()).toMatchObject({ entity: id("deployment", "cart"), fault: "insufficient_cpu" });
    expect(named("insufficient_cpu")).toMatchObject({ entity: id("deployment", "cart"), fault: "unschedulable" });
    expect(named("insufficient_cpu", "unschedulable")?.fault).toBe("unknown");
  });
});

describe("where something alerts and nothing shows a fault", () => {
  it("the thing that alerts is named as unknown, and nothing more is claimed of it", () => {
    const { diagnosis } = run(world({ objects }));
    expect(diagnosis.causes).toMatchObject([{ rank: 1, entity: cart, fault: "unknown" }]);
    expect(diagnosis.verdict).toBe("inconclusive");
  });

  it("nothing is named once its signals or its rule were seen to be calm", () => {
    const calm = world({ objects, series: golden(cart), rules: [errorRule("A", cart, steady(0.001))] });
    expect(run(calm).diagnosis.causes).toEqual([]);
  });

  it("nothing is named where nobody could look", () => {
    expect(run(world({})).diagnosis.causes).toEqual([]);
  });

  it("the thing that alerts is named where objects are kept and could not be read", () => {
    const silent = world({ objects, fails: ({ about }) => (about === "objects" ? "unreachable" : null) });
    const { diagnosis } = run(silent);
    expect(diagnosis.causes).toMatchObject([{ rank: 1, entity: cart, fault: "unknown" }]);
    expect(diagnosis.verdict).toBe("inconclusive");
  });

  it("of a whole namespace the workload that lacks most of its pods is named", () => {
    const lacking = (name: string, ready: number) =>
      object(id("deployment", name), {
        created_at: ago(600),
        spec: { replicas: 4 },
        status: {
          replicas: 4,
          availableReplicas: ready,
          conditions: [{ type: "Available", status: "False", lastTransitionTime: ago(500) }],
        },
      });
    const { diagnosis } = run(world({ alerts: [alert("A", shop, 10)], objects: [lacking("pay", 3), lacking("stock", 1)] }));
    expect(diagnosis.causes[0]).toMatchObject({ entity: id("deployment", "stock"), fault: "unknown" });
  });
});
