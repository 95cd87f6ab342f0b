import { byCodeUnit, canonicalJson } from "@sre/contracts/canonical";
import type { Answered, DataOf, EntityId, EvidenceRef, QuestionOf, Scope, Signal, Statistic } from "@sre/contracts/evidence";
import type { Sample } from "@sre/timeseries";
import { earliest, instant, ms } from "../time.ts";

/** One word for a signal: golden:errors, resource:memory:limit, named:pool_used. */
export function signalKey(signal: Signal): string {
  if ("golden" in signal) return `golden:${signal.golden}`;
  if ("named" in signal) return `named:${signal.named}`;
  return signal.against === undefined ? `resource:${signal.resource}` : `resource:${signal.resource}:${signal.against}`;
}

/** Part of the samples of a series; sample i covers the `stepMs` that begin at `startMs + i·stepMs`. */
export interface Stretch {
  readonly startMs: number;
  readonly stepMs: number;
  readonly values: readonly Sample[];
}

export interface SeenSeries {
  readonly of: EntityId;
  readonly signal: string;
  readonly statistic: Statistic;
  readonly unit: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly baseline: Stretch;
  readonly window: Stretch;
  readonly cite: EvidenceRef;
  /** The last minutes of the same in finer steps, where they were asked for. */
  readonly recent: SeenSeries | null;
}

/** The same time on another day. */
export interface SeasonSeries {
  readonly of: EntityId;
  readonly signal: string;
  readonly statistic: Statistic;
  readonly season: "yesterday" | "last_week";
  readonly values: readonly Sample[];
  readonly cite: EvidenceRef;
}

type Row = { of: string; labels: Readonly<Record<string, string>>; values: readonly Sample[] };
type Drawn = { start: string; step_ms: number };

/** The samples whose stretch ends after `fromMs` and not after `toMs`. */
export function stretch(drawn: Drawn, values: readonly Sample[], [fromMs, toMs]: readonly [number, number]): Stretch {
  const [startMs, stepMs] = [ms(drawn.start), drawn.step_ms];
  const first = Math.max(0, Math.floor((fromMs - startMs) / stepMs) + 1);
  const last = Math.min(values.length - 1, Math.floor((toMs - startMs) / stepMs));
  return { startMs: startMs + (first - 1) * stepMs, stepMs, values: values.slice(first, last + 1) };
}

/** When the stretch of sample `index` begins. */
export const sampleAt = (part: Stretch, index: number): string => instant(part.startMs + index * part.stepMs);

// Scrapes and steps are not aligned with alerts: this old may the newest sample be and still tell what is now.
const freshMs = 5 * 60_000;

/** Whether the newest sample of a stretch is recent enough to speak for its end. */
export function isFresh(part: Stretch, endMs: number): boolean {
  const newest = part.values.findLastIndex((value) => value !== null);
  return newest >= 0 && part.startMs + (newest + 1) * part.stepMs >= endMs - Math.max(freshMs, 3 * part.stepMs);
}

const seriesPart = (row: Row): string => (Object.keys(row.labels).length === 0 ? row.of : `${row.of} ${canonicalJson(row.labels)}`);
const filled = (part: Stretch) => part.values.filter((value) => value !== null).length;

const covered = (part: Stretch) => filled(part) * part.stepMs;

// What covers clearly more of the window tells more; among equals it is the finer one.
function better(a: SeenSeries, b: SeenSeries): SeenSeries {
  const more = covered(b.window) - covered(a.window);
  const clearly = Math.abs(more) > Math.max(a.window.stepMs, b.window.stepMs) ? more : 0;
  const order = clearly || a.window.stepMs - b.window.stepMs || more || filled(b.baseline) - filled(a.baseline);
  return (order || byCodeUnit(a.cite.id, b.cite.id)) <= 0 ? a : b;
}

/** The best of several answers about the same, with the finest of the others as its recent part. */
function combined(all: readonly [SeenSeries, ...SeenSeries[]]): SeenSeries {
  const best = all.reduce(better);
  const finer = all.filter(({ window }) => window.stepMs < best.window.stepMs && filled(window) > 0);
  const recent = finer.reduce<SeenSeries | null>((a, b) => (a === null || b.window.stepMs < a.window.stepMs ? b : a), null);
  return { ...best, recent };
}

// Detectors know seconds and shares only.
const canonicalUnits: Readonly<Record<string, readonly [unit: string, factor: number]>> = {
  ms: ["s", 1e-3],
  us: ["s", 1e-6],
  ns: ["s", 1e-9],
  min: ["s", 60],
  "%": ["1", 1e-2],
  kBy: ["By", 1e3],
  MBy: ["By", 1e6],
  KiBy: ["By", 1024],
  MiBy: ["By", 1024 ** 2],
  GiBy: ["By", 1024 ** 3],
};

function inCanonicalUnit(data: DataOf<"series">): DataOf<"series"> {
  const [unit, factor] = canonicalUnits[data.unit ?? ""] ?? [data.statistic === "ratio" ? "1" : data.unit, 1];
  if (factor === 1) return { ...data, unit };
  const convert = (values: readonly Sample[]) => values.map((value) => (value === null ? null : value * factor));
  return { ...data, unit, rows: data.rows.map((row) => ({ ...row, values: convert(row.values) })) };
}

type SeriesAnswer = { answer: Answered; question: QuestionOf<"series">; data: DataOf<"series"> };

function seriesAnswers(answers: readonly Answered[]): SeriesAnswer[] {
  return answers.flatMap((answer) => {
    const { question, data } = answer;
    return question.about === "series" && data.about === "series" ? [{ answer, question, data: inCanonicalUnit(data) }] : [];
  });
}

const baselineSamplesMin = 5;

const parted = (part: Stretch, count: number): readonly [Stretch, Stretch] => [
  { ...part, values: part.values.slice(0, count) },
  { ...part, startMs: part.startMs + count * part.stepMs, values: part.values.slice(count) },
];

/**
 * What was measured only since the window began has no baseline: then what lies before the first alert, and before what its rule
 * looks back over, is the normal, where there is enough of it.
 */
function withBaseline(
  scope: Scope,
  leadMs: number,
  drawn: Pick<SeenSeries, "baseline" | "window">,
): Pick<SeenSeries, "baseline" | "window"> {
  const alerted = earliest(scope.alerts.map(({ starts_at }) => ms(starts_at)));
  if (alerted === null || filled(drawn.baseline) > 0) return drawn;
  const { startMs, stepMs, values } = drawn.window;
  const count = Math.min(values.length, Math.max(0, Math.floor((alerted - leadMs - startMs) / stepMs)));
  const [baseline, window] = parted(drawn.window, count);
  return filled(baseline) >= baselineSamplesMin && filled(window) > 0 ? { baseline, window } : drawn;
}

/** How far back the alerts' rules look, and how long they wait. */
function ruleLeadMs(answers: readonly Answered[]): number {
  const leads = answers.map(({ data }) => (data.about === "rule" ? (data.for_seconds ?? 0) + (data.range_seconds ?? 0) : 0));
  return Math.max(0, ...leads) * 1000;
}

/** The series of the window with the baseline just before it, the best answer for each entity, signal and label set. */
export function readSeries(scope: Scope, answers: readonly Answered[]): SeenSeries[] {
  const found = new Map<string, [SeenSeries, ...SeenSeries[]]>();
  const [before, from, to] = [ms(scope.baselines[0]?.from ?? scope.window.from), ms(scope.window.from), ms(scope.window.to)];
  const lead = ruleLeadMs(answers);
  for (const { answer, question, data } of seriesAnswers(answers)) {
    for (const row of data.rows) {
      if (row.of.includes(">")) continue;
      const cite = { id: answer.id, part: seriesPart(row) };
      const parts = withBaseline(scope, lead, {
        baseline: stretch(data, row.values, [before, from]),
        window: stretch(data, row.values, [from, to]),
      });
      const seen = {
        of: row.of,
        signal: signalKey(question.signal),
        statistic: data.statistic,
        unit: data.unit,
        labels: row.labels,
        ...parts,
        cite,
        recent: null,
      };
      if (seen.window.values.length === 0) continue;
      const key = `${seen.of} ${seen.signal} ${canonicalJson(row.labels)}`;
      const known = found.get(key);
      found.set(key, known === undefined ? [seen] : [...known, seen]);
    }
  }
  return [...found].sort(([a], [b]) => byCodeUnit(a, b)).map(([, all]) => combined(all));
}

/** The same signals at the same time yesterday and a week ago, where they were asked for. */
export function readSeasons(scope: Scope, answers: readonly Answered[]): SeasonSeries[] {
  const seasons = [["yesterday", scope.baselines[1]] as const, ["last_week", scope.baselines[2]] as const];
  const rows = seriesAnswers(answers).flatMap(({ answer, question, data }) =>
    data.rows.flatMap((row) =>
      seasons.flatMap(([season, window]): SeasonSeries[] => {
        if (window === undefined) return [];
        const { values } = stretch(data, row.values, [ms(window.from), ms(window.to)]);
        const seen = { of: row.of, signal: signalKey(question.signal), statistic: data.statistic, season, values };
        return values.some((value) => value !== null) ? [{ ...seen, cite: { id: answer.id, part: seriesPart(row) } }] : [];
      }),
    ),
  );
  const order = (row: SeasonSeries) => `${row.of} ${row.signal} ${row.season} ${row.cite.id} ${row.cite.part ?? ""}`;
  return rows.sort((a, b) => byCodeUnit(order(a), order(b)));
}
