/** How sure an answer was, and whether it was right (a part where ties share the place). */
export interface Judged {
  readonly confidence: number;
  readonly right: number;
  readonly kind: string;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / Math.max(1, values.length);

const bins = 10;

/**
 * Expected calibration error (Naeini et al., 2015): the mean distance between how sure answers were and how often they
 * were right, over tenths of confidence; 0 without answers.
 */
export function calibrationError(judged: readonly Judged[]): number {
  const tenths = [...Map.groupBy(judged, ({ confidence }) => Math.min(bins - 1, Math.floor(confidence * bins))).values()];
  const gaps = tenths.map(
    (bin) => bin.length * Math.abs(mean(bin.map(({ confidence }) => confidence)) - mean(bin.map(({ right }) => right))),
  );
  return judged.length === 0 ? 0 : sum(gaps) / judged.length;
}

interface Block {
  readonly upTo: number;
  readonly weight: number;
  readonly value: number;
}

function joined(a: Block, b: Block): Block {
  const weight = a.weight + b.weight;
  return { upTo: b.upTo, weight, value: (a.value * a.weight + b.value * b.weight) / weight };
}

/**
 * From a confidence to how often it was right: isotonic regression by pooling adjacent violators (Ayer et al., 1955; as
 * calibration: Zadrozny and Elkan, 2002). Without samples it is the identity.
 */
export function isotonic(judged: readonly Judged[]): (confidence: number) => number {
  const blocks: Block[] = [];
  const levels = [...Map.groupBy(judged, ({ confidence }) => confidence)].sort(([a], [b]) => a - b);
  for (const [upTo, same] of levels) {
    let block: Block = { upTo, weight: same.length, value: mean(same.map(({ right }) => right)) };
    for (let last = blocks.at(-1); last !== undefined && last.value >= block.value; last = blocks.at(-1)) {
      blocks.pop();
      block = joined(last, block);
    }
    blocks.push(block);
  }
  return (confidence) => (blocks.find(({ upTo }) => confidence <= upTo) ?? blocks.at(-1))?.value ?? confidence;
}

/**
 * The calibration error that is left on kinds of fault that were not looked at: for each kind the confidence is mapped by
 * what the other kinds teach, and the error is told over all of these. Null where there are fewer than two kinds.
 */
export function crossValidatedError(judged: readonly Judged[]): number | null {
  const kinds = [...new Set(judged.map(({ kind }) => kind))];
  if (kinds.length < 2) return null;
  const heldOut = kinds.flatMap((kind) => {
    const map = isotonic(judged.filter((one) => one.kind !== kind));
    return judged.filter((one) => one.kind === kind).map((one) => ({ ...one, confidence: map(one.confidence) }));
  });
  return calibrationError(heldOut);
}
