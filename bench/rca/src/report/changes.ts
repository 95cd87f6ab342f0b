import type { Prediction } from "../prediction.ts";
import { shareCell, table } from "../tables.ts";
import { byMethod, grouped, runOf } from "./scored.ts";

/** A prediction for a case of the change suite; `change` is what brought the fault, null where no change did. */
export interface Blaming {
  readonly line: Prediction;
  readonly change: string | null;
}

const firsts = ({ line }: Blaming) => line.ranked.filter(({ rank }) => rank === 1);

/** The part of the first rank that blames the true change. */
function blamesTruth(one: Blaming): number {
  const causes = firsts(one);
  return causes.length === 0 ? 0 : causes.filter(({ change }) => change === one.change).length / causes.length;
}

const spares = (one: Blaming): boolean => firsts(one).every(({ change }) => change === null);
const sparesAll = ({ line }: Blaming): boolean => line.ranked.every(({ change }) => change === null);
const isSilent = ({ line }: Blaming): boolean => line.ranked.length === 0;

const columns = ["true change first", "true change named", "n", "no change blamed first", "no change blamed at all", "n", "no answer"]; // prettier-ignore

function changeRow(name: string, own: readonly Blaming[]): string[] {
  const [brought, other] = [own.filter(({ change }) => change !== null), own.filter(({ change }) => change === null)];
  const first = brought.reduce((sum, one) => sum + blamesTruth(one), 0);
  const named = brought.filter(({ line, change }) => line.ranked.some((cause) => cause.change === change)).length;
  return [
    name,
    shareCell(first, brought.length), shareCell(named, brought.length), String(brought.length),
    shareCell(other.filter(spares).length, other.length), shareCell(other.filter(sparesAll).length, other.length), String(other.length),
    shareCell(own.filter(isSilent).length, own.length),
  ]; // prettier-ignore
}

/** How often the change that brought the fault is blamed first, and how often none is where none did. An empty answer blames nothing. */
export function changeTable(all: readonly Blaming[]): string {
  const rows = grouped(all, ({ line }) => line.method, byMethod).map(([method, own]) => changeRow(method, own));
  return table(["method", ...columns], rows);
}

/** The same of the plain engine, run by run and all runs together. */
export function changesOverall(all: readonly Blaming[]): string {
  const rows = grouped(all, ({ line }) => runOf(line)).map(([run, own]) => changeRow(run, own));
  return table(["run", ...columns], [...rows, changeRow("all runs", all)]);
}
