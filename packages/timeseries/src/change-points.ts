import { median } from "./robust.ts";

export interface ChangePoint {
  /** The first index of the new level. */
  readonly index: number;
  readonly before: number;
  readonly after: number;
  /** `after − before`, in the units of the series. */
  readonly shift: number;
}

export interface Segmentation {
  /** The fewest samples on each side of a change. */
  readonly segmentMin: number;
  /** How much a split must lower the summed squared error, in units of the squared spread; higher finds fewer changes. */
  readonly penalty: number;
  readonly changesMax: number;
}

/** Fits series scaled to a spread of 1: `penalty` is some multiples of the logarithm of a few hundred samples. */
export const defaultSegmentation: Segmentation = { segmentMin: 2, penalty: 25, changesMax: 8 };

interface Sums {
  readonly value: Float64Array;
  readonly square: Float64Array;
}

function prefixSums(values: readonly number[]): Sums {
  const value = new Float64Array(values.length + 1);
  const square = new Float64Array(values.length + 1);
  values.forEach((sample, i) => {
    value[i + 1] = (value[i] ?? 0) + sample;
    square[i + 1] = (square[i] ?? 0) + sample * sample;
  });
  return { value, square };
}

function squaredError(sums: Sums, from: number, to: number): number {
  const total = (sums.value[to] ?? 0) - (sums.value[from] ?? 0);
  return (sums.square[to] ?? 0) - (sums.square[from] ?? 0) - (total * total) / (to - from);
}

interface Split {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly gain: number;
}

function bestSplit(sums: Sums, [from, to]: readonly [number, number], segmentMin: number): Split | null {
  const whole = squaredError(sums, from, to);
  let best: Split | null = null;
  for (let at = from + segmentMin; at <= to - segmentMin; at++) {
    const gain = whole - squaredError(sums, from, at) - squaredError(sums, at, to);
    if (best === null || gain > best.gain + 1e-12) best = { from, to, at, gain };
  }
  return best;
}

/** Where the series is cut: binary segmentation, the split of the largest gain first. */
function cuts(values: readonly number[], settings: Segmentation): number[] {
  const sums = prefixSums(values);
  const found: number[] = [];
  const open: Split[] = [];
  const consider = (range: readonly [number, number]) => {
    const split = bestSplit(sums, range, settings.segmentMin);
    if (split !== null && split.gain > settings.penalty) open.push(split);
  };
  consider([0, values.length]);
  while (open.length > 0 && found.length < settings.changesMax) {
    open.sort((a, b) => b.gain - a.gain || a.at - b.at);
    const split = open.shift();
    if (split === undefined) break;
    found.push(split.at);
    consider([split.from, split.at]);
    consider([split.at, split.to]);
  }
  return found.sort((a, b) => a - b);
}

/**
 * The changes of level of a series without gaps, in order of time, by binary segmentation on the mean
 * (Scott and Knott, 1974) with a fixed penalty; levels are told by medians, so that one outlier makes no level.
 */
export function changePoints(values: readonly number[], settings: Segmentation = defaultSegmentation): ChangePoint[] {
  const borders = [0, ...cuts(values, settings), values.length];
  return borders.slice(1, -1).map((index, i) => {
    const before = median(values.slice(borders[i] ?? 0, index)) ?? 0;
    const after = median(values.slice(index, borders[i + 2])) ?? 0;
    return { index, before, after, shift: after - before };
  });
}

/** The change with the largest shift of the median, the earliest among equals; null when the level never changes. */
export function largestShift(values: readonly number[], settings: Segmentation = defaultSegmentation): ChangePoint | null {
  let best: ChangePoint | null = null;
  for (const point of changePoints(values, settings)) {
    if (best === null || Math.abs(point.shift) > Math.abs(best.shift) + 1e-9) best = point;
  }
  return best;
}
