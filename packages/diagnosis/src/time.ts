import type { Instant, Window } from "@sre/contracts/evidence";

/** Milliseconds since the epoch. An instant always carries its zone, so no locale or zone of the process takes part. */
export const ms = (instant: Instant): number => Date.parse(instant);

/** The canonical spelling of a moment: UTC with milliseconds. */
export const instant = (moment: number): Instant => new Date(moment).toISOString();

/** The window moved back by some seconds. */
export function earlier(window: Window, seconds: number): Window {
  return { from: instant(ms(window.from) - seconds * 1000), to: instant(ms(window.to) - seconds * 1000) };
}

/** Whether `outer` holds all of `inner`, give or take `slackMs` at each end. */
export function covers(outer: { from: Instant | null; to: Instant }, inner: Window, slackMs = 0): boolean {
  const from = outer.from === null ? Number.NEGATIVE_INFINITY : ms(outer.from);
  return from <= ms(inner.from) + slackMs && ms(outer.to) >= ms(inner.to) - slackMs;
}

/** The earliest of some moments that may be unknown. */
export function earliest(moments: readonly (number | null | undefined)[]): number | null {
  const known = moments.filter((moment): moment is number => moment !== null && moment !== undefined);
  return known.length === 0 ? null : Math.min(...known);
}
