import { canonicalJson } from "@sre/contracts/canonical";
import type { Prediction } from "../prediction.ts";
import { shareCell, table } from "../tables.ts";
import { labelledKind } from "../vocabulary.ts";
import { controlOf, grouped, isControl, isEngine, objectFirst, runKey, type Scored } from "./scored.ts";

interface Pair {
  readonly changed: Scored;
  readonly base: Scored;
}

/** Each control's answers beside those of the engine on the unchanged case. */
function pairsOf(all: readonly Scored[]): Pair[] {
  const bases = new Map(all.filter(({ line }) => isEngine(line)).map((one) => [`${one.line.method} ${runKey(one.line)}`, one]));
  return all.flatMap((changed) => {
    const base = isControl(changed.line) ? bases.get(`${controlOf(changed.line).base} ${runKey(changed.line)}`) : undefined;
    return base === undefined ? [] : [{ changed, base }];
  });
}

/** A ranking without its order among exact ties. */
function rankingOf({ ranked }: Prediction): string {
  return canonicalJson(ranked.map(({ rank, entity, fault }) => canonicalJson([rank, entity, fault])).sort());
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

// Controls by size, so that 5 minutes stand before 30.
const naturally = (a: string, b: string): number => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1);

const columns = ["control", "object@1", "unchanged", "ratio", "same ranking", "same bytes", "confirmed", "n"];

/** What is left of the engine's score under each control, on the runs that it applies to; empty where none was run. */
export function controlTable(all: readonly Scored[]): string | null {
  const pairs = pairsOf(all).filter(({ changed }) => changed.line.left_out.length === 0);
  if (pairs.length === 0) return null;
  const rows = grouped(pairs, ({ changed }) => changed.line.method, naturally).map(([, own]) => {
    const n = own.length;
    const [changed, base] = [total(own.map((pair) => objectFirst(pair.changed))), total(own.map((pair) => objectFirst(pair.base)))];
    const count = (holds: (pair: Pair) => boolean) => shareCell(own.filter(holds).length, n);
    const first = own[0];
    return [
      first === undefined ? "" : controlOf(first.changed.line).control,
      shareCell(changed, n),
      shareCell(base, n),
      base === 0 ? "–" : (changed / base).toFixed(2),
      count((pair) => rankingOf(pair.changed.line) === rankingOf(pair.base.line)),
      count((pair) => pair.changed.line.digest === pair.base.line.digest),
      count((pair) => pair.changed.line.verdict === "confirmed"),
      String(n),
    ];
  });
  return table(columns, rows);
}

const isUnforeseen = ({ line, kind }: Scored): boolean => line.left_out.map(labelledKind).includes(kind);
const group = ({ line }: Scored): string => line.method.replace(/-\d+$/, "");

/** object@1 on the faults whose kind the engine had to do without, beside the whole engine on the same runs; empty where this was not run. */
export function leaveOutTable(all: readonly Scored[]): string | null {
  const pairs = pairsOf(all).filter(({ changed }) => isUnforeseen(changed));
  if (pairs.length === 0) return null;
  const rows = grouped(pairs, ({ changed }) => group(changed)).flatMap(([method, own]) => {
    const line = (name: string, some: readonly Pair[]) => {
      const score = (side: keyof Pair) => shareCell(total(some.map((pair) => objectFirst(pair[side]))), some.length);
      return [method, name, score("changed"), score("base"), String(some.length)];
    };
    return [line("all", own), ...grouped(own, ({ changed }) => changed.kind).map(([kind, some]) => line(kind, some))];
  });
  return table(["method", "kind left out", "object@1 without it", "object@1 with it", "n"], rows);
}

/** The scores of the runs of a system side by side: how they change with the time since the onset; empty where there is one run. */
export function runsTable(all: readonly Scored[], order: (a: string, b: string) => number): string | null {
  const engines = all.filter(({ line }) => isEngine(line) && !isControl(line));
  const runs = grouped(engines, ({ line }) => `${line.run} ${line.method}`, order);
  if (new Set(engines.map(({ line }) => line.run)).size < 2) return null;
  const rows = runs.map(([, own]) => {
    const { run = "", method = "" } = own[0]?.line ?? {};
    return [run, method, shareCell(total(own.map(objectFirst)), own.length), String(own.length)];
  });
  return table(["run", "method", "object@1", "n"], rows);
}
