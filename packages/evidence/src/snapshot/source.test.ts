import type { Answer, Answered, ClusterObject, DataOf, Edge, Question } from "@sre/contracts/evidence";
import { describe, expect, test } from "vitest";
import { unanswered } from "../source.ts";
import { readSnapshot, writeSnapshot } from "./format.ts";
import { snapshotSource, snapshotSources } from "./source.ts";
import { asOf, context, id, minute, namespaceShop, recorded, series, snapshotOf, window } from "./testing/builders.ts";

const cart = id("service", "cart");
const checkout = id("service", "checkout");
const deployment = id("deployment", "cart");
const pod = id("pod", "cart-1");
const otherPod = id("pod", "checkout-1");

async function ask(answers: readonly Answer[], question: Question, edges: readonly Edge[] = []): Promise<Answer> {
  return snapshotSource(snapshotOf(answers, edges)).ask(question, context);
}

function dataOf<About extends Question["about"]>(answer: Answer, about: About): DataOf<About> {
  if (answer.kind !== "answered" || answer.data.about !== about) throw new Error(`no ${about} but ${JSON.stringify(answer)}`);
  return answer.data as DataOf<About>;
}

const coverageOf = (answer: Answer) => (answer.kind === "answered" ? answer.coverage : null);
const latency = (of: readonly string[], minutes: readonly [number, number], more: Partial<Extract<Question, { about: "series" }>> = {}): Question => ({
  about: "series", of: [...of], signal: { golden: "latency" }, statistics: ["mean"], window: window(...minutes), step_seconds: 60, ...more,
}); // prettier-ignore

describe("series in a snapshot", () => {
  test("an exact question is answered as it was recorded, under the same id", async () => {
    const one = series([cart, checkout], [0, 60]);
    expect(await ask([one], one.question)).toEqual(one);
  });

  test("a narrower window gets its part, and says which question was recorded", async () => {
    const one = series([cart, checkout], [0, 60]);
    const answer = await ask([one], latency([cart], [10, 12]));
    expect(dataOf(answer, "series")).toMatchObject({ start: minute(10), step_ms: 60_000, rows: [{ of: cart, values: [10, 11, 12] }] });
    expect(answer.recorded).toEqual(one.question);
    expect(coverageOf(answer)).toMatchObject({ from: minute(10), to: minute(12), complete: true, missing_share: 0 });
  });

  test("what a source failed to tell of a thing is unknown in other words as well, and nothing is told of other things", async () => {
    const failed = unanswered({
      question: latency([cart, checkout], [0, 60]),
      source: "metrics",
      asked: [],
      because: "unreachable",
      detail: "down",
    });
    const other = latency([cart], [10, 50], { statistics: ["p95"] });
    expect(await ask([failed], other)).toMatchObject({ kind: "unanswered", because: "unreachable", question: other });
    expect(await ask([failed, series([cart], [0, 60])], latency([cart], [10, 12]))).toMatchObject({ kind: "answered" });
    const untold = [latency([deployment], [0, 60]), latency([cart], [0, 60], { signal: { golden: "errors" } })];
    for (const question of untold) expect(await ask([failed], question)).toMatchObject({ because: "not_recorded" });
    const unkept = unanswered({
      question: latency([cart], [0, 60]),
      source: "metrics",
      asked: [],
      because: "unknown_signal",
      detail: "none",
    });
    expect(await ask([unkept], other)).toMatchObject({ because: "not_recorded" });
  });

  test("another entity, signal, side, split or statistic is not recorded", async () => {
    const one = series([cart], [0, 60]);
    const others = [
      latency([checkout], [0, 60]), latency([cart], [0, 60], { signal: { golden: "errors" } }), latency([cart], [0, 60], { side: "client" }),
      latency([cart], [0, 60], { by: ["version"] }), latency([cart], [0, 60], { statistics: ["p95"] }), latency([deployment], [0, 60]),
    ]; // prettier-ignore
    for (const question of others) expect(await ask([one], question)).toMatchObject({ kind: "unanswered", because: "not_recorded" });
  });

  test("nothing later than as_of leaves, whatever was recorded and asked", async () => {
    const answer = await ask([series([cart], [0, 90])], latency([cart], [50, 90]));
    expect(dataOf(answer, "series").rows[0]?.values.at(-1)).toBe(60);
    expect(coverageOf(answer)).toMatchObject({ to: asOf, complete: false });
    expect(await ask([series([cart], [0, 90])], latency([cart], [61, 90]))).toMatchObject({ because: "not_recorded" });
    const exact = await ask([series([cart], [0, 90])], series([cart], [0, 90]).question);
    expect(dataOf(exact, "series").rows[0]?.values).toHaveLength(61);
  });

  test("an asker's earlier as_of cuts earlier", async () => {
    const answer = await snapshotSource(snapshotOf([series([cart], [0, 60])])).ask(latency([cart], [0, 60]), {
      ...context,
      asOf: minute(5),
    });
    expect(dataOf(answer, "series").rows[0]?.values).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("full cover comes before a longer overlap, then the finer step", async () => {
    const long = series([cart], [0, 55]);
    const full = series([cart], [30, 60]);
    const fine = series([cart], [30, 60], { stepMs: 30_000 });
    expect((await ask([long, full], latency([cart], [31, 59]))).recorded).toEqual(full.question);
    expect((await ask([full, fine], latency([cart], [31, 59]))).recorded).toEqual(fine.question);
  });

  test("the longest overlap wins when nothing covers the window, and the gap is told", async () => {
    const answer = await ask([series([cart], [0, 20]), series([cart], [0, 40])], latency([cart], [0, 60], { top: 5 }));
    expect(coverageOf(answer)).toMatchObject({ to: minute(40), complete: false });
    expect(coverageOf(answer)?.missing_share).toBeCloseTo(1 / 3, 5);
  });

  test("steps are coarsened by whole multiples, the newest value kept", async () => {
    const answer = await ask([series([cart], [0, 60])], latency([cart], [0, 60], { step_seconds: 120 }));
    const data = dataOf(answer, "series");
    expect(data.step_ms).toBe(120_000);
    expect(data.rows[0]?.values.at(-1)).toBe(59.5);
    expect(data.start).toBe(minute(0));
  });

  test.each([
    ["a step that does not divide", { step_seconds: 90 }, "mean"],
    ["a quantile", { step_seconds: 120, statistics: ["p95"] }, "p95"],
  ] as const)("%s is left in its recorded step", async (_, more, statistic) => {
    const answer = await ask(
      [series([cart], [0, 60], { statistics: [statistic] })],
      latency([cart], [0, 60], { ...more, statistics: [statistic] }),
    );
    expect(dataOf(answer, "series").step_ms).toBe(60_000);
  });

  test("a maximum stays the maximum when its step is coarsened", async () => {
    const answer = await ask(
      [series([cart], [0, 60], { statistics: ["max"] })],
      latency([cart], [10, 20], { step_seconds: 300, statistics: ["max"] }),
    );
    expect(dataOf(answer, "series").rows[0]?.values).toEqual([10, 15, 20]);
  });

  test("several recordings share a question, and what none of them holds is missing, not empty", async () => {
    const answer = await ask(
      [series([cart], [0, 60]), series([checkout], [0, 60])],
      latency([cart, checkout, id("service", "pay")], [10, 60]),
    );
    expect(
      dataOf(answer, "series")
        .rows.map((row) => row.of)
        .sort(),
    ).toEqual([cart, checkout]);
    expect(coverageOf(answer)).toMatchObject({ complete: false });
    expect(coverageOf(answer)?.missing_share).toBeCloseTo(1 / 3, 5);
  });
});

const event = (entity: string, from: number, to: number) => ({
  entity,
  reason: "BackOff",
  message: "again",
  type: "Warning" as const,
  count: 2,
  first_at: minute(from),
  last_at: minute(to),
  from: "kubelet",
});
const owns: Edge[] = [{ from: deployment, to: pod, kind: "owns", origin: "owner_reference" }];
const eventsIn = (place: string, from: number, to: number): Question => ({ about: "events", in: place, window: window(from, to) });

describe("rows in a snapshot", () => {
  const all = [event(pod, 10, 20), event(otherPod, 10, 20), event(pod, 50, 70), event(pod, 65, 70)];
  const namespaceEvents = recorded(
    eventsIn(namespaceShop, 0, 90),
    { about: "events", events: all },
    { source: "kubernetes", coverage: { truncated_by: "rows" } },
  );

  test("are filtered out of an answer for the namespace, by owner, with its truncation", async () => {
    const answer = await ask([namespaceEvents], eventsIn(deployment, 30, 60), owns);
    expect(dataOf(answer, "events").events).toEqual([{ ...event(pod, 50, 60) }]);
    expect(coverageOf(answer)?.truncated_by).toBe("rows");
  });

  test("are filtered out of an answer for the owner", async () => {
    const ofOwner = recorded(eventsIn(deployment, 0, 60), { about: "events", events: [event(pod, 1, 2), event(deployment, 1, 2)] });
    expect(dataOf(await ask([ofOwner], eventsIn(pod, 0, 60), owns), "events").events).toEqual([event(pod, 1, 2)]);
    expect(await ask([ofOwner], eventsIn(otherPod, 0, 60), owns)).toMatchObject({ because: "not_recorded" });
  });

  test("of a cluster's own events say nothing about a namespace", async () => {
    const ofCluster = recorded(eventsIn("eu//cluster/eu", 0, 60), { about: "events", events: [event("eu//node/n1", 1, 2)] });
    expect(await ask([ofCluster], eventsIn(namespaceShop, 0, 60))).toMatchObject({ because: "not_recorded" });
    expect(dataOf(await ask([ofCluster], eventsIn("eu//node/n1", 0, 60)), "events").events).toHaveLength(1);
  });

  test("changes belong to what they touch, and one that had not ended is still under way", async () => {
    const change = {
      id: "c1",
      entity: deployment,
      kind: "deployment" as const,
      started_at: minute(55),
      ended_at: minute(70),
      state: "succeeded" as const,
      share: null,
      touches: [],
      by: null,
      from: null,
      to: null,
      title: "v2",
      url: null,
      origin: "api",
    };
    const question: Question = { about: "changes", of: [deployment, checkout], window: window(0, 90) };
    const told = recorded(question, {
      about: "changes",
      changes: [change, { ...change, id: "c2", entity: checkout, touches: [cart] }, { ...change, id: "c3", started_at: minute(65) }],
    });
    const answer = await ask([told], { about: "changes", of: [deployment], window: window(0, 60) });
    expect(dataOf(answer, "changes").changes).toEqual([{ ...change, ended_at: null, state: "started" }]);
    expect(await ask([told], { about: "changes", of: [id("service", "pay")], window: window(0, 60) })).toMatchObject({
      because: "not_recorded",
    });
  });

  const object = (entity: string, created: number): ClusterObject => ({
    entity,
    view: "live",
    api_kind: "Pod",
    generation: 1,
    created_at: minute(created),
    owner: null,
    labels: {},
    spec: {},
    status: {},
    refs: [],
  });
  const objectsQuestion = (place: string, kinds: string[]): Question => ({ about: "objects", kinds, in: place, as_of: asOf });

  test("objects are filtered by kind and place, and kinds that were not recorded are not named", async () => {
    const told = recorded(objectsQuestion(namespaceShop, ["pod", "service"]), {
      about: "objects",
      objects: [object(pod, 0), object(cart, 0), object(pod, 61)],
    });
    const answer = await ask([told], objectsQuestion(pod, ["pod", "quota"]));
    expect(dataOf(answer, "objects").objects).toEqual([object(pod, 0)]);
    expect(coverageOf(answer)).toMatchObject({ complete: false, by_kind: { pod: "answered" } });
    expect(dataOf(await ask([told], objectsQuestion(namespaceShop, ["service_object"])), "objects").objects).toEqual([object(cart, 0)]);
    expect(await ask([told], objectsQuestion("eu//namespace/other", ["pod"]))).toMatchObject({ because: "not_recorded" });
  });

  test("log patterns keep the counts of the window, and vanish when they were not seen in it", async () => {
    const question: Question = { about: "logs", of: cart, levels: ["warn", "error"], window: window(0, 3), want: "patterns", limit: 100 };
    const pattern = (template: string, level: "warn" | "error", counts: number[]) => ({
      template,
      level,
      instance: "current" as const,
      counts,
      first_at: minute(1),
      last_at: minute(3),
      samples: [],
    });
    const told = recorded(question, {
      about: "logs",
      start: minute(0),
      step_ms: 60_000,
      lines_total: 9,
      traces_total: null,
      filter: "",
      patterns: [pattern("a", "error", [0, 4, 0, 2]), pattern("b", "error", [0, 1, 0, 0]), pattern("c", "warn", [0, 0, 1, 1])],
    });
    const answer = await ask([told], { ...question, levels: ["error"], window: window(2, 3) });
    expect(dataOf(answer, "logs")).toMatchObject({
      start: minute(2),
      lines_total: 2,
      patterns: [{ template: "a", counts: [0, 2], first_at: minute(3), last_at: minute(3) }],
    });
    expect(await ask([told], { ...question, of: deployment })).toMatchObject({ because: "not_recorded" });
  });

  test("handovers are told to whoever asks for them, cut in time, and are no answer about patterns", async () => {
    const question: Question = { about: "logs", of: namespaceShop, levels: [], window: window(0, 3), want: "handovers", limit: 100 };
    const told = recorded(question, {
      about: "logs",
      start: minute(0),
      step_ms: 60_000,
      lines_total: 6,
      traces_total: 5,
      filter: "",
      patterns: [],
      handovers: [
        { from: cart, to: checkout, counts: [0, 2, 0, 3], p50_seconds: [null, 0.1, null, 1.2] },
        { from: checkout, to: cart, counts: [1, 0, 0, 0], p50_seconds: [0.2, null, null, null] },
      ],
    });
    expect(dataOf(await ask([told], { ...question, window: window(2, 3) }), "logs")).toMatchObject({
      start: minute(2),
      lines_total: 3,
      traces_total: null,
      handovers: [{ from: cart, to: checkout, counts: [0, 3], p50_seconds: [null, 1.2] }],
    });
    expect(await ask([told], { ...question, want: "patterns" })).toMatchObject({ because: "not_recorded" });
    expect(await ask([told], { ...question, of: cart, want: "patterns" })).toMatchObject({ because: "not_recorded" });
  });

  test("a rule needs its exact entity and name, and its firing is cut with its rows", async () => {
    const question: Question = { about: "rule", alert: { name: "Slow", entity: cart }, window: window(0, 60), step_seconds: 60 };
    const told = recorded(question, {
      about: "rule",
      expression: "x > 1",
      threshold: 1,
      comparison: ">",
      for_seconds: 60,
      range_seconds: 60,
      objective: null,
      start: minute(0),
      step_ms: 60_000,
      unit: "s",
      rows: [{ labels: {}, values: Array.from({ length: 61 }, (_, i) => i) }],
      fired: [window(20, 60)],
    });
    const answer = await ask([told], { ...question, window: window(40, 42) });
    expect(dataOf(answer, "rule")).toMatchObject({ start: minute(40), rows: [{ values: [40, 41, 42] }], fired: [window(40, 42)] });
    expect(await ask([told], { ...question, alert: { name: "Slow", entity: checkout } })).toMatchObject({ because: "not_recorded" });
    expect(await ask([told], { ...question, alert: { name: "Down", entity: cart } })).toMatchObject({ because: "not_recorded" });
  });

  test("topology is cut to the asked depth, and drawn edges answer when nothing was recorded", async () => {
    const edges: Edge[] = [
      { from: checkout, to: cart, kind: "calls", origin: "declared" },
      { from: cart, to: id("database", "carts"), kind: "uses", origin: "declared" },
    ];
    const told = recorded(
      { about: "topology", of: [checkout], depth: 4 },
      { about: "topology", entities: [checkout, cart, id("database", "carts")], edges, aliases: [] },
    );
    const question: Question = { about: "topology", of: [checkout], depth: 1 };
    expect(dataOf(await ask([told], question), "topology")).toMatchObject({ entities: [checkout, cart], edges: [edges[0]] });
    expect(dataOf(await ask([], question, edges), "topology").edges).toEqual([edges[0]]);
    expect(await ask([], { ...question, of: [id("service", "pay")] }, edges)).toMatchObject({ because: "not_recorded" });
  });
});

describe("a recorded session", () => {
  const question = eventsIn(namespaceShop, 0, 60);
  const denied = unanswered({ question, source: "loki", asked: [], because: "denied", detail: "403" });
  const seen: Answered = recorded(question, { about: "events", events: [event(pod, 1, 2)] }, { source: "kubernetes" });

  test("tells a recorded failure again as that failure", async () => {
    expect(await ask([denied], question)).toEqual(denied);
  });

  test("is answered by each of its sources again, from the file", async () => {
    const sources = snapshotSources(readSnapshot(writeSnapshot(snapshotOf([denied, seen]))));
    const asked = await Promise.all(sources.filter((source) => source.answers(question)).map((source) => source.ask(question, context)));
    expect(asked).toEqual([seen, denied]);
    const series = sources.filter((source) => source.answers(latency([cart], [0, 60])));
    expect(series.map((source) => source.name)).toEqual(["snapshot"]);
  });

  test("puts rows of several sources in one answer when it is one source", async () => {
    const other = recorded(question, { about: "events", events: [event(otherPod, 3, 4)] }, { source: "loki" });
    expect(dataOf(await ask([seen, other], question), "events").events).toEqual([event(pod, 1, 2), event(otherPod, 3, 4)]);
  });
});
