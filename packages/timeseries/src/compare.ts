import { changePoints, defaultSegmentation, type Segmentation } from "./change-points.ts";
import { fillGaps, median, present, robustScale, scaled, type Sample } from "./robust.ts";

/** What a window shows against the stretch before it. */
export interface Comparison {
  /** Median of the baseline. */
  readonly before: number;
  /** Median from the onset on, until the recovery where there is one. */
  readonly during: number;
  /** Median of the newest samples. */
  readonly last: number;
  /** `during − before` in spreads of the baseline. */
  readonly effect: number;
  /** Index in the window of the first changed sample. */
  readonly onset: number;
  /** Index in the window of the first sample back at the baseline's level, or null while the change lasts. */
  readonly recovery: number | null;
}

export interface ComparisonSettings {
  /** Absolute floor of the spread, in the units of the series. */
  readonly spreadMin: number;
  /** The least effect that counts, in spreads. */
  readonly effectMin: number;
  /** How many of the newest samples tell the present level. */
  readonly lastSamples: number;
  readonly segmentation: Segmentation;
}

export const defaultComparison: ComparisonSettings = { spreadMin: 1e-9, effectMin: 4, lastSamples: 3, segmentation: defaultSegmentation };

// A window whose baseline is shorter than this is compared with its own beginning instead.
const baselineSamplesMin = 5;

interface Normal {
  readonly samples: readonly number[];
  /** Index in the window before which nothing can count as changed: what stands there is the normal itself. */
  readonly begin: number;
}

function normalOf(baseline: readonly Sample[], window: readonly Sample[]): Normal {
  const samples = present(baseline);
  if (samples.length >= baselineSamplesMin) return { samples, begin: 0 };
  // What is measured only since the middle of the window begins there.
  const first = Math.max(
    0,
    window.findIndex((sample) => sample !== null),
  );
  const head = Math.max(2, Math.floor((window.length - first) / 4));
  const own = present(window.slice(first, first + head));
  return { samples: [...samples, ...own], begin: samples.length === 0 ? first + head : 0 };
}

interface Extent {
  readonly onset: number;
  readonly end: number;
}

// A level counts as changed while it stays in the direction of the strongest one and at least at a third of it.
function strongestExtent(levels: readonly { from: number; to: number; level: number }[], effectMin: number): Extent | null {
  const peak = levels.reduce((best, { level }) => (Math.abs(level) > Math.abs(best) ? level : best), 0);
  if (Math.abs(peak) < effectMin) return null;
  const limit = Math.max(Math.abs(peak) / 3, effectMin / 2);
  const at = levels.findIndex(({ level }) => level === peak);
  const changed = (i: number) => (levels[i]?.level ?? 0) * Math.sign(peak) >= limit;
  let first = at;
  while (first > 0 && changed(first - 1)) first--;
  let last = at;
  while (last < levels.length - 1 && changed(last + 1)) last++;
  return { onset: levels[first]?.from ?? 0, end: levels[last]?.to ?? 0 };
}

/**
 * Whether and from when a window differs from its baseline: both are scaled by median and MAD of the baseline, change
 * points are found by binary segmentation, and the strongest run of changed levels is the change. Null when nothing
 * differs by `effectMin` spreads, or when there are too few samples to tell.
 */
export function compareWithBaseline(
  baseline: readonly Sample[],
  window: readonly Sample[],
  settings: ComparisonSettings = defaultComparison,
): Comparison | null {
  const normal = normalOf(baseline, window);
  const scale = robustScale(normal.samples, settings.spreadMin);
  const seen = present(window);
  if (scale === null || seen.length < 2 || normal.samples.length < 2 || normal.begin >= window.length) return null;
  const zeroed = fillGaps(scaled(window, scale));
  // No level can lie further out than its furthest sample: most series end here.
  if (!zeroed.some((value) => Math.abs(value) >= settings.effectMin)) return null;
  const whole = fillGaps(scaled([...baseline, ...window], scale));
  const cutAt = changePoints(whole, settings.segmentation).map(({ index }) => index - baseline.length);
  const borders = [normal.begin, ...cutAt.filter((index) => index > normal.begin && index < window.length), window.length];
  const levels = borders.slice(1).map((to, i) => ({ from: borders[i] ?? 0, to, level: median(zeroed.slice(borders[i] ?? 0, to)) ?? 0 }));
  const extent = strongestExtent(levels, settings.effectMin);
  if (extent === null) return null;
  const during = median(present(window.slice(extent.onset, extent.end))) ?? scale.center;
  const last = median(seen.slice(-settings.lastSamples)) ?? scale.center;
  const back =
    extent.end < window.length &&
    Math.abs(last - scale.center) < Math.max(Math.abs(during - scale.center) / 3, settings.effectMin * scale.spread);
  return {
    before: scale.center,
    during,
    last,
    effect: (during - scale.center) / scale.spread,
    onset: extent.onset,
    recovery: back ? extent.end : null,
  };
}
