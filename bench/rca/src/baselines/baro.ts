import type { Snapshot } from "@sre/contracts/evidence";
import { likeliestRuns, runBreaks } from "./online-change-points.ts";
import type { Suspect } from "./ranking.ts";
import { largestRise, robustScaling } from "./scaling.ts";
import { rowsOf, type Row } from "./series.ts";

/** The newest samples that are searched for the onset, and the most series: the search grows with the square of both. */
const samplesMax = 600;
const seriesMax = 40;
const hazard = 1 / 50;

interface Grid {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

const endOf = (row: Row) => row.startMs + (row.values.length - 1) * row.stepMs;

function gridOf(rows: readonly Row[], pointsMax: number): Grid | null {
  const [first] = rows;
  if (first === undefined) return null;
  const stepMs = rows.reduce((least, row) => Math.min(least, row.stepMs), first.stepMs);
  const endMs = rows.reduce((last, row) => Math.max(last, endOf(row)), endOf(first));
  const begin = rows.reduce((least, row) => Math.min(least, row.startMs), first.startMs);
  const count = Math.min(pointsMax, Math.floor((endMs - begin) / stepMs) + 1);
  return { startMs: endMs - (count - 1) * stepMs, stepMs, count };
}

/** A row on the grid: what is missing is what was there before, and 0 where nothing was. */
function onGrid(row: Row, grid: Grid): number[] {
  let last = 0;
  return Array.from({ length: grid.count }, (_, i) => {
    const at = Math.round((grid.startMs + i * grid.stepMs - row.startMs) / row.stepMs);
    last = row.values[at] ?? last;
    return last;
  });
}

const isConstant = (values: readonly number[]): boolean => values.every((value) => value === values[0]);

function fromNoughtToOne(values: readonly number[]): number[] {
  const [low, high] = [values.reduce((a, b) => Math.min(a, b), Infinity), values.reduce((a, b) => Math.max(a, b), -Infinity)];
  return values.map((value) => (value - low) / (high - low));
}

// Latency and errors tell the onset where there are any, as in the authors' code; a second statistic of the same latency tells no more.
function telling(rows: readonly Row[]): readonly Row[] {
  const felt = rows.filter(({ signal }) => signal === "latency" || signal === "errors");
  if (felt.length === 0) return rows.slice(0, seriesMax);
  if (felt.length <= seriesMax) return felt;
  const order = ["p50", "mean", "p90", "p95", "p99", "ratio", "rate"];
  return [...felt].sort((a, b) => order.indexOf(a.statistic) - order.indexOf(b.statistic)).slice(0, seriesMax);
}

/** The first break of the likeliest run length of latencies and errors; null where there is none with samples on both sides. */
function onsetIndex(rows: readonly Row[], grid: Grid): number | null {
  const columns = telling(rows)
    .map((row) => onGrid(row, grid))
    .filter((values) => !isConstant(values))
    .map(fromNoughtToOne);
  if (columns.length === 0) return null;
  const samples = Array.from({ length: grid.count }, (_, i) => columns.map((column) => column[i] ?? 0));
  return runBreaks(likeliestRuns(samples, hazard)).find((index) => index >= 2) ?? null;
}

/** Splits at the grid's index and scores each row by its largest rise over median and interquartile range before it. */
function robustScores(rows: readonly Row[], grid: Grid, onset: number): Suspect[] {
  return rows.flatMap((row): Suspect[] => {
    const values = onGrid(row, grid);
    const [before, after] = [values.slice(0, onset), values.slice(onset)];
    if (isConstant(before) || isConstant(after)) return [];
    return [{ entity: row.of, fault: row.signal, score: largestRise(after, robustScaling(before)) }];
  });
}

/**
 * BARO (Pham et al., 2024): the onset by multivariate Bayesian online change point detection, then the largest rise over the
 * median in interquartile ranges of what was before.
 */
export function baro(snapshot: Snapshot): Suspect[] {
  const rows = rowsOf(snapshot);
  const wide = telling(rows).length > 12;
  const grid = gridOf(rows, wide ? samplesMax / 4 : samplesMax);
  const onset = grid === null ? null : onsetIndex(rows, grid);
  return grid === null || onset === null ? [] : robustScores(rows, grid, onset);
}
