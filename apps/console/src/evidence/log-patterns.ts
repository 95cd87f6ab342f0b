import type { DataOf } from "@sre/contracts/evidence";

export type LogPattern = DataOf<"logs">["patterns"][number];

/** A pattern counts as risen from this factor on. */
const risenFactor = 3;

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/** How a pattern changed at an instant: new, risen or vanished; null when it did not, or when nothing lies before the instant. */
export function patternChange(
  pattern: LogPattern,
  grid: { start: string; step_ms: number },
  onset: string | null,
): "new" | "risen" | "gone" | null {
  if (!onset) return null;
  const split = Math.round((Date.parse(onset) - Date.parse(grid.start)) / grid.step_ms);
  if (split <= 0 || split >= pattern.counts.length) return null;
  const before = sum(pattern.counts.slice(0, split)) / split;
  const after = sum(pattern.counts.slice(split)) / (pattern.counts.length - split);
  if (before === 0 && after > 0) return "new";
  if (after === 0 && before > 0) return "gone";
  return after >= before * risenFactor ? "risen" : null;
}

const severity = ["fatal", "error", "warn", "unknown", "info", "debug", "trace"];
const changeRank = { new: 0, risen: 1, gone: 2 } as const;

export interface ShownPattern {
  readonly pattern: LogPattern;
  readonly of: string;
  readonly evidence: string;
  readonly change: ReturnType<typeof patternChange>;
  readonly total: number;
}

/** What changed first, then what is worst, then what is most. */
export function sortPatterns(patterns: readonly ShownPattern[]): ShownPattern[] {
  const rank = (each: ShownPattern) => (each.change ? changeRank[each.change] : 3) * 10 + severity.indexOf(each.pattern.level);
  return [...patterns].sort((a, b) => rank(a) - rank(b) || b.total - a.total || (a.pattern.template < b.pattern.template ? -1 : 1));
}

export { sum as lineCount };
