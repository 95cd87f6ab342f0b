/** Normal–inverse-Wishart parameters of one possible run length, with the determinant of Ψ kept as its logarithm. */
interface Run {
  readonly count: number;
  readonly mean: Float64Array;
  /** The inverse of Ψ, row by row. */
  readonly inverse: Float64Array;
  readonly logDeterminant: number;
}

function freshRun(size: number): Run {
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) inverse[i * size + i] = 1;
  return { count: 0, mean: new Float64Array(size), inverse, logDeterminant: 0 };
}

interface Step {
  readonly offset: Float64Array;
  readonly product: Float64Array;
  readonly distance: number;
}

/** A sample's offset from a run's mean, Ψ⁻¹ · offset, and offset · Ψ⁻¹ · offset. */
function stepOf(run: Run, sample: readonly number[]): Step {
  const size = sample.length;
  const offset = new Float64Array(size);
  const product = new Float64Array(size);
  for (let i = 0; i < size; i++) offset[i] = (sample[i] ?? 0) - (run.mean[i] ?? 0);
  let distance = 0;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += (run.inverse[i * size + j] ?? 0) * (offset[j] ?? 0);
    product[i] = sum;
    distance += sum * (offset[i] ?? 0);
  }
  return { offset, product, distance };
}

// Lanczos, g = 7, n = 9.
const lanczos: readonly number[] = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]; // prettier-ignore

/** The logarithm of the gamma function for arguments from ½ on. */
export function logGamma(x: number): number {
  const y = x - 1;
  const sum = lanczos.slice(1).reduce((total, part, i) => total + part / (y + i + 1), lanczos[0] ?? 0);
  const t = y + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Log density of the multivariate Student t that predicts the next sample of a run; one more than the dimensions are the prior's degrees of freedom. */
function logDensity(run: Run, step: Step): number {
  const size = step.offset.length;
  const kappa = 1 + run.count;
  const freedom = run.count + 2;
  const scale = (kappa + 1) / (kappa * freedom);
  const logShape = size * Math.log(scale) + run.logDeterminant;
  const half = (freedom + size) / 2;
  return (
    logGamma(half) - logGamma(freedom / 2) - (size / 2) * Math.log(freedom * Math.PI) - logShape / 2 -
    half * Math.log1p(step.distance / (scale * freedom))
  ); // prettier-ignore
}

/** The run one sample longer (Sherman and Morrison's update of the inverse). */
function longer(run: Run, step: Step): Run {
  const size = step.offset.length;
  const kappa = 1 + run.count;
  const weight = kappa / (kappa + 1);
  const divisor = 1 + weight * step.distance;
  const mean = run.mean.map((value, i) => value + (step.offset[i] ?? 0) / (kappa + 1));
  const inverse = new Float64Array(run.inverse);
  for (let i = 0; i < size; i++) {
    const factor = (weight * (step.product[i] ?? 0)) / divisor;
    for (let j = 0; j < size; j++) inverse[i * size + j] = (inverse[i * size + j] ?? 0) - factor * (step.product[j] ?? 0);
  }
  return { count: run.count + 1, mean, inverse, logDeterminant: run.logDeterminant + Math.log(divisor) };
}

function logSum(values: readonly number[]): number {
  const top = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return top === Number.NEGATIVE_INFINITY ? top : top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

const indexOfLargest = (values: readonly number[]): number =>
  values.reduce((best, value, i) => (value > (values[best] ?? 0) ? i : best), 0);

/** The likeliest run length before each sample (Adams and MacKay, 2007), multivariate, with a constant hazard. */
export function likeliestRuns(samples: readonly (readonly number[])[], hazard: number): number[] {
  const fresh = freshRun(samples[0]?.length ?? 0);
  let runs: Run[] = [fresh];
  let chances = [0];
  return samples.map((sample) => {
    const likeliest = indexOfLargest(chances);
    const steps = runs.map((run) => stepOf(run, sample));
    const seen = runs.map((run, i) => (chances[i] ?? 0) + logDensity(run, steps[i] ?? stepOf(run, sample)));
    const grown = [logSum(seen) + Math.log(hazard), ...seen.map((chance) => chance + Math.log(1 - hazard))];
    const total = logSum(grown);
    chances = grown.map((chance) => chance - total);
    runs = [fresh, ...runs.map((run, i) => longer(run, steps[i] ?? stepOf(run, sample)))];
    return likeliest;
  });
}

/** Where the likeliest run length does anything but grow by one or stay: the indexes at which a new run may have begun. */
export function runBreaks(runs: readonly number[]): number[] {
  return runs.flatMap((length, i) => (i > 0 && Math.abs(length - (runs[i - 1] ?? 0)) > 1 ? [i] : []));
}
