import type { Signal, Statistic } from "@sre/contracts/evidence";

/** What one number of the recorder means. */
export interface Measure {
  readonly signal: Signal;
  readonly statistic: Statistic;
  readonly unit: string | null;
  /** From the recorder's number to the unit. */
  readonly convert: (value: number) => number;
}

export const same = (value: number): number => value;
/** From milliseconds. */
export const seconds = (value: number): number => value / 1_000;
