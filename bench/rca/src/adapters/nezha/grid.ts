import type { Instant, Window } from "@sre/contracts/evidence";

const minuteMs = 60_000;
/**
 * So long before the end of the window stands the end of the normal stretch, in minutes: where the product looks for its
 * baseline, whether something alerts (half an hour before the alert) or not (an hour before the end).
 */
const normalEndsBeforeMinutes = 75;
/** Metrics go on after the normal stretch: so many minutes of them are as normal, where no case begins earlier. */
const normalMetricMinutesMax = 10;

/**
 * The time axis of a case. A collector minute ends some seconds past the full minute and its files hold what ended then, so
 * everything is placed by its minute; the axis ends with the last thing seen in the window. The normal stretch, which was
 * recorded hours before most windows and stands for the usual, is moved to where a baseline is looked for.
 */
export interface Axis {
  readonly asOfMs: number;
  /** Instants of the minutes: value i is of the minute that ends at firstMs + i · 60 s. */
  readonly firstMs: number;
  readonly points: number;
  /** How many of the first points are the normal stretch, and of the last ones the window. */
  readonly normalPoints: number;
  readonly windowPoints: number;
  /** The place of a minute: null outside the axis. */
  indexOf(minute: number): number | null;
  /** The same for a metric sample. */
  metricIndexOf(minute: number): number | null;
  /** An instant, moved with its minute and held within it. */
  within(minute: number, atMs: number): number;
}

const iso = (atMs: number): Instant => new Date(atMs).toISOString();

interface Minutes {
  readonly normal: readonly number[];
  readonly window: readonly number[];
  /** The first minute of any case: what comes later is not normal. */
  readonly disturbedFrom: number;
}

/** The axis of a case whose window ends at `endMs`, rounded up to a second. `minutes.window` must not be empty. */
export function axisOf({ normal, window, disturbedFrom }: Minutes, endMs: number): Axis {
  const [first, last] = [Math.min(...window), Math.max(...window)];
  const normalFirst = Math.min(...normal);
  const normalPoints = normal.length === 0 ? 0 : Math.max(...normal) - normalFirst + 1;
  const windowPoints = last - first + 1;
  const points = normalPoints === 0 ? windowPoints : normalEndsBeforeMinutes + normalPoints;
  const asOfMs = Math.ceil(endMs / 1_000) * 1_000;
  const firstMs = asOfMs - (points - 1) * minuteMs;
  const metricPoints = Math.max(normalPoints, Math.min(normalMetricMinutesMax, disturbedFrom - normalFirst));
  const place = (minute: number, normals: number): number | null => {
    if (minute >= first && minute <= last) return points - 1 - (last - minute);
    return minute >= normalFirst && minute < normalFirst + normals ? minute - normalFirst : null;
  };
  const indexOf = (minute: number) => place(minute, normalPoints);
  const within = (minute: number, atMs: number): number => {
    const end = firstMs + (indexOf(minute) ?? 0) * minuteMs;
    const ended = minute * minuteMs + (asOfMs - last * minuteMs);
    return Math.min(end, Math.max(end - minuteMs + 1, Math.floor(atMs + end - ended)));
  };
  return { asOfMs, firstMs, points, normalPoints, windowPoints, indexOf, metricIndexOf: (minute) => place(minute, metricPoints), within };
}

export const stepMs = minuteMs;
export const startOf = (axis: Axis): Instant => iso(axis.firstMs);

/** From the normal stretch to the end of the window. */
export const wholeWindow = (axis: Axis): Window => ({ from: iso(axis.firstMs - minuteMs), to: iso(axis.asOfMs) });
export const faultWindow = (axis: Axis): Window => ({ from: iso(axis.asOfMs - axis.windowPoints * minuteMs), to: iso(axis.asOfMs) });

/** The normal stretch; null where none was recorded. */
export function normalWindow(axis: Axis): Window | null {
  const from = axis.firstMs - minuteMs;
  return axis.normalPoints === 0 ? null : { from: iso(from), to: iso(from + axis.normalPoints * minuteMs) };
}

/** The share of the axis that traces and logs do not cover. */
export const missingShare = (axis: Axis): number => Math.max(0, 1 - (axis.normalPoints + axis.windowPoints) / axis.points);
