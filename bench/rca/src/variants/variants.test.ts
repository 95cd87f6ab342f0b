import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "@sre/contracts/canonical";
import { diagnose } from "@sre/diagnosis";
import { snapshotOf, windowOf } from "../adapters/answers.ts";
import type { RcaCase } from "../case.ts";
import { diagnoseSnapshot, predict } from "../predict.ts";
import { deployment, shopCase } from "../testing/shop.ts";
import { minutesAfterAlert } from "./delay.ts";
import { controlVariants } from "./index.ts";
import { concludeWithout, quartersOf } from "./leave-out.ts";
import { sourcesOf, withoutSamples, withoutSource } from "./missing.ts";
import { renamedCase } from "./rename.ts";
import { shuffledCase } from "./shuffle.ts";

const one = shopCase();
const asking = { options: [], nowMs: () => 0 };
const ranking = (line: Awaited<ReturnType<typeof predict>>) => line.ranked.map(({ rank, entity, fault }) => [rank, entity, fault]);
const cells = ({ snapshot }: RcaCase) =>
  snapshot.answers.flatMap((answer) =>
    answer.kind === "answered" && answer.data.about === "series" ? answer.data.rows.flatMap(({ values }) => values) : [],
  );

it("the invented case has a cause, so that what must not change it is put to the test", async () => {
  const line = await predict(one, asking);
  expect(line.ranked[0]).toMatchObject({ entity: deployment("stock"), fault: "out_of_memory" });
  expect(line.plan_steps).toBeGreaterThan(0);
});

describe("another order of the evidence", () => {
  it("changes not a byte of the diagnosis", async () => {
    const expected = canonicalJson(await diagnoseSnapshot(one.snapshot));
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => canonicalJson(await diagnoseSnapshot(shuffledCase(one, seed).snapshot)) === expected),
      { numRuns: 8 },
    );
  });

  it("is another one, and loses nothing", () => {
    const { snapshot } = shuffledCase(one, 3);
    expect(snapshot.answers.map(({ id }) => id)).not.toEqual(one.snapshot.answers.map(({ id }) => id));
    expect(new Set(snapshot.edges)).toEqual(new Set(one.snapshot.edges));
  });
});

describe("other names for services, workloads and pods", () => {
  it("change no ranking", async () => {
    const expected = ranking(await predict(one, asking));
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const { one: renamed, back } = renamedCase(one, seed);
        const line = await predict(renamed, asking);
        return canonicalJson(ranking({ ...line, ranked: line.ranked.map(back) })) === canonicalJson(expected);
      }),
      { numRuns: 8 },
    );
  });

  it("stand everywhere alike, and leave machines and namespaces their own", () => {
    const text = canonicalJson(renamedCase(one, 1).one.snapshot);
    expect(text).not.toMatch(/\b(door|cart|stock)\b/);
    expect(text).toContain("c//node/worker-1");
    expect(text).toContain("c//namespace/shop");
    expect(text).toMatch(/registry\/x[0-9a-f]{9}:1\.4/);
  });

  it("stand in the paths that are called after them, and in no other text", () => {
    const { snapshot } = one;
    const keeper = "c/shop/service/stock-keeper";
    const named: RcaCase = {
      ...one,
      snapshot: { ...snapshot, entities: [...snapshot.entities, keeper, "GET /api/v1/stockkeeper/7 by stockkeeper"] },
    };
    const [entity, text = ""] = renamedCase(named, 1).one.snapshot.entities.slice(-2);
    const words = (entity ?? "").replace("c/shop/service/", "").split("-");
    expect(text).toBe(`GET /api/v1/${words.join("")}/7 by stockkeeper`);
  });

  it("can be told back", () => {
    const { one: renamed, back } = renamedCase(one, 5);
    const [entity = ""] = renamed.snapshot.header.scope.entities;
    const cause = { rank: 1, entity, fault: "f", confidence: 1, where: [entity], belongs_to: [], evidence: [], change: null };
    expect(entity).not.toBe("c/shop/service/door");
    expect(back(cause)).toMatchObject({ entity: "c/shop/service/door", where: ["c/shop/service/door"] });
  });
});

describe("missing evidence", () => {
  it("is about a tenth of the samples, the same ones for the same seed", () => {
    const lost = cells(withoutSamples(one, 0.1, 1)).filter((value) => value === null).length / cells(one).length;
    expect(lost).toBeGreaterThan(0.07);
    expect(lost).toBeLessThan(0.13);
    expect(withoutSamples(one, 0.1, 1)).toEqual(withoutSamples(one, 0.1, 1));
    expect(withoutSamples(one, 0.1, 1)).not.toEqual(withoutSamples(one, 0.1, 2));
  });

  it("is a whole source, which then fails rather than says that there is nothing", () => {
    expect(sourcesOf(one)).toEqual(["metrics", "cluster", "topology"]);
    const without = withoutSource(one, "cluster");
    expect(sourcesOf(without)).toEqual(["metrics", "topology"]);
    const failed = without.snapshot.answers.filter(({ kind }) => kind === "unanswered");
    expect(failed.map(({ question }) => question.about).sort()).toEqual(["events", "objects"]);
    expect(withoutSource(one, "topology").snapshot.edges).toEqual([]);
  });

  it("counts what no live source tells as a source of its own", () => {
    const [first] = one.snapshot.answers;
    const marked = { ...one, notLive: new Set(first === undefined ? [] : [first.id]) };
    expect(sourcesOf(marked)).toContain("traces-and-probes");
  });
});

describe("a later look", () => {
  const { header } = one.snapshot;
  const [alert] = header.scope.alerts;
  if (alert === undefined) throw new Error("no alert");
  const window = windowOf(Date.parse(header.scope.window.from), Date.parse(header.scope.as_of));
  const recorder = { source: "t", asOfMs: Date.parse(header.scope.as_of) };
  const rest = { entities: [], edges: [], aliases: [], answers: [] };
  const stateless = { ...one, snapshot: snapshotOf({ recorder, alert, window, baselines: [], rest }) };

  it("ends at its own moment", () => {
    const then = minutesAfterAlert(stateless, 5)?.snapshot.header.scope;
    expect(Date.parse(then?.as_of ?? "") - Date.parse(alert.starts_at)).toBe(5 * 60_000);
    expect(then?.window.to).toBe(then?.as_of);
  });

  it("is none where the recording ends earlier, or told its state only once", () => {
    expect(minutesAfterAlert(stateless, 60)).toBeNull();
    expect(minutesAfterAlert(one, 5)).toBeNull();
  });
});

describe("kinds left out", () => {
  it("are each in one of four quarters, by the seed", () => {
    const kinds = Array.from({ length: 10 }, (_, i) => `kind-${i}`);
    const quarters = quartersOf(4, [...kinds, "unknown"]);
    expect(quarters.map(({ length }) => length)).toEqual([3, 3, 2, 2]);
    expect(quarters.flat().sort()).toEqual(kinds);
    expect(quartersOf(4, kinds.toReversed())).toEqual(quartersOf(4, kinds));
    expect(quartersOf(5, kinds)).not.toEqual(quartersOf(4, kinds));
  });

  it("are told to the engine, and an engine that names one all the same is refused", async () => {
    const told: ReadonlySet<string>[] = [];
    const deaf = concludeWithout(["out_of_memory"], (scope, answers, { withoutFaults }) => {
      told.push(withoutFaults);
      return diagnose(scope, answers);
    });
    await expect(diagnoseSnapshot(one.snapshot, deaf)).rejects.toThrow("out_of_memory");
    expect(told).toEqual([new Set(["out_of_memory"])]);
    const other = concludeWithout(["disk_full"], (scope, answers) => diagnose(scope, answers));
    expect((await diagnoseSnapshot(one.snapshot, other)).causes[0]?.entity).toBe(deployment("stock"));
  });
});

it("the controls of a case are its order, its names, lost samples and each of its sources", () => {
  const names = controlVariants(one, 1).map(({ name }) => name);
  expect(names).toEqual(["shuffled", "renamed", "10-%-of-samples-missing", "without-metrics", "without-cluster", "without-topology"]);
});
