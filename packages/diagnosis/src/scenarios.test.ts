import { describe, expect, it } from "vitest";
import { Diagnosis, type Answer, type Question } from "@sre/contracts/evidence";
import { diagnose, describeDifference } from "./index.ts";
import { ago, app, change, golden, node } from "./testing/builders.ts";
import { falseAlarm, nodeOutOfDisk, outOfMemory, poolExhausted } from "./testing/scenarios.ts";
import { emptyWorld, id, run, type World } from "./testing/world.ts";

/** Each scenario as it was recorded is diagnosed once; a run is a pure function of its world. */
const done = {
  outOfMemory: run(outOfMemory()),
  poolExhausted: run(poolExhausted()),
  nodeOutOfDisk: run(nodeOutOfDisk()),
  falseAlarm: run(falseAlarm()),
};
const first = (world: World) => run(world).diagnosis.causes[0];
const without = (world: World, about: readonly Question["about"][]): World => ({
  ...world,
  fails: (question) => (about.includes(question.about) ? "unreachable" : null),
});

describe("a deployment that is killed for lack of memory", () => {
  it("is named first, with the change that brought it and the step that undoes it", () => {
    const { diagnosis } = done.outOfMemory;
    expect(diagnosis.verdict).toBe("confirmed");
    expect(diagnosis.causes[0]).toMatchObject({
      rank: 1,
      entity: id("deployment", "checkout"),
      fault: "out_of_memory",
      change: "change-checkout 2.14.0",
    });
    expect(diagnosis.plan.steps[0]).toMatchObject({
      action: "kubernetes.rollout_undo",
      target: id("deployment", "checkout"),
      reversible: true,
      mutates: true,
    });
    expect(diagnosis.plan).toMatchObject({ for_cause: 1, requires_approval: true });
    expect(diagnosis.headline).toEqual({
      en: "Deployment checkout runs out of memory after deployment “checkout 2.14.0”, since 02:45 UTC",
      "zh-TW": "Deployment checkout 記憶體不足，發生於部署「checkout 2.14.0」之後，自 02:45 UTC 起",
    });
  });

  it("explains its caller and the crash loop of its own pods", () => {
    const { diagnosis } = done.outOfMemory;
    expect(diagnosis.causes[0]?.explains).toContain(id("service", "frontend"));
    const loop = diagnosis.causes.find(({ fault }) => fault === "crash_loop");
    expect(loop?.against[0]).toMatchObject({ what: "explained_here" });
    expect(diagnosis.ruled_out.find(({ entity }) => entity === id("service", "frontend"))?.because.what).toBe("explained_by");
  });

  it("follows the evidence when another service is the culprit", () => {
    expect(first(outOfMemory("cart", "checkout"))).toMatchObject({
      entity: id("deployment", "cart"),
      fault: "out_of_memory",
      change: "change-cart 2.14.0",
    });
  });

  it("is at most likely without Kubernetes, and the gap is named", () => {
    const full = done.outOfMemory.diagnosis;
    const { diagnosis } = run(without(outOfMemory(), ["objects", "events"]));
    expect(["likely", "inconclusive"]).toContain(diagnosis.verdict);
    expect(diagnosis.causes[0]?.confidence).toBeLessThan(full.causes[0]?.confidence ?? 0);
    expect(diagnosis.unknown.filter(({ could_change }) => could_change === "verdict").map(({ question }) => question.about)).toEqual(
      expect.arrayContaining(["objects", "events"]),
    );
  });

  it.each(["rule", "series"] as const)("is confirmed where nobody records any %s: its objects leave no other reading", (about) => {
    const { diagnosis } = run({ ...outOfMemory(), fails: (question) => (question.about === about ? "not_recorded" : null) });
    expect(diagnosis).toMatchObject({ verdict: "confirmed", causes: [{ fault: "out_of_memory" }, ...diagnosis.causes.slice(1)] });
  });

  it.each(["logs", "rule", "series", "changes", "topology", "alerts", "calls"] as const)(
    "is at most likely while nobody who keeps %s can be reached, and the gap is named",
    (about) => {
      const { diagnosis } = run(without(outOfMemory(), [about]));
      expect(diagnosis.verdict).toBe("likely");
      expect(diagnosis.causes[0]).toMatchObject({ entity: id("deployment", "checkout"), fault: "out_of_memory" });
      expect(diagnosis.unknown.some(({ question, could_change }) => question.about === about && could_change === "verdict")).toBe(true);
    },
  );

  it("blames no change when there was none", () => {
    const { diagnosis } = run({ ...outOfMemory(), changes: [] });
    expect(diagnosis.causes[0]).toMatchObject({ entity: id("deployment", "checkout"), fault: "out_of_memory", change: null });
    expect(diagnosis.plan.steps.map(({ action }) => action)).toEqual(["kubernetes.raise_memory_limit", "kubernetes.inspect_pods"]);
    expect(diagnosis.plan.steps[0]?.command).toBe(
      "kubectl --context eu-1 --namespace shop set resources deployment/checkout --containers=checkout --limits=memory=768Mi",
    );
  });

  it("rules out changes that came later or touched something else, each with its reason", () => {
    const { diagnosis } = done.outOfMemory;
    const reasons = Object.fromEntries(diagnosis.ruled_out.map(({ title, because }) => [title.en, because.what]));
    expect(reasons).toMatchObject({ "frontend 3.0.2": "change_after_onset", "payments 1.9.1": "change_unrelated" });
  });

  it("rules out a change of the right service that came after the onset, or reached no instance", () => {
    const later = change("checkout 2.15.0", id("deployment", "checkout"), { minutesAgo: 4 });
    const nowhere = change("checkout flag", id("service", "checkout"), { minutesAgo: 16, kind: "flag", share: 0 });
    const { diagnosis } = run({ ...outOfMemory(), changes: [later, nowhere] });
    expect(diagnosis.causes[0]?.change).toBeNull();
    const reasons = Object.fromEntries(diagnosis.ruled_out.map(({ title, because }) => [title.en, because.what]));
    expect(reasons).toMatchObject({ "checkout 2.15.0": "change_after_onset", "checkout flag": "change_reached_nothing" });
  });

  it("says of Kubernetes' answer when it is of now and not of then, and confirms nothing by it", () => {
    const { diagnosis } = run({ ...outOfMemory(), objectsAsOf: "now" });
    const killed = diagnosis.findings.find(({ what }) => what === "oom_killed");
    expect(killed?.values["seen"]).toBe("now");
    expect(killed?.text.en).toContain("as it is now, not then");
    expect(diagnosis.verdict).toBe("likely");
    expect(diagnosis.unknown.some(({ because }) => because === "now_not_then")).toBe(true);
  });
});

describe("a connection pool exhausted behind three services that alert", () => {
  it("is named first with its configuration change, although it does not alert itself", () => {
    const { diagnosis } = done.poolExhausted;
    expect(diagnosis.verdict).toBe("confirmed");
    expect(diagnosis.causes[0]).toMatchObject({
      entity: id("service", "orders"),
      fault: "connection_pool_exhausted",
      change: "change-pool.max 20 → 5",
    });
    expect(diagnosis.causes[0]?.where).toContain(id("deployment", "orders"));
    expect(diagnosis.plan.steps[0]).toMatchObject({ action: "config.revert", target: id("deployment", "orders") });
  });

  it("is found by asking on: the first round does not name it", () => {
    const { rounds } = done.poolExhausted;
    const named = (questions: readonly Question[]) => JSON.stringify(questions).includes(id("service", "orders"));
    expect(rounds.map(named)).toEqual([false, true, false]);
  });

  it("explains the callers away, each with its reason", () => {
    const { diagnosis } = done.poolExhausted;
    for (const name of ["frontend", "checkout", "cart"]) {
      expect(diagnosis.causes[0]?.explains).toContain(id("service", name));
      const lowered = [
        ...diagnosis.ruled_out.map(({ entity, because }) => ({ entity, because })),
        ...diagnosis.causes.slice(1).map(({ entity, against }) => ({ entity, because: against[0] })),
      ];
      expect(lowered.find(({ entity }) => entity === id("service", name))?.because?.what).toBe("explained_by");
    }
  });

  it("follows the evidence when another service is the culprit", () => {
    const world = poolExhausted("stock", "orders");
    expect(first(world)).toMatchObject({ entity: id("service", "stock"), fault: "connection_pool_exhausted" });
  });

  it("is not named as an exhausted pool when neither its pool nor any log was seen", () => {
    const world = poolExhausted();
    const blind = {
      ...world,
      series: world.series.filter(({ signal }) => !signal.startsWith("named:")),
      fails: (question: Question) => (question.about === "logs" ? "timeout" : null),
    } as const;
    const { diagnosis } = run(blind);
    expect(diagnosis.verdict).not.toBe("confirmed");
    expect(diagnosis.causes[0]).toMatchObject({ entity: id("service", "orders"), fault: "bad_config" });
    expect(diagnosis.unknown.some(({ question, could_change }) => question.about === "logs" && could_change === "verdict")).toBe(true);
  });
});

describe("a node out of disk", () => {
  it("is named first, above the services whose pods it evicted", () => {
    const { diagnosis } = done.nodeOutOfDisk;
    expect(diagnosis.verdict).toBe("confirmed");
    expect(diagnosis.causes[0]).toMatchObject({ entity: id("node", "worker-2"), fault: "node_disk_pressure", change: null });
    expect(diagnosis.plan.steps.map(({ action }) => action)).toEqual([
      "kubernetes.cordon",
      "node.free_disk",
      "kubernetes.uncordon",
      "kubernetes.inspect_node",
    ]);
  });

  it("follows the evidence when another node is full", () => {
    expect(first(nodeOutOfDisk("worker-1", "worker-2"))).toMatchObject({ entity: id("node", "worker-1"), fault: "node_disk_pressure" });
  });

  it("is less certain without Kubernetes, and the gap is named", () => {
    const { diagnosis } = run(without(nodeOutOfDisk(), ["objects", "events"]));
    expect(diagnosis.verdict).not.toBe("confirmed");
    expect(diagnosis.verdict).not.toBe("nothing_wrong");
    expect(diagnosis.unknown.some(({ question, could_change }) => question.about === "objects" && could_change === "verdict")).toBe(true);
  });
});

describe("a false alarm", () => {
  it("is called nothing wrong, and nothing is proposed", () => {
    const { diagnosis } = done.falseAlarm;
    expect(diagnosis).toMatchObject({
      verdict: "nothing_wrong",
      causes: [],
      hurts: [],
      plan: { for_cause: null, requires_approval: false, steps: [] },
    });
    expect(diagnosis.findings.some(({ what }) => what === "rule_recovered")).toBe(true);
  });

  it.each(["rule", "series", "objects", "events", "logs"] as const)(
    "is never called nothing wrong when %s could not be reached",
    (about) => {
      const { diagnosis } = run(without(falseAlarm(), [about]));
      expect(diagnosis.verdict).toBe("inconclusive");
      expect(diagnosis.plan.steps.filter(({ mutates }) => mutates)).toEqual([]);
    },
  );

  it("is still called nothing wrong where logs were never set up", () => {
    const { diagnosis } = run({ ...falseAlarm(), fails: (question) => (question.about === "logs" ? "not_configured" : null) });
    expect(diagnosis.verdict).toBe("nothing_wrong");
  });

  it("is called nothing wrong although something that nobody watches was changed just before", () => {
    const world = falseAlarm();
    const ledger = id("database", "ledger");
    const edges = [...world.edges, { from: id("service", "payments"), to: ledger, kind: "calls" as const, origin: "declared" }];
    const { diagnosis } = run({ ...world, edges, changes: [change("ledger parameters", ledger, { minutesAgo: 16, kind: "config" })] });
    expect(diagnosis.verdict).toBe("nothing_wrong");
  });

  it("is not called nothing wrong while the rule is in breach", () => {
    const world = falseAlarm();
    const rules = world.rules.map((rule) => ({ ...rule, curve: () => 0.4 }));
    expect(run({ ...world, rules }).diagnosis.verdict).not.toBe("nothing_wrong");
  });

  it("is not called nothing wrong when no evidence came at all", () => {
    const { scope } = done.falseAlarm;
    const diagnosis = diagnose(scope, []);
    expect(diagnosis.verdict).toBe("inconclusive");
    expect(diagnosis.unknown.every(({ because }) => because === "not_asked")).toBe(true);
    expect(diagnosis.unknown.map(({ question }) => question.about)).toEqual(
      expect.arrayContaining(["rule", "series", "objects", "logs", "events"]),
    );
  });
});

describe("one deployment judged", () => {
  it("comes to the same cause as the diagnosis of the alert", () => {
    const world = outOfMemory();
    const judged = run(world, id("deployment", "checkout")).diagnosis.causes[0];
    expect(judged).toMatchObject({ entity: id("deployment", "checkout"), fault: "out_of_memory", change: "change-checkout 2.14.0" });
  });

  it("names what it depends on when that is at fault", () => {
    expect(run(poolExhausted(), id("deployment", "cart")).diagnosis.causes[0]).toMatchObject({
      entity: id("service", "orders"),
      fault: "connection_pool_exhausted",
    });
  });

  it("is called nothing wrong when its signals and objects are normal", () => {
    const { objects, edges } = app("cart");
    const world: World = {
      ...emptyWorld(ago(0)),
      series: golden(id("service", "cart")),
      objects: [...objects, node("worker-1")],
      edges,
      changes: [change("cart 1.2", id("deployment", "cart"), { minutesAgo: 30 })],
    };
    const { diagnosis } = run(world, id("deployment", "cart"));
    expect(diagnosis).toMatchObject({ verdict: "nothing_wrong", causes: [], plan: { steps: [] } });
  });

  it("is not called nothing wrong when its objects were not seen", () => {
    const world: World = { ...emptyWorld(ago(0)), series: golden(id("service", "cart")), edges: app("cart").edges };
    expect(run(world, id("deployment", "cart")).diagnosis.verdict).toBe("inconclusive");
  });
});

describe("every diagnosis", () => {
  it.each(Object.entries(done))("of %s is one that the contract accepts", (_, { diagnosis }) => {
    expect(Diagnosis.safeParse(diagnosis)).toMatchObject({ success: true });
  });

  it.each(Object.entries(done))("of %s cites answers that exist, with their part", (_, { diagnosis, answers }) => {
    const ids = new Set(answers.map((answer: Answer) => answer.id));
    const cited = [...diagnosis.findings, ...diagnosis.causes.flatMap((cause) => [...cause.for, ...cause.against])].flatMap(
      ({ evidence }) => evidence,
    );
    expect(cited.length).toBeGreaterThan(0);
    expect(cited.filter(({ id: evidence, part }) => !ids.has(evidence) || part === undefined)).toEqual([]);
  });

  it.each(Object.entries(done))("of %s shows parts that add up to each confidence and point to findings", (_, { diagnosis }) => {
    for (const cause of diagnosis.causes) {
      const sum = cause.parts.reduce((total, { weight }) => total + weight, 0);
      expect(cause.confidence).toBeCloseTo(Math.min(0.99, Math.max(0.01, sum)), 5);
      expect(cause.parts.flatMap(({ because }) => because).every((index) => cause.for[index] !== undefined)).toBe(true);
    }
  });

  it("says in words how it differs from an earlier one, and nothing when it does not", () => {
    const [blind, full] = [run(without(outOfMemory(), ["objects", "events"])).diagnosis, done.outOfMemory.diagnosis];
    expect(describeDifference(full, full)).toBeNull();
    expect(describeDifference(blind, full)?.en).toContain("confirmed");
    expect(describeDifference(done.falseAlarm.diagnosis, full)?.["zh-TW"]).toContain("未見異常");
  });
});
