import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, sha256 } from "@sre/contracts/canonical";
import type { Answer, EvidenceData } from "@sre/contracts/evidence";
import { diagnose, planQuestions } from "./index.ts";
import { alert, app, asOf, errorRule, golden } from "./testing/builders.ts";
import { falseAlarm, nodeOutOfDisk, outOfMemory, poolExhausted } from "./testing/scenarios.ts";
import { emptyWorld, id, run, type World } from "./testing/world.ts";

const scenarios = { outOfMemory, poolExhausted, nodeOutOfDisk, falseAlarm };

/** A shuffle that fast-check can replay: sorted by drawn keys. */
const shuffled = <T>(rows: readonly T[], seed: number): T[] =>
  rows
    .map((row, i) => ({ row, key: Math.imul(i + 1, seed | 1) ^ (seed >>> 3) }))
    .sort((a, b) => a.key - b.key)
    .map(({ row }) => row);

function shuffledData(data: EvidenceData, seed: number): EvidenceData {
  switch (data.about) {
    case "series":
      return { ...data, rows: shuffled(data.rows, seed) };
    case "rule":
      return { ...data, rows: shuffled(data.rows, seed), fired: shuffled(data.fired, seed) };
    case "calls":
      return { ...data, rows: shuffled(data.rows, seed) };
    case "alerts":
      return { ...data, alerts: shuffled(data.alerts, seed) };
    case "checks":
      return { ...data, checks: shuffled(data.checks, seed) };
    case "objects":
      return { ...data, objects: shuffled(data.objects, seed) };
    case "events":
      return { ...data, events: shuffled(data.events, seed) };
    case "changes":
      return { ...data, changes: shuffled(data.changes, seed).map((change) => ({ ...change, touches: shuffled(change.touches, seed) })) };
    case "logs":
      return { ...data, patterns: shuffled(data.patterns, seed) };
    case "topology":
      return { ...data, edges: shuffled(data.edges, seed), entities: shuffled(data.entities, seed), aliases: shuffled(data.aliases, seed) };
  }
}

const shuffledAnswers = (answers: readonly Answer[], seed: number): Answer[] =>
  shuffled(answers, seed).map((answer) => (answer.kind === "answered" ? { ...answer, data: shuffledData(answer.data, seed) } : answer));

describe.each(Object.entries(scenarios))("%s", (_, scenario) => {
  it("comes to the same bytes in whatever order answers and rows arrive", () => {
    const { scope, answers, diagnosis } = run(scenario());
    const expected = canonicalJson(diagnosis);
    fc.assert(
      fc.property(fc.nat(), (seed) => canonicalJson(diagnose(scope, shuffledAnswers(answers, seed))) === expected),
      { numRuns: 12 },
    );
  });

  it("plans the same questions in whatever order answers arrive", () => {
    const { scope, answers, rounds } = run(scenario());
    const early = answers.slice(0, rounds[0]?.length);
    const expected = canonicalJson(planQuestions(scope, early, 2));
    fc.assert(
      fc.property(fc.nat(), (seed) => canonicalJson(planQuestions(scope, shuffledAnswers(early, seed), 2)) === expected),
      { numRuns: 6 },
    );
  });

  it("reads nothing that lies after as_of", () => {
    const { scope, answers, diagnosis } = run(scenario());
    const later = "2026-11-20T03:05:00.000Z";
    const future: World = {
      ...scenario(),
      events: [
        ...scenario().events,
        {
          entity: id("pod", "cart-5d4f8b9c7-x2x9z"),
          reason: "OOMKilling",
          message: "",
          type: "Warning",
          count: 9,
          first_at: later,
          last_at: later,
          from: "",
        },
      ],
    };
    const again = run(future);
    expect(canonicalJson({ ...again.diagnosis, engine: "" })).toBe(canonicalJson({ ...diagnosis, engine: "" }));
    expect(again.answers.length).toBe(answers.length);
    expect(scope.as_of).toBe(asOf);
  });
});

it("comes to the same bytes in another process, time zone and locale", () => {
  const here = Object.values(scenarios).map((scenario) => sha256(canonicalJson(run(scenario()).diagnosis)));
  const script = `
    const scenarios = await import("${new URL("testing/scenarios.ts", import.meta.url).href}");
    const { run } = await import("${new URL("testing/world.ts", import.meta.url).href}");
    const { canonicalJson, sha256 } = await import("@sre/contracts/canonical");
    const names = ${JSON.stringify(Object.keys(scenarios))};
    process.stdout.write(names.map((name) => sha256(canonicalJson(run(scenarios[name]()).diagnosis))).join(" "));`;
  const env = { ...process.env, TZ: "Asia/Taipei", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" };
  const there = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: import.meta.dirname,
    env,
    encoding: "utf8",
  });
  expect(there.split(" ")).toEqual(here);
});

describe("a healthy service whose signals are restless", () => {
  const restless = (level: number, seed: number, share: number) => (at: number) => {
    const mixed = Math.imul(Math.floor(at / 15_000) ^ seed, 0x9e3779b1) >>> 0;
    return level * (1 + share * ((((mixed ^ (mixed >>> 15)) >>> 0) % 2_000) / 1_000 - 1));
  };

  it("is never given a plan, and never a cause that is likely", () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 0.3, noNaN: true }), (seed, share) => {
        const service = id("service", "cart");
        const { objects, edges } = app("cart");
        const curves = {
          errors: restless(0.003, seed, share),
          latency: restless(0.2, seed + 1, share),
          traffic: restless(30, seed + 2, share),
        };
        const world = {
          ...emptyWorld(asOf),
          alerts: [alert("Noise", service, 12)],
          rules: [errorRule("Noise", service, restless(0.003, seed, share))],
          series: golden(service, curves),
          objects,
          edges,
        };
        const { verdict, plan } = run(world).diagnosis;
        return verdict === "nothing_wrong" && plan.steps.length === 0;
      }),
      { numRuns: 25 },
    );
  });
});
