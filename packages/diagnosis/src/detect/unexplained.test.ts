import { describe, expect, it } from "vitest";
import { entityId, type Finding } from "@sre/contracts/evidence";
import { diagnose } from "../index.ts";
import { alert, app, asOf, calls, event, node } from "../testing/builders.ts";
import { detected, object } from "../testing/detected.ts";
import { cart, findings, only, type Checks, type Told } from "../testing/told.ts";
import { emptyWorld, id, run, type World } from "../testing/world.ts";

const shop = entityId({ cluster: "eu-1", namespace: "", kind: "namespace", name: "shop" });
const part = (name: string) => entityId({ cluster: "eu-1", namespace: "", kind: "component", name });
type Check = Checks[number];
const check = (more: Partial<Check>): Check => ({ from: null, to: cart, outcome: "ok", detail: "", at: asOf, ...more });

const refused = (pod: string, quota: string) =>
  event(id("replicaset", `${pod}-5d4f8b9c7`), "FailedCreate", {
    message: `Error creating: pods "${pod}-5d4f8b9c7-zz9zz" is forbidden: exceeded quota: ${quota}, requested: gpus=1, used: gpus=9`,
    first: 9,
    last: 1,
    count: 7,
  });
const quota = object(id("quota", "team-budget"));
const made = object(id("replicaset", "cart-5d4f8b9c7"), {
  owner: id("deployment", "cart"),
  spec: { replicas: 1 },
  status: { replicas: 0 },
});

describe("signs that something is unwell", () => {
  it("a part of a node that does not work is laid at the node, whatever part it is", () => {
    const found = findings({ checks: [check({ to: part("worker-1:some-agent"), outcome: "error", code: "inactive (dead)" })] });
    expect(only(found, "part_not_working")).toMatchObject([{ entity: id("node", "worker-1"), values: { part: "some-agent" } }]);
  });

  it("a place from which things fail that succeed from elsewhere is told, one from which all fail alike is not", () => {
    const [near, far] = [id("node", "worker-1"), id("node", "worker-2")];
    const targets = ["cart", "stock", "pay"].map((name) => id("service", name));
    const tried = (outcome: Check["outcome"]) =>
      targets.flatMap((to) => [check({ from: near, to, outcome: "timeout" }), check({ from: far, to, outcome })]);
    expect(only(findings({ checks: tried("ok") }), "fails_only_from").map(({ entity }) => entity)).toEqual([near]);
    expect(only(findings({ checks: tried("timeout") }), "fails_only_from")).toEqual([]);
  });

  it("a warning that names a thing that nobody uses is laid at its namespace", () => {
    const found = detected({ objects: [...app("cart").objects, made, quota], events: [refused("cart", "team-budget")] });
    expect(only(found, "blamed_by_warning")).toMatchObject([{ values: { by: shop } }]);
  });

  it("a warning that names only what it is about, or nothing that is known, blames nobody else", () => {
    const found = detected({ objects: [...app("cart").objects, made], events: [refused("cart", "team-budget")] });
    expect(only(found, "blamed_by_warning")).toEqual([]);
  });

  it("what is declared and not there is laid at its namespace", () => {
    const claim = object(id("claim", "cart-data"), { view: "declared" });
    expect(only(detected({ objects: [claim] }), "absent")).toMatchObject([{ entity: claim.entity, values: { by: shop } }]);
    expect(only(detected({ objects: [claim, { ...claim, view: "live" }] }), "absent")).toEqual([]);
    expect(only(detected({ objects: [claim] }, false), "absent")).toEqual([]);
  });
});

describe("what error lines name", () => {
  const [store, other] = [id("deployment", "store"), id("deployment", "archive")];
  const runs = (entity: string, image: string) =>
    object(entity, { spec: { replicas: 1, template: { spec: { containers: [{ name: "main", image }] } } } });
  const line = "The Quuxdb server refused the statement";
  const clients = ["cart", "pay"].map((name) => id("service", name));
  const both = clients.map((from) => calls(from, id("service", "store")));
  const objects = [runs(store, "registry:5000/library/quuxdb:5.7"), object(id("service", "store"))];
  const logs = clients.map((of) => [of, line] as const);

  it("is what their writers need and what runs the program that they name", () => {
    const found = only(findings({ objects, edges: both, logs }), "blamed_in_logs");
    expect(found).toMatchObject([{ entity: id("service", "store"), values: { count: 2 } }]);
  });

  it("is also told by an address", () => {
    const addressed = [objects[0], object(id("service", "store"), { spec: { clusterIP: "10.1.2.3" } })].flatMap((one) => one ?? []);
    const refused = [[id("service", "cart"), "dial tcp 10.1.2.3:80: connection refused"]] as const;
    const found = only(findings({ objects: addressed, edges: both.slice(0, 1), logs: refused }), "blamed_in_logs");
    expect(found.map(({ entity }) => entity)).toEqual([id("service", "store")]);
  });

  it("is believed less of one writer where several need the same, and of one that names many", () => {
    const strengthOf = (more: Partial<Told>) =>
      only(findings({ objects, edges: both, logs: logs.slice(0, 1), ...more }), "blamed_in_logs").find(({ entity }) => entity === id("service", "store"))?.strength ?? 0; // prettier-ignore
    const alone = strengthOf({});
    const crowd = ["pay", "stock", "mail"].map((name) => calls(id("service", name), id("service", "store")));
    expect(strengthOf({ edges: [...both, ...crowd] })).toBeLessThan(alone);
    const others = ["stock", "mail"].map((name) => id("service", name));
    const many = {
      objects: [...objects, ...others.map((entity) => object(entity))],
      edges: [...both, ...others.map((to) => calls(id("service", "cart"), to))],
      logs: [[id("service", "cart"), "neither Quuxdb nor stock nor mail answers"]] as const,
    };
    expect(strengthOf(many)).toBeLessThan(alone);
  });

  it("is nothing that no writer needs, and neither of two that are equally near", () => {
    expect(only(findings({ objects, logs }), "blamed_in_logs")).toEqual([]);
    const twin = [...objects, runs(other, "quuxdb:5.7"), object(id("service", "archive"))];
    const edges = [...both, ...clients.map((from) => calls(from, id("service", "archive")))];
    expect(only(findings({ objects: twin, edges, logs }), "blamed_in_logs")).toEqual([]);
  });
});

describe("a fault of a kind that the engine does not know", () => {
  const world = (more: Partial<World>): World => ({ ...emptyWorld(asOf), alerts: [alert("A", cart, 10)], ...more });
  const without = (given: World, ...left: string[]) => {
    const { scope, answers } = run(given);
    return diagnose(scope, answers, { withoutFaults: new Set(left) });
  };
  const quotas = ["quota_exceeded", "quota_exceeded_cpu", "quota_exceeded_memory", "quota_exceeded_pods"];
  const short = app("cart", { available: 0 });
  const budget = world({ ...short, objects: [...short.objects, quota, node("worker-1")], events: [refused("cart", "team-budget")] });

  it("of a quota is still laid at the namespace, and not at the workload that lacks pods", () => {
    expect(without(budget).causes[0]).toMatchObject({ entity: shop, fault: "quota_exceeded" });
    const { causes, verdict } = without(budget, ...quotas);
    expect(causes[0]).toMatchObject({ entity: shop, fault: "unknown" });
    expect(verdict).toBe("inconclusive");
    expect(causes[0]?.parts[0]?.text.en).toBe("It is plainly unwell, but nothing tells the fault by name");
  });

  it("is looked at where it lies: a namespace has no log to read", () => {
    const { plan } = without(budget, ...quotas);
    expect(plan.steps.map(({ action }) => action)).toEqual(["kubernetes.inspect_pods", "kubernetes.inspect_events"]);
    expect(plan.steps.every(({ mutates, command }) => !mutates && command.includes("--namespace shop"))).toBe(true);
  });

  it("is not told where the same evidence already shows a fault by name", () => {
    const unexplained = (list: readonly Finding[]) => list.filter(({ what }) => what === "blamed_by_warning");
    expect(unexplained(without(budget).findings)).toEqual([]);
    expect(unexplained(without(budget, ...quotas).findings)).toHaveLength(1);
  });
});
