import { describe, expect, it } from "vitest";
import { canonicalJson } from "@sre/contracts/canonical";
import { Question, subjectsOf, type Edge } from "@sre/contracts/evidence";
import { diagnosisLimits, planQuestions, refineScope, scopeOf } from "../index.ts";
import { ago, alert, app, asOf, calls, errorRule, golden, node, step } from "../testing/builders.ts";
import { falseAlarm, nodeOutOfDisk, outOfMemory, poolExhausted } from "../testing/scenarios.ts";
import { answerOf, emptyWorld, id, run, type World } from "../testing/world.ts";

const scenarios = Object.entries({ outOfMemory, poolExhausted, nodeOutOfDisk, falseAlarm });
const scopeFor = (world: World) => scopeOf({ asOf: world.asOf, alerts: world.alerts, entities: [], deployment: null });

describe("the plan", () => {
  it.each(scenarios)("of %s asks valid questions, each once, within the limit", (_, scenario) => {
    const questions = run(scenario()).rounds.flat();
    expect(questions.filter((question) => !Question.safeParse(question).success)).toEqual([]);
    expect(new Set(questions.map(canonicalJson)).size).toBe(questions.length);
    expect(questions.length).toBeLessThanOrEqual(diagnosisLimits.questionsMax);
  });

  it("asks for the rule, the signals, the objects, the log and the changes of what alerts before it knows anything", () => {
    const questions = planQuestions(scopeFor(outOfMemory()), [], 1);
    const about = new Set(questions.map((question) => question.about));
    expect([...about].sort()).toEqual(["alerts", "calls", "changes", "events", "logs", "objects", "rule", "series", "topology"]);
    expect(questions.filter(({ about: kind }) => kind === "logs").flatMap(subjectsOf)).toEqual([id("service", "checkout")]);
  });

  it("asks about neighbours in the second round", () => {
    const { rounds } = run(poolExhausted());
    const subjects = rounds[1]?.flatMap(subjectsOf) ?? [];
    expect(subjects).toEqual(expect.arrayContaining([id("service", "orders"), id("database", "orders-db"), id("node", "worker-1")]));
  });

  it("asks once, in the second round, for test connections to the services and the parts of the nodes that are there", () => {
    const world = outOfMemory();
    const plane = { ...node("control-1"), labels: { "node-role.kubernetes.io/control-plane": "" } };
    const object = app("cart").objects[0];
    const services = object === undefined ? [] : [{ ...object, entity: id("service", "cart"), api_kind: "Service", spec: {}, status: {} }];
    const rounds = run({ ...world, objects: [...world.objects, ...services, plane] }).rounds.map((questions) =>
      questions.filter(({ about }) => about === "checks"),
    );
    expect(rounds.map(({ length }) => length)).toEqual([0, 1, 0]);
    const subjects = rounds[1]?.flatMap(subjectsOf) ?? [];
    expect(subjects).toEqual(
      expect.arrayContaining([
        id("service", "cart"),
        "eu-1//component/worker-1%3Akube-proxy",
        "eu-1//component/control-1%3Akube-scheduler",
      ]),
    );
    expect(subjects).not.toContain("eu-1//component/worker-1%3Akube-scheduler");
  });

  it("asks for test connections to services that topology tells of where objects cannot be read", () => {
    const world: World = {
      ...outOfMemory(),
      edges: [calls(id("service", "checkout"), id("service", "cart"))],
      fails: ({ about }) => (about === "objects" ? "unreachable" : null),
    };
    const tried = run(world).rounds.map((questions) => questions.filter(({ about }) => about === "checks").flatMap(subjectsOf));
    expect(tried[1]).toEqual([id("service", "cart"), id("service", "checkout")]);
  });

  it("names a missing source of test connections as a gap that could change nothing, and once", () => {
    const world: World = { ...outOfMemory(), fails: ({ about }) => (about === "checks" ? "not_configured" : null) };
    const gaps = run(world).diagnosis.unknown.filter(({ question }) => question.about === "checks");
    expect(gaps.map(({ could_change, because }) => [could_change, because])).toEqual([["nothing", "not_configured"]]);
  });

  it("reads in the third round logs that the second had no place for", () => {
    const names = Array.from({ length: 12 }, (_, i) => `callee-${10 + i}`);
    const apps = ["front", ...names].map((name) => app(name));
    const world: World = {
      ...emptyWorld(asOf),
      alerts: [alert("A", id("service", "front"), 10)],
      objects: apps.flatMap(({ objects }) => objects),
      edges: [...apps.flatMap(({ edges }) => edges), ...names.map((name) => calls(id("service", "front"), id("service", name)))],
    };
    const logs = run(world).rounds.map((questions) => questions.filter(({ about }) => about === "logs").flatMap(subjectsOf));
    expect(logs.flat().filter((subject) => names.some((name) => subject === id("service", name)))).toHaveLength(names.length);
    expect(new Set(logs.flat()).size).toBe(logs.flat().length);
  });

  it("asks nothing about what may be missing and is missing", () => {
    const world = outOfMemory();
    const ghost = id("service", "ghost");
    const objects = world.objects.map((object) => ({
      ...object,
      refs: [{ path: "env[GHOST]", to: ghost, optional: true, exists: false }],
    }));
    expect(
      run({ ...world, objects })
        .rounds.flat()
        .flatMap(subjectsOf),
    ).not.toContain(ghost);
  });

  it("reaches a cause four calls away in three rounds", () => {
    const names = ["a", "b", "c", "d", "e"];
    const apps = names.map((name) => app(name));
    const edges: Edge[] = names.slice(1).map((name, i) => calls(id("service", names[i] ?? ""), id("service", name)));
    const slow = { latency: step(0.1, 2, { since: 15 }), errors: step(0.001, 0.2, { since: 15 }) };
    const world: World = {
      ...emptyWorld(asOf),
      alerts: [alert("Slow", id("service", "a"), 10)],
      rules: [errorRule("Slow", id("service", "a"), step(0.001, 0.2, { since: 15 }))],
      series: [
        ...names.flatMap((name) => golden(id("service", name), slow)),
        { of: id("service", "e"), signal: "named:pool_waiting", unit: null, curve: step(0, 30, { since: 16 }) },
      ],
      objects: apps.flatMap(({ objects }) => objects),
      edges: [...apps.flatMap((each) => each.edges), ...edges],
    };
    const { diagnosis, rounds } = run(world);
    expect(rounds[2]?.length).toBeGreaterThan(0);
    expect(diagnosis.causes[0]).toMatchObject({ entity: id("service", "e"), fault: "connection_pool_exhausted" });
  });

  it("asks nothing more once the limit is reached", () => {
    const scope = scopeFor(outOfMemory());
    const answers = Array.from({ length: diagnosisLimits.questionsMax }, (_, i) =>
      answerOf(outOfMemory(), { about: "alerts", in: id("namespace", `n${i}`, ""), window: scope.window }),
    );
    expect(planQuestions(scope, answers, 2)).toEqual([]);
  });

  it("looks at the last minutes in fine steps when the alert has only just begun, and not when it is old", () => {
    const steps = (minutesAgo: number) => {
      const scope = scopeOf({ asOf, alerts: [alert("A", id("service", "cart"), minutesAgo)], entities: [], deployment: null });
      const drawn = planQuestions(scope, [], 1).filter(({ about }) => about === "series" || about === "rule");
      return new Set(drawn.map((question) => ("step_seconds" in question ? question.step_seconds : 0)));
    };
    expect(steps(0.1)).toEqual(new Set([30, 1]));
    expect(steps(1.5)).toEqual(new Set([30, 15]));
    expect(steps(5)).toEqual(new Set([30]));
  });

  it("asks again over a longer window when the rule looks further back than the scope did", () => {
    const world = outOfMemory();
    const slow: World = { ...world, rules: world.rules.map((rule) => ({ ...rule, forSeconds: 3_600, rangeSeconds: 7_200 })) };
    const { rounds } = run(slow);
    const latency = rounds
      .flat()
      .filter(
        (question) =>
          question.about === "series" &&
          "golden" in question.signal &&
          question.signal.golden === "errors" &&
          question.of.includes(id("service", "checkout")),
      );
    expect(latency).toHaveLength(2);
  });
});

describe("the scope", () => {
  const input = { asOf, alerts: [alert("A", id("service", "cart"), 10)], entities: [], deployment: null };

  it("reaches from half an hour before the first alert to as_of, and its baselines lie outside", () => {
    const scope = scopeOf(input);
    expect(scope.window).toEqual({ from: ago(40), to: asOf });
    expect(scope.baselines).toEqual([
      { from: ago(100), to: ago(40) },
      { from: ago(40 + 24 * 60), to: ago(24 * 60) },
      { from: ago(40 + 7 * 24 * 60), to: ago(7 * 24 * 60) },
    ]);
  });

  it("leaves out alerts that start after as_of and keeps one of equal ones, in any order", () => {
    const later = { ...alert("B", id("service", "cart"), 0), starts_at: "2026-11-20T03:00:01.000Z" };
    const other = alert("C", id("service", "frontend"), 12);
    const one = scopeOf({ ...input, alerts: [...input.alerts, ...input.alerts, later, other] });
    const two = scopeOf({ ...input, alerts: [other, later, ...input.alerts] });
    expect(one).toEqual(two);
    expect(one.alerts.map(({ name }) => name)).toEqual(["C", "A"]);
  });

  it("is refused when nothing names an entity", () => {
    expect(() => scopeOf({ ...input, alerts: [] })).toThrow(RangeError);
  });

  it("follows the rule's for and range, and refining it twice changes nothing more", () => {
    const world = outOfMemory();
    const scope = scopeFor(world);
    const rule = { ...world, rules: world.rules.map((each) => ({ ...each, forSeconds: 3_600, rangeSeconds: 3_600 })) };
    const answers = planQuestions(scope, [], 1).map((question) => answerOf(rule, question));
    const refined = refineScope(scope, answers);
    expect(refined.window.from).toBe(ago(10 + 60 + 60 + 10));
    expect(refined.baselines[0]).toEqual({ from: ago(280), to: ago(140) });
    expect(refineScope(refined, answers)).toEqual(refined);
  });

  it("reaches back over the rollout that is judged", () => {
    const world = outOfMemory();
    const judged = scopeOf({ asOf, alerts: [], entities: [], deployment: id("deployment", "checkout") });
    const rollout = { ...world, changes: world.changes.map((change) => ({ ...change, started_at: ago(120) })) };
    const answers = planQuestions(judged, [], 1).map((question) => answerOf(rollout, question));
    // Rollouts outside the asked window are not told of; the world answers by entity alone.
    expect(refineScope(judged, answers).window.from).toBe(ago(130));
  });

  it("never reaches back further than a week", () => {
    const old = { ...alert("A", id("service", "cart"), 60 * 24 * 30) };
    expect(scopeOf({ ...input, alerts: [old] }).window.from).toBe(ago(60 * 24 * 7));
  });
});
