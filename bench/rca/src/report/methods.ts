import type { Placement } from "../placement.ts";
import { scoreCells, scoreColumns, table } from "../tables.ts";
import { byMethod, grouped, isEngine, type Scored } from "./scored.ts";

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

/** Each method's scores, and those of always answering the same. */
export function methodTable(all: readonly Scored[]): string {
  const rows = grouped(all, ({ line }) => line.method, byMethod).flatMap(([method, own]) =>
    measureNames(own).map((measure) => [method, measure, ...scoreCells(placesOf(own, measure))]),
  );
  return table(["method", "scored by", ...scoreColumns], [...rows, ...constantRows(all)]);
}

/** The same for each kind of fault. */
export function kindTable(all: readonly Scored[], everyMethod: boolean): string {
  const shown = everyMethod ? all : all.filter(({ line }) => isEngine(line));
  const rows = grouped(shown, ({ kind }) => kind).flatMap(([kind, ofKind]) =>
    grouped(ofKind, ({ line }) => line.method, byMethod).flatMap(([method, own]) =>
      measureNames(own).map((measure) => [kind, method, measure, ...scoreCells(placesOf(own, measure))]),
    ),
  );
  return table(["kind of fault", "method", "scored by", ...scoreColumns], rows);
}
