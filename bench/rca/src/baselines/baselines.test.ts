import { describe, expect, it } from "vitest";
import type { ChangeRecord, Edge, Snapshot } from "@sre/contracts/evidence";
import { alertOf, recorded, seriesAnswers, snapshotOf, windowOf } from "../adapters/answers.ts";
import type { RcaCase } from "../case.ts";
import { randomOf } from "../generated/random.ts";
import { baselinePredictions } from "./index.ts";
import { likeliestRuns, logGamma, runBreaks } from "./online-change-points.ts";
import { robustScaling, standardScaling } from "./scaling.ts";

const asOfMs = Date.UTC(2026, 0, 1);
const stepMs = 1_000;
const count = 200;
const onset = 150;
const service = (name: string) => `c/n/service/${name}`;
const recorder = { source: "fixture", asOfMs };

/** Unrest about 1, with a step at the onset. */
function values(seed: number, step: number): number[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, (_, i) => 1 + 0.1 * random() + (i >= onset ? step : 0));
}

function caseOf(steps: Readonly<Record<string, number>>, rest: Partial<Pick<Snapshot, "edges" | "answers">> = {}): RcaCase {
  const names = Object.keys(steps).map(service);
  const rows = new Map(Object.values(steps).map((step, i) => [names[i] ?? "", values(i + 1, step)]));
  const startMs = asOfMs - (count - 1) * stepMs;
  const answers = seriesAnswers(recorder, { signal: { golden: "latency" }, statistic: "mean", unit: "s", startMs, stepMs, rows });
  const alert = alertOf({ name: "Slow", entity: service("front"), atMs: asOfMs, labels: {} });
  const border = startMs + (onset - 20) * stepMs;
  const snapshot = snapshotOf({
    recorder,
    alert,
    window: windowOf(border, asOfMs),
    baselines: [windowOf(startMs - stepMs, border)],
    rest: { entities: names, aliases: [], edges: rest.edges ?? [], answers: [...answers, ...(rest.answers ?? [])] },
  });
  return { system: "s", id: "c", run: "", snapshot, notLive: new Set() };
}

function answersOf(one: RcaCase, method: string) {
  const found = baselinePredictions(one, () => 0).find((line) => line.method === method);
  if (found === undefined) throw new Error(`no baseline ${method}`);
  return found.ranked.map(({ rank, entity }) => [rank, entity]);
}

const chain: Edge[] = [
  { from: service("front"), to: service("middle"), kind: "calls", origin: "t" },
  { from: service("middle"), to: service("back"), kind: "calls", origin: "t" },
];

describe("the baselines", () => {
  it.each(["n-sigma", "largest z-score", "baro"])("put what rose most first: %s", (method) => {
    expect(answersOf(caseOf({ front: 0.2, middle: 0.4, back: 2 }), method)[0]).toEqual([1, service("back")]);
  });

  it.each(["n-sigma", "largest z-score"])("leave out what never moved, before or during: %s", (method) => {
    const startMs = asOfMs - (count - 1) * stepMs;
    const level = 10_350_592.1;
    const still = Array.from({ length: count }, (_, i) => (i < onset - 20 ? level : level + 1e-6 * (i % 2)));
    const rows = new Map([[service("still"), still]]);
    const answers = seriesAnswers(recorder, { signal: { resource: "memory" }, statistic: "mean", unit: "By", startMs, stepMs, rows });
    const said = answersOf(caseOf({ front: 0.2, back: 2 }, { answers }), method);
    expect(said.map(([, entity]) => entity)).toEqual([service("back"), service("front")]);
  });

  it("see a fall only where they look both ways", () => {
    const falling = caseOf({ front: 0, back: -3 });
    expect(answersOf(falling, "largest z-score")[0]).toEqual([1, service("back")]);
    expect(answersOf(falling, "n-sigma")[0]).toEqual([1, service("front")]);
  });

  it("follow anomalous callees to the end of the way, and no normal one", () => {
    expect(answersOf(caseOf({ front: 1, middle: 1, back: 0 }, { edges: chain }), "anomaly traversal")).toEqual([[1, service("middle")]]);
    expect(answersOf(caseOf({ front: 1, middle: 0, back: 1 }, { edges: chain }), "anomaly traversal")).toEqual([[1, service("front")]]);
  });

  it("guess blindly: everything shares the first rank", () => {
    expect(answersOf(caseOf({ front: 1, back: 1 }), "random")).toEqual([
      [1, service("back")],
      [1, service("front")],
    ]);
  });

  it("blame what alerts, or the newest change", () => {
    const change = (id: string, name: string, agoMs: number): ChangeRecord => ({
      id, entity: service(name), kind: "deployment", started_at: new Date(asOfMs - agoMs).toISOString(), ended_at: null, state: "started",
      share: null, touches: [], by: null, from: null, to: null, title: id, url: null, origin: "t",
    }); // prettier-ignore
    const question = { about: "changes" as const, of: [service("front")], window: windowOf(asOfMs - 600_000, asOfMs) };
    const answer = recorded(recorder, question, {
      about: "changes",
      changes: [change("1", "front", 300_000), change("2", "back", 60_000)],
    });
    const one = caseOf({ front: 1 }, { answers: [answer] });
    expect(answersOf(one, "alerting object")).toEqual([[1, service("front")]]);
    expect(answersOf(one, "latest change")).toEqual([
      [1, service("back")],
      [2, service("front")],
    ]);
  });
});

describe("online change points", () => {
  it("break the likeliest run where a step was planted, and nowhere before", () => {
    const samples = values(3, 2).map((value) => [(value - 1) / 2.1]);
    const breaks = runBreaks(likeliestRuns(samples, 1 / 50));
    expect(breaks[0]).toBeGreaterThanOrEqual(onset);
    expect(breaks[0]).toBeLessThanOrEqual(onset + 5);
  });

  it("use the logarithm of the gamma function", () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 10);
    expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 10);
  });
});

describe("scaling", () => {
  it("is by mean and population spread, or by median and quartiles, and never by nothing", () => {
    expect(standardScaling([1, 2, 3, 4])).toEqual({ centre: 2.5, spread: Math.sqrt(1.25) });
    expect(robustScaling([4, 1, 3, 2])).toEqual({ centre: 2.5, spread: 1.5 });
    expect(robustScaling([7, 7, 7])).toEqual({ centre: 7, spread: 1 });
    // The mean of equal numbers may miss them by the last digit.
    expect(standardScaling(Array.from({ length: 290 }, () => 8_040_450.1)).spread).toBe(1);
  });
});
