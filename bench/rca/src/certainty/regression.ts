/** One observation of a weighted logistic regression. */
export interface Observation {
  readonly features: readonly number[];
  /** 0 or 1, or between where the place was shared. */
  readonly outcome: number;
  readonly weight: number;
}

/** How strongly each coefficient is drawn towards a value, and the least that it may be. */
export interface Prior {
  readonly mean: number;
  readonly precision: number;
  readonly min: number;
}

const chance = (odds: number): number => 1 / (1 + Math.exp(-odds));
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** Solves a symmetric, positive definite system by Gaussian elimination. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  for (const [i, pivot] of rows.entries()) {
    for (const row of rows.slice(i + 1)) {
      const factor = (row[i] ?? 0) / (pivot[i] ?? 1);
      for (let k = i; k < row.length; k++) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
    }
  }
  const found = right.map(() => 0);
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i] ?? [];
    const rest = found.reduce((sum, value, k) => sum + (k > i ? value * (row[k] ?? 0) : 0), 0);
    found[i] = ((row[right.length] ?? 0) - rest) / (row[i] ?? 1);
  }
  return found;
}

const stepsMax = 100;
const halvingsMax = 40;
const stepMin = 1e-9;

// The logarithm of 1 + e^x without overflow.
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** What is to be as large as possible: the logarithm of the likelihood and of the prior. */
function merit(observations: readonly Observation[], priors: readonly Prior[], at: readonly number[]): number {
  const likelihood = observations.reduce((sum, { features, outcome, weight }) => {
    const odds = dot(features, at);
    return sum + weight * (outcome * odds - softplus(odds));
  }, 0);
  return likelihood - priors.reduce((sum, { mean, precision }, i) => sum + (precision * ((at[i] ?? 0) - mean) ** 2) / 2, 0);
}

/** Newton's step from a point. */
function stepFrom(observations: readonly Observation[], priors: readonly Prior[], at: readonly number[]): number[] {
  const gradient = priors.map(({ mean, precision }, i) => -precision * ((at[i] ?? 0) - mean));
  const curvature = priors.map(({ precision }, i) => priors.map((_, k) => (i === k ? precision : 0)));
  for (const { features, outcome, weight } of observations) {
    const told = chance(dot(features, at));
    for (const [i, value] of features.entries()) {
      gradient[i] = (gradient[i] ?? 0) + weight * (outcome - told) * value;
      const row = curvature[i] ?? [];
      for (const [k, other] of features.entries()) row[k] = (row[k] ?? 0) + weight * told * (1 - told) * value * other;
    }
  }
  // What stands at its least value and would fall is held there; the others move as if it were no variable.
  const held = priors.map(({ min }, i) => (at[i] ?? 0) <= min && (gradient[i] ?? 0) <= 0);
  const free = (i: number, k: number) => held[i] !== true && held[k] !== true;
  const reduced = curvature.map((row, i) => row.map((value, k) => (free(i, k) ? value : Number(i === k))));
  return solved(reduced, gradient.map((value, i) => (held[i] === true ? 0 : value))); // prettier-ignore
}

/**
 * Logistic regression by Newton's method with a Gaussian prior on each coefficient (maximum a posteriori); a step that would make
 * matters worse is halved, and a coefficient that would fall below its least value is held there. Deterministic.
 */
export function logisticRegression(observations: readonly Observation[], priors: readonly Prior[]): number[] {
  let found = priors.map(({ mean, min }) => Math.max(min, mean));
  let best = merit(observations, priors, found);
  for (let step = 0; step < stepsMax; step++) {
    const move = stepFrom(observations, priors, found);
    const before = best;
    for (let half = 0; half < halvingsMax; half++) {
      const next = found.map((value, i) => Math.max(priors[i]?.min ?? Number.NEGATIVE_INFINITY, value + (move[i] ?? 0) / 2 ** half));
      const reached = merit(observations, priors, next);
      if (!(reached > best)) continue;
      [found, best] = [next, reached];
      break;
    }
    if (best - before < stepMin) break;
  }
  return found;
}
