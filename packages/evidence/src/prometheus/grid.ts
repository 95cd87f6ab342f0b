import type { Coverage, Instant, Window } from "@sre/contracts/evidence";
import { instantOf } from "../source.ts";

const gridLimits = { pointsMax: 11_000 } as const;

/** Evaluation times: value i stands at `firstMs + i·stepMs` and covers the step before it. */
export interface Grid {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly stepMs: number;
  readonly points: number;
}

/**
 * The window on multiples of the step, nothing after `asOf`. A step that would give more than 11,000 points grows
 * by a whole multiple (Prometheus refuses more). Null when no whole step lies in the window.
 */
export function gridOf(window: Window, stepSeconds: number, asOf: Instant): Grid | null {
  const fromMs = Date.parse(window.from);
  const toMs = Math.min(Date.parse(window.to), Date.parse(asOf));
  const asked = stepSeconds * 1_000;
  const stepMs = asked * Math.max(1, Math.ceil((toMs - fromMs) / asked / gridLimits.pointsMax));
  const firstMs = Math.floor(fromMs / stepMs) * stepMs + stepMs;
  const lastMs = Math.floor(toMs / stepMs) * stepMs;
  return lastMs < firstMs ? null : { firstMs, lastMs, stepMs, points: Math.round((lastMs - firstMs) / stepMs) + 1 };
}

/** The values of a Prometheus row on the grid; null where there is no sample or no number. */
export function onGrid(samples: readonly unknown[], grid: Grid): (number | null)[] {
  const values: (number | null)[] = Array.from({ length: grid.points }, () => null);
  for (const sample of samples) {
    if (!Array.isArray(sample) || typeof sample[0] !== "number" || typeof sample[1] !== "string") continue;
    const index = Math.round((sample[0] * 1_000 - grid.firstMs) / grid.stepMs);
    const value = Number(sample[1]);
    if (index >= 0 && index < grid.points && Number.isFinite(value)) values[index] = value;
  }
  return values;
}

/** What rows on the grid cover; `expected` rows were asked for. */
export function coverageOf(grid: Grid, rows: readonly { readonly values: readonly (number | null)[] }[], expected: number): Coverage {
  const cells = grid.points * Math.max(1, expected, rows.length);
  const present = rows.reduce((sum, row) => sum + row.values.reduce<number>((count, value) => count + (value === null ? 0 : 1), 0), 0);
  return {
    from: instantOf(grid.firstMs - grid.stepMs),
    to: instantOf(grid.lastMs),
    complete: rows.length > 0 && rows.length >= expected,
    missing_share: 1 - present / cells,
    as_of: "then",
  };
}
