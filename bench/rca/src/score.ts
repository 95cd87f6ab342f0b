import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { byCodeUnit } from "@sre/contracts/canonical";
import { readLabels, type Truth } from "./labels.ts";
import { among, placementOf, type Placement } from "./placement.ts";
import { engineMethod, readPredictions, type Prediction } from "./prediction.ts";
import { scoreCells, scoreColumns, shareCell, table } from "./tables.ts";
import { measuresOf } from "./vocabulary.ts";

const usage = "npm run bench:rca:score -- --data DIR --predictions FILE [--kinds none|engine|all]";

interface Scored {
  readonly line: Prediction;
  readonly kind: string;
  readonly places: ReadonlyMap<string, Placement | null>;
  /** The truth in the words of each measure. */
  readonly words: ReadonlyMap<string, string>;
}

/** Cases of normal operation bear this name: there is no cause, so the right answer is none. */
const isNormal = (line: Prediction) => line.case.startsWith("normal/");

function scoredOf(line: Prediction, truth: Truth): Scored {
  const measures = measuresOf(truth);
  const places = measures.map((measure) => [measure.name, placementOf(line.ranked, measure)] as const);
  const words = measures.map((measure) => [measure.name, measure.truth] as const);
  return { line, kind: truth.kind, places: new Map(places), words: new Map(words) };
}

// The engine first, then the others by name.
function byMethod(a: string, b: string): number {
  const own = (method: string) => Number(!method.startsWith(engineMethod));
  return own(a) - own(b) || byCodeUnit(a, b);
}

function grouped<T>(items: readonly T[], key: (item: T) => string, order: (a: string, b: string) => number = byCodeUnit): [string, T[]][] {
  return [...Map.groupBy(items, key)].sort(([a], [b]) => order(a, b));
}

const measureNames = (all: readonly Scored[]): string[] => [...new Set(all.flatMap(({ places }) => [...places.keys()]))];
const placesOf = (all: readonly Scored[], measure: string) => all.map(({ places }) => places.get(measure) ?? null);

/** The best that always giving the same answers could reach: the most frequent truths, which only who knows the labels can name. */
function constantPlaces(all: readonly Scored[], measure: string): Placement[] {
  const words = all.map((one) => one.words.get(measure) ?? "");
  const counts = new Map([...Map.groupBy(words, (word) => word)].map(([word, same]) => [word, same.length]));
  return words.map((word) => {
    const own = counts.get(word) ?? 0;
    const others = [...counts.values()];
    return { before: others.filter((count) => count > own).length, tied: others.filter((count) => count === own).length };
  });
}

function constantRows(all: readonly Scored[]): string[][] {
  const one = grouped(all, ({ line }) => line.method)[0]?.[1] ?? [];
  return measureNames(one).map((measure) => ["constant answer", measure, ...scoreCells(constantPlaces(one, measure))]);
}

function methodTable(all: readonly Scored[]): string {
  const rows = grouped(all, ({ line }) => line.method, byMethod).flatMap(([method, own]) =>
    measureNames(own).map((measure) => [method, measure, ...scoreCells(placesOf(own, measure))]),
  );
  return table(["method", "scored by", ...scoreColumns], [...rows, ...constantRows(all)]);
}

function kindTable(all: readonly Scored[], everyMethod: boolean): string {
  const shown = everyMethod ? all : all.filter(({ line }) => line.method.startsWith(engineMethod));
  const rows = grouped(shown, ({ kind }) => kind).flatMap(([kind, ofKind]) =>
    grouped(ofKind, ({ line }) => line.method, byMethod).flatMap(([method, own]) =>
      measureNames(own).map((measure) => [kind, method, measure, ...scoreCells(placesOf(own, measure))]),
    ),
  );
  return table(["kind of fault", "method", "scored by", ...scoreColumns], rows);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/** The mean distance between how sure the first answers were and how often they were right, over tenths of confidence. */
function calibrationError(all: readonly Scored[]): number {
  const firsts = all.flatMap(({ line, places }) => {
    const confidence = line.ranked[0]?.confidence;
    return confidence === undefined ? [] : [{ confidence, right: among([...places.values()][0] ?? null, 1) }];
  });
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const bins = [...Map.groupBy(firsts, ({ confidence }) => Math.min(9, Math.floor(confidence * 10))).values()];
  const gaps = bins.map((bin) => bin.length * Math.abs(mean(bin.map((one) => one.confidence)) - mean(bin.map((one) => one.right))));
  return firsts.length === 0 ? 0 : gaps.reduce((sum, gap) => sum + gap, 0) / firsts.length;
}

/** How sure the engine was, how often it was sure and wrong, and how long it took. */
function trustTable(all: readonly Scored[]): string {
  const engines = all.filter(({ line }) => line.method.startsWith(engineMethod));
  const rows = grouped(engines, ({ line }) => line.method).map(([method, own]) => {
    const is = (verdict: Prediction["verdict"]) => own.filter(({ line }) => line.verdict === verdict);
    const wrong = is("confirmed").filter(({ places }) => ([...places.values()][0]?.before ?? 1) > 0);
    const ms = quantile(own.map(({ line }) => line.ms), 0.95); // prettier-ignore
    const shares = [is("confirmed"), wrong, is("likely"), is("nothing_wrong")].map((some) => shareCell(some.length, own.length));
    return [method, ...shares, calibrationError(own).toFixed(2), `${ms} ms`, String(own.length)];
  });
  return table(
    ["method", "confirmed", "confirmed and wrong", "likely", "nothing wrong (on a fault)", "calibration error", "p95", "n"],
    rows,
  );
}

/** On normal operation: how often a method gave no answer, and how often the engine proposed none that it called likely. */
function specificityTable(lines: readonly Prediction[]): string {
  const rows = grouped(lines, ({ method }) => method, byMethod).map(([method, own]) => {
    const quiet = own.filter(({ ranked }) => ranked.length === 0).length;
    const unsure = own.filter(({ verdict }) => verdict === "inconclusive" || verdict === "nothing_wrong").length;
    return [
      method,
      shareCell(quiet, own.length),
      method.startsWith(engineMethod) ? shareCell(unsure, own.length) : "–",
      String(own.length),
    ];
  });
  return table(["method", "empty answer", "no cause called likely", "n"], rows);
}

const runsLast = (a: string, b: string): number => a.length - b.length || byCodeUnit(a, b);

type Kinds = "none" | "engine" | "all";

function report(lines: readonly Prediction[], labels: ReadonlyMap<string, Truth>, kinds: Kinds): string[] {
  return grouped(lines, ({ system }) => system).flatMap(([system, own]) => {
    const faults = own.filter((line) => !isNormal(line));
    const scored = faults.flatMap((line) => {
      const truth = labels.get(line.case);
      return truth === undefined ? [] : [scoredOf(line, truth)];
    });
    const unlabelled = new Set(faults.filter((line) => !labels.has(line.case)).map((line) => line.case)).size;
    const runs = grouped(scored, ({ line }) => line.run, runsLast).flatMap(([run, some]) => [
      `### ${system}${run === "" ? "" : `, ${run}`}`,
      methodTable(some),
      ...(kinds === "none" ? [] : [kindTable(some, kinds === "all")]),
      trustTable(some),
    ]);
    const normal = own.filter(isNormal);
    return [
      `## ${system}`,
      ...(unlabelled === 0 ? [] : [`${unlabelled} cases have no label and are not scored.`]),
      ...runs,
      ...(normal.length === 0 ? [] : [`### ${system}, normal operation`, specificityTable(normal)]),
    ];
  });
}

/** Compares predictions with labels; it reads files and nothing of the product. */
async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { data: { type: "string" }, predictions: { type: "string" }, kinds: { type: "string", default: "engine" } },
  });
  if (values.data === undefined || values.predictions === undefined) throw new Error(usage);
  const lines = readPredictions(await readFile(values.predictions, "utf8"));
  const labels = await readLabels(values.data);
  const kinds = values.kinds === "none" || values.kinds === "all" ? values.kinds : "engine";
  console.log(report(lines, labels, kinds).join("\n\n"));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
