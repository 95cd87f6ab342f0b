/** A value at a moment, in milliseconds since the epoch. */
export type Curve = (atMs: number) => number;

/** Deterministic noise in [−1, 1): a hash of the moment and the seed (Mulberry32's mixing), so that recording twice gives the same bytes. */
function noise(seed: number, atMs: number): number {
  let mixed = (Math.imul(seed, 0x9e37_79b1) ^ Math.floor(atMs / 1_000)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
}

/** A level with noise of a given share of it. */
export function steady(level: number, share: number, seed: number): Curve {
  return (atMs) => level * (1 + share * noise(seed, atMs));
}

/** One curve before a moment, another from it on. */
export function switchAt(atMs: number, before: Curve, after: Curve): Curve {
  return (moment) => (moment <= atMs ? before(moment) : after(moment));
}

/** One curve within a stretch of time, another outside it. */
export function during(stretch: { fromMs: number; toMs: number }, inside: Curve, outside: Curve): Curve {
  return (moment) => (moment > stretch.fromMs && moment <= stretch.toMs ? inside(moment) : outside(moment));
}

/** Rises linearly from `from` to `to` within a period and falls back at its end, again and again: memory that is leaked until the kernel kills. */
export function sawtooth(input: { startMs: number; periodMs: number; from: number; to: number }): Curve {
  return (moment) =>
    input.from +
    (input.to - input.from) * (((((moment - input.startMs) % input.periodMs) + input.periodMs) % input.periodMs) / input.periodMs);
}

/** Rises linearly between two moments and stays. */
export function ramp(input: { startMs: number; endMs: number; from: number; to: number }): Curve {
  return (moment) =>
    input.from + (input.to - input.from) * Math.min(1, Math.max(0, (moment - input.startMs) / (input.endMs - input.startMs)));
}
