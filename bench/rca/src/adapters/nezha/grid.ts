import type { Instant, Window } from "@sre/contracts/evidence";

const minuteMs = 60_000;
/** So far before its window may a normal stretch stand; one that is older, or later, is moved there. Minutes. */
const gapMinutesMax = 6 * 60;

/**
 * The time axis of a case. A collector minute ends some seconds past the full minute and its files hold what ended then, so
 * everything is placed by its minute; the axis ends with the last thing seen in the window.
 */
export interface Axis {
  readonly asOfMs: number;
  /** Instants of the minutes: value i is of the minute that ends at firstMs + i · 60 s. */
  readonly firstMs: number;
  readonly points: number;
  readonly normalPoints: number;
  readonly windowPoints: number;
  /** The place of a minute: null outside the axis. */
  indexOf(minute: number): number | null;
  /** An instant, held within the minute it was recorded under. */
  within(minute: number, atMs: number): number;
}

const iso = (atMs: number): Instant => new Date(atMs).toISOString();

export function axisOf(minutes: { readonly normal: readonly number[]; readonly window: readonly number[] }, endMs: number): Axis {
  const last = Math.max(...minutes.window);
  const first = Math.min(...minutes.window);
  const asOfMs = Math.ceil(endMs / 1_000) * 1_000;
  const normalLast = Math.max(...minutes.normal);
  const normalFirst = Math.min(...minutes.normal);
  const hasNormal = minutes.normal.length > 0;
  const apart = first - normalLast;
  const moved = !hasNormal ? 0 : apart < 1 ? apart - 1 : apart > gapMinutesMax ? apart - gapMinutesMax : 0;
  const start = hasNormal ? normalFirst + moved : first;
  const firstMs = asOfMs - (last - start) * minuteMs;
  const points = last - start + 1;
  const normal = new Set(minutes.normal);
  const indexOf = (minute: number): number | null => {
    const index = (moved !== 0 && normal.has(minute) ? minute + moved : minute) - start;
    return index >= 0 && index < points ? index : null;
  };
  const within = (minute: number, atMs: number): number => {
    const end = firstMs + (indexOf(minute) ?? 0) * minuteMs;
    return Math.min(end, Math.max(end - minuteMs + 1, atMs + (moved !== 0 && normal.has(minute) ? moved * minuteMs : 0)));
  };
  return { asOfMs, firstMs, points, normalPoints: hasNormal ? normalLast - normalFirst + 1 : 0, windowPoints: last - first + 1, indexOf, within }; // prettier-ignore
}

export const stepMs = minuteMs;
export const startOf = (axis: Axis): Instant => iso(axis.firstMs);

/** From the first normal minute to the end of the window. */
export const wholeWindow = (axis: Axis): Window => ({ from: iso(axis.firstMs - minuteMs), to: iso(axis.asOfMs) });
export const faultWindow = (axis: Axis): Window => ({ from: iso(axis.asOfMs - axis.windowPoints * minuteMs), to: iso(axis.asOfMs) });

/** The normal stretch; null where none was recorded. */
export function normalWindow(axis: Axis): Window | null {
  const from = axis.firstMs - minuteMs;
  return axis.normalPoints === 0 ? null : { from: iso(from), to: iso(from + axis.normalPoints * minuteMs) };
}

/** The share of the axis that traces and logs do not cover. */
export const missingShare = (axis: Axis): number => Math.max(0, 1 - (axis.normalPoints + axis.windowPoints) / axis.points);
