/** How a grouping agrees with the truth, over pairs of alerts. */
export interface Agreement {
  readonly together: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly adjustedRandIndex: number;
}

/** Counts of pairs that add up over storms; the index is averaged. */
export interface PairCounts {
  /** Pairs that are together in both. */
  readonly both: number;
  readonly inTruth: number;
  readonly inGroups: number;
  readonly all: number;
}

const pairs = (count: number) => (count * (count - 1)) / 2;
const sumOfPairs = (counts: Iterable<number>) => [...counts].reduce((sum, count) => sum + pairs(count), 0);

function tally(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Counts pairs of one storm; `truth` and `groups` name the group of each alert. */
export function countPairs(truth: readonly string[], groups: readonly string[]): PairCounts {
  const cells = tally(truth.map((true_, index) => `${true_}\0${groups[index]}`));
  return {
    both: sumOfPairs(cells.values()),
    inTruth: sumOfPairs(tally(truth).values()),
    inGroups: sumOfPairs(tally(groups).values()),
    all: pairs(truth.length),
  };
}

/** The Rand index corrected for chance (Hubert and Arabie, 1985): 1 for the same groups, 0 for groups at random. */
export function adjustedRandIndex({ both, inTruth, inGroups, all }: PairCounts): number {
  if (all === 0) return 1;
  const expected = (inTruth * inGroups) / all;
  const most = (inTruth + inGroups) / 2;
  return most === expected ? 1 : (both - expected) / (most - expected);
}

const share = (part: number, whole: number) => (whole === 0 ? 1 : part / whole);

/** Precision, recall and F1 over the pairs of all storms together, and the mean adjusted Rand index. */
export function agreementOf(storms: readonly PairCounts[]): Agreement {
  const sum = (of: (counts: PairCounts) => number) => storms.reduce((total, counts) => total + of(counts), 0);
  const both = sum((counts) => counts.both);
  const precision = share(both, sum((counts) => counts.inGroups)); // prettier-ignore
  const recall = share(both, sum((counts) => counts.inTruth)); // prettier-ignore
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { together: both, precision, recall, f1, adjustedRandIndex: sum(adjustedRandIndex) / Math.max(1, storms.length) };
}
