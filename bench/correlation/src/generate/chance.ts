/** Seeded draws. */
export interface Chance {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number;
  between(min: number, max: number): number;
  happens(probability: number): boolean;
  one<T>(from: readonly T[]): T;
  some<T>(from: readonly T[], count: number): T[];
  /** From a normal distribution. */
  normal(mean: number, deviation: number): number;
}

/** Splitmix32: small, seeded, and the same everywhere. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
  };
}

/** Draws from one seed: the same everywhere. */
export function chanceOf(seed: number): Chance {
  const next = uniform(seed);
  const whole = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  const one = <T>(from: readonly T[]): T => from[whole(0, from.length - 1)]!;
  return {
    next, whole, one,
    between: (min, max) => min + next() * (max - min),
    happens: (probability) => next() < probability,
    some: (from, count) => {
      const rest = [...from];
      return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(whole(0, rest.length - 1), 1)[0]!);
    },
    normal: (mean, deviation) => mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  }; // prettier-ignore
}
