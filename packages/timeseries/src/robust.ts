/** A sample, or null where there is none. */
export type Sample = number | null;

/** The samples that are there, in order. */
export function present(values: readonly Sample[]): number[] {
  return values.filter((value): value is number => value !== null && Number.isFinite(value));
}

/** The middle value; the mean of the two middle ones when their number is even; null of nothing. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** The q-quantile (0 ≤ q ≤ 1) by linear interpolation between order statistics (type 7); null of nothing. */
export function quantile(values: readonly number[], q: number): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const position = Math.min(Math.max(q, 0), 1) * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? below;
  return below + (above - below) * (position - Math.floor(position));
}

// Makes the median absolute deviation of normal data equal to its standard deviation (Rousseeuw and Croux, 1993).
const normalConsistency = 1.4826;

/** Middle and spread of a stretch that is taken as normal. */
export interface Scale {
  readonly center: number;
  readonly spread: number;
}

/**
 * Median and median absolute deviation, scaled to a standard deviation. The spread is never below 5 % of the center,
 * nor below `spreadMin`: a perfectly flat series would otherwise make every change infinite. Null of nothing.
 */
export function robustScale(values: readonly number[], spreadMin = 1e-9): Scale | null {
  const center = median(values);
  if (center === null) return null;
  const deviation = median(values.map((value) => Math.abs(value - center))) ?? 0;
  return { center, spread: Math.max(deviation * normalConsistency, Math.abs(center) * 0.05, spreadMin) };
}

/** Values as multiples of the spread from the center; gaps stay gaps. */
export function scaled(values: readonly Sample[], { center, spread }: Scale): Sample[] {
  return values.map((value) => (value === null || !Number.isFinite(value) ? null : (value - center) / spread));
}

/** Gaps filled with the last value before them (the first value for a leading gap); all zeros when nothing is there. */
export function fillGaps(values: readonly Sample[]): number[] {
  let last = values.find((value): value is number => value !== null && Number.isFinite(value)) ?? 0;
  return values.map((value) => {
    if (value !== null && Number.isFinite(value)) last = value;
    return last;
  });
}
