import type { Finding } from "@sre/contracts/evidence";
import { compareWithBaseline, defaultComparison, median, present, type Comparison } from "@sre/timeseries";
import { finding, roleOf } from "../finding.ts";
import { seasonWords, signalWords, type FindingKind } from "../messages/findings.ts";
import type { Seen } from "../seen/seen.ts";
import { isFresh, sampleAt, type SeenSeries } from "../seen/series.ts";
import { earliest, ms } from "../time.ts";

/*
 * A golden signal that left its normal level. Method: scale by median and MAD of a window before the fault, change
 * point by binary segmentation (timeseries), and a change counts only if its size matters to users, not just to statistics.
 */

interface Rule {
  readonly kind: FindingKind;
  /** Floor of the spread, in the signal's unit: differences below it are noise whatever the statistics say. */
  readonly spreadMin: (series: SeenSeries) => number;
  readonly matters: (change: Comparison, series: SeenSeries) => boolean;
  readonly strength: (change: Comparison, series: SeenSeries) => number;
}

const isRatio = (series: SeenSeries) => series.statistic === "ratio" || series.unit === "1";
const growth = (change: Comparison) => change.during / Math.max(Math.abs(change.before), 1e-9);
const bounded = (value: number) => Math.min(1, Math.max(0, value));

const errors: Rule = {
  kind: "golden_errors",
  spreadMin: (series) => (isRatio(series) ? 0.0025 : 0.02),
  matters: (change, series) =>
    isRatio(series) ? change.during - change.before >= 0.01 : change.during - change.before >= 0.05 && growth(change) >= 2,
  strength: (change, series) =>
    isRatio(series) ? bounded(0.5 + (change.during - change.before) * 1.5) : bounded(0.5 + Math.log10(growth(change)) / 4),
};
const latency: Rule = {
  kind: "golden_latency",
  spreadMin: () => 0.005,
  matters: (change) => growth(change) >= 1.5 && change.during - change.before >= 0.02,
  strength: (change) => bounded(0.4 + Math.log2(growth(change)) / 6),
};
const trafficRise: Rule = {
  kind: "golden_traffic_rise",
  spreadMin: () => 0.05,
  matters: (change) => growth(change) >= 1.8,
  strength: (change) => bounded(0.3 + Math.log2(growth(change)) / 5),
};
const trafficDrop: Rule = {
  kind: "golden_traffic_drop",
  spreadMin: () => 0.05,
  matters: (change) => growth(change) <= 0.5,
  strength: (change) => bounded(1 - growth(change)),
};
const saturation: Rule = {
  kind: "golden_saturation",
  spreadMin: () => 0.02,
  matters: (change) => change.during >= 0.8 && change.during - change.before >= 0.1,
  strength: (change) => bounded(change.during),
};

const rules: Readonly<Record<string, readonly Rule[]>> = {
  "golden:errors": [errors],
  "golden:latency": [latency],
  "golden:traffic": [trafficRise, trafficDrop],
  "golden:saturation": [saturation],
};

function usualSeason(seen: Seen, series: SeenSeries, change: Comparison): Finding | null {
  const match = seen.seasons.find((season) => {
    if (season.of !== series.of || season.signal !== series.signal || season.statistic !== series.statistic) return false;
    const then = median(present(season.values.slice(change.onset, change.recovery ?? undefined)));
    return then !== null && change.during <= then * 1.25 && change.during >= then * 0.8;
  });
  if (match === undefined) return null;
  const values = { during: change.during, unit: series.unit ?? "?", season: match.season, signal: series.signal };
  const words = { season: seasonWords[match.season], signal: signalWords[series.signal] ?? { en: series.signal, "zh-TW": series.signal } };
  return finding({ what: "golden_usual", entity: series.of, strength: 0.5, evidence: [series.cite, match.cite], values, words });
}

// A change that is over and lasted at most this long is a blip, not a fault.
const blipSecondsMax = 5 * 60;

interface Level {
  readonly series: SeenSeries;
  readonly values: Readonly<Record<string, number | string>>;
  readonly words: { readonly signal: { en: string; "zh-TW": string } };
}

function levelOf(series: SeenSeries, numbers: Readonly<Record<string, number>>): Level {
  const signal = signalWords[series.signal] ?? { en: series.signal, "zh-TW": series.signal };
  return {
    series,
    values: { ...numbers, unit: series.unit ?? "?", statistic: series.statistic, signal: series.signal },
    words: { signal },
  };
}

function changed(seen: Seen, series: SeenSeries, [rule, change]: readonly [Rule, Comparison]): Finding {
  const usual = usualSeason(seen, series, change);
  if (usual !== null) return usual;
  const { before, during, last, effect } = change;
  // Where nothing was measured nothing began: the first sample from there on tells when.
  const measured = series.window.values.findIndex((value, i) => i >= change.onset && value !== null);
  const from = sampleAt(series.window, Math.max(change.onset, measured));
  const now = seen.now.has(series.cite.id);
  if (change.recovery !== null) {
    const lasted = ((change.recovery - change.onset) * series.window.stepMs) / 1000;
    const level = levelOf(series, { before, during, last, seconds: lasted });
    if (lasted <= blipSecondsMax)
      return finding({ what: "golden_blip", entity: series.of, from, strength: 0.2, evidence: [series.cite], ...level, now });
  }
  const level = levelOf(series, { before, during, last, effect });
  return finding({
    what: rule.kind,
    entity: series.of,
    from,
    strength: rule.strength(change, series),
    evidence: [series.cite],
    ...level,
    now,
  });
}

// A series that broke off, or that ends before the first alert, says nothing of how things are.
function tellsNow(seen: Seen, { window }: SeenSeries): boolean {
  const alerted = earliest(seen.scope.alerts.map(({ starts_at }) => ms(starts_at)));
  const newest = window.startMs + (window.values.findLastIndex((value) => value !== null) + 1) * window.stepMs;
  return isFresh(window, ms(seen.scope.window.to)) && (alerted === null || newest >= alerted);
}

function normal(seen: Seen, drawn: SeenSeries): Finding[] {
  const series = drawn.recent ?? drawn;
  if (!tellsNow(seen, series)) return [];
  const last = median(present(series.window.values).slice(-defaultComparison.lastSamples));
  if (last === null) return [];
  return [finding({ what: "golden_normal", entity: series.of, strength: 0.3, evidence: [series.cite], ...levelOf(series, { last }) })];
}

function changeIn(seen: Seen, series: SeenSeries): Finding | null {
  const judges = rules[series.signal] ?? [];
  const [first] = judges;
  if (first === undefined) return null;
  const settings = { ...defaultComparison, spreadMin: first.spreadMin(series) };
  const change = compareWithBaseline(series.baseline.values, series.window.values, settings);
  const rule = change === null ? undefined : judges.find((each) => each.matters(change, series));
  return change === null || rule === undefined ? null : changed(seen, series, [rule, change]);
}

// The whole window tells most; what began in its last steps shows only in the fine ones.
function judge(seen: Seen, series: SeenSeries): Finding[] {
  const looks = series.recent === null ? [series] : [series, series.recent];
  const found = looks.map((look) => changeIn(seen, look)).filter((each) => each !== null);
  const telling = found.find((each) => roleOf(each) === "symptom") ?? found[0];
  return telling === undefined ? normal(seen, series) : [telling];
}

/** Changes of latency, errors, traffic and saturation, with their onset; or that a signal stayed normal. */
export function detectGolden(seen: Seen): Finding[] {
  const golden = seen.series.filter(({ signal }) => signal.startsWith("golden:"));
  return golden.flatMap((series) => judge(seen, series));
}
