import { wilson } from "./intervals.ts";
import { among, reciprocal, type Placement } from "./placement.ts";

const two = (value: number): string => value.toFixed(2);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** A share with its Wilson 95 % interval. */
export function shareCell(hits: number, trials: number): string {
  if (trials === 0) return "–";
  const { low, high } = wilson(hits, trials);
  return `${two(hits / trials)} [${two(low)}–${two(high)}]`;
}

export const scoreColumns = ["AC@1", "AC@3", "AC@5", "Avg@5", "MRR", "n"] as const;

/** AC@1, AC@3 and AC@5 with intervals, Avg@5, MRR and how many runs: the scores of one method on one group of runs. */
export function scoreCells(places: readonly (Placement | null)[]): string[] {
  const n = places.length;
  const at = (k: number) => sum(places.map((place) => among(place, k)));
  const average = sum([1, 2, 3, 4, 5].map((k) => at(k) / Math.max(1, n))) / 5;
  const mrr = sum(places.map(reciprocal)) / Math.max(1, n);
  return [shareCell(at(1), n), shareCell(at(3), n), shareCell(at(5), n), two(average), two(mrr), String(n)];
}

/** A Markdown table. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}
