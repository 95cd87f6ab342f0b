/** A centre and a spread; a spread of nothing counts as 1, as scikit-learn's scalers have it. */
export interface Scaling {
  readonly centre: number;
  readonly spread: number;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const orOne = (spread: number) => (spread > 0 ? spread : 1);

// Equal values have a variance of no more than the error of the sums behind it (as scikit-learn tells constant features).
function isConstant(variance: number, centre: number, count: number): boolean {
  const error = count * Number.EPSILON;
  return variance <= error * variance + (error * centre) ** 2;
}

/** Mean and standard deviation of the population. */
export function standardScaling(values: readonly number[]): Scaling {
  const centre = mean(values);
  const variance = mean(values.map((value) => (value - centre) ** 2));
  return { centre, spread: isConstant(variance, centre, values.length) ? 1 : orOne(Math.sqrt(variance)) };
}

function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return low + (high - low) * (place - Math.floor(place));
}

/** The value below which a share of the values lies, linear between neighbours. */
export const quantileOf = (values: readonly number[], share: number): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    share,
  );

/** Median and interquartile range. */
export function robustScaling(values: readonly number[]): Scaling {
  const sorted = [...values].sort((a, b) => a - b);
  return { centre: quantile(sorted, 0.5), spread: orOne(quantile(sorted, 0.75) - quantile(sorted, 0.25)) };
}

const scaled = (value: number, { centre, spread }: Scaling): number => (value - centre) / spread;
const largest = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);

/** The largest scaled rise. */
export const largestRise = (values: readonly number[], scaling: Scaling): number => largest(values.map((value) => scaled(value, scaling)));

/** The largest scaled distance, up or down. */
export const largestDistance = (values: readonly number[], scaling: Scaling): number =>
  largest(values.map((value) => Math.abs(scaled(value, scaling))));
