import { randomOf } from "../../../rca/src/generated/random.ts";

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

/** Draws from one seed: the same everywhere. */
export function chanceOf(seed: number): Chance {
  const next = randomOf(seed);
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
