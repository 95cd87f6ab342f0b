import type { DataOf, Handover, Statistic } from "@sre/contracts/evidence";
import { gridRange, iso, ms, type Span } from "./spans.ts";

type Cells = readonly (number | null)[];

const quantiles: ReadonlySet<Statistic> = new Set(["p50", "p90", "p95", "p99"]);

function combine(cells: Cells, statistic: Statistic): number | null {
  const known = cells.filter((cell) => cell !== null);
  if (known.length === 0) return null;
  if (statistic === "max") return known.reduce((a, b) => Math.max(a, b));
  if (statistic === "min") return known.reduce((a, b) => Math.min(a, b));
  const sum = known.reduce((a, b) => a + b, 0);
  return statistic === "sum" ? sum : sum / known.length;
}

/** How many recorded steps make one asked step: 1 where the steps do not divide or the statistic cannot be combined. */
function stepsPerStep(recordedMs: number, askedMs: number, statistic: Statistic): number {
  if (quantiles.has(statistic) || askedMs <= recordedMs || askedMs % recordedMs !== 0) return 1;
  return askedMs / recordedMs;
}

/** The rows of a series within a span, in the asked step where whole multiples allow it. The newest value stays the newest. */
export function cutSeries(data: DataOf<"series">, span: Span, askedStepMs: number): DataOf<"series"> {
  const count = data.rows.reduce((most, row) => Math.max(most, row.values.length), 0);
  const { first, last } = gridRange(data, count, span);
  const per = stepsPerStep(data.step_ms, askedStepMs, data.statistic);
  const kept = Math.max(0, Math.floor((last - first) / per) + 1);
  const at = (index: number) => last - (kept - 1 - index) * per;
  // Value i covers the step before its instant, so a coarser value takes the recorded ones up to and with its own instant.
  const value = (values: Cells, index: number): number | null =>
    per === 1 ? (values[at(index)] ?? null) : combine(values.slice(Math.max(0, at(index) - per + 1), at(index) + 1), data.statistic);
  const rows = data.rows.map((row) => ({ ...row, values: Array.from({ length: kept }, (_, index) => value(row.values, index)) }));
  return { ...data, start: iso(ms(data.start) + (kept > 0 ? at(0) : first) * data.step_ms), step_ms: data.step_ms * per, rows };
}

/** The rows of one series put on the grid of another; null when step, unit or statistic differ or the grids are out of phase. */
export function joinSeries(a: DataOf<"series">, b: DataOf<"series">): DataOf<"series"> | null {
  if (a.step_ms !== b.step_ms || a.statistic !== b.statistic || a.unit !== b.unit) return null;
  const shift = (ms(b.start) - ms(a.start)) / a.step_ms;
  if (!Number.isInteger(shift)) return null;
  const count = a.rows[0]?.values.length ?? 0;
  const moved = b.rows.map((row) => ({ ...row, values: Array.from({ length: count }, (_, index) => row.values[index - shift] ?? null) }));
  return {
    ...a,
    rows: [...a.rows, ...moved],
    ...(a.rest === undefined && b.rest === undefined ? {} : { rest: (a.rest ?? 0) + (b.rest ?? 0) }),
  };
}

export function cutRule(data: DataOf<"rule">, span: Span): DataOf<"rule"> {
  const count = data.rows.reduce((most, row) => Math.max(most, row.values.length), 0);
  const { first, last } = gridRange(data, count, span);
  const fired = data.fired
    .filter((window) => ms(window.from) <= span.toMs && ms(window.to) >= span.fromMs)
    .map((window) => ({ from: iso(Math.max(ms(window.from), span.fromMs)), to: iso(Math.min(ms(window.to), span.toMs)) }));
  const rows = data.rows.map((row) => ({ ...row, values: row.values.slice(first, Math.max(first, last + 1)) }));
  return { ...data, start: iso(ms(data.start) + first * data.step_ms), rows, fired };
}

export function cutCalls(data: DataOf<"calls">, span: Span): DataOf<"calls"> {
  const count = data.rows.reduce((most, row) => Math.max(most, row.p50_seconds.length), 0);
  const { first, last } = gridRange(data, count, span);
  const cut = (cells: Cells) => cells.slice(first, Math.max(first, last + 1));
  const rows = data.rows.map((row) => ({
    ...row,
    codes: Object.fromEntries(Object.entries(row.codes).map(([code, cells]) => [code, cut(cells)])),
    p50_seconds: cut(row.p50_seconds),
    p90_seconds: cut(row.p90_seconds),
    ...(row.own_p50_seconds ? { own_p50_seconds: cut(row.own_p50_seconds) } : {}),
  }));
  return { ...data, start: iso(ms(data.start) + first * data.step_ms), rows };
}

type Pattern = DataOf<"logs">["patterns"][number];

const linesIn = (rows: readonly { readonly counts: readonly number[] }[]): number =>
  rows.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0);

function cutHandovers(handovers: readonly Handover[], [first, end]: readonly [number, number]): Handover[] {
  const cut = handovers.map((each) => ({
    ...each,
    counts: each.counts.slice(first, end),
    p50_seconds: each.p50_seconds.slice(first, end),
  }));
  return cut.filter(({ counts }) => counts.some((lines) => lines > 0));
}

/**
 * Log patterns that were seen within the span; first and last sight are those within it, to the bucket when the recording is
 * wider. The last bucket may end after `seenUntilMs`, the last instant that was read: it holds nothing later than that.
 */
export function cutLogs(data: DataOf<"logs">, span: Span, seenUntilMs: number): DataOf<"logs"> {
  const count = [...data.patterns, ...(data.handovers ?? [])].reduce((most, { counts }) => Math.max(most, counts.length), 0);
  const within = gridRange(data, count, span);
  const { first } = within;
  const last = span.toMs >= seenUntilMs ? count - 1 : within.last;
  const startMs = ms(data.start) + first * data.step_ms;
  const patterns = data.patterns.flatMap((pattern): Pattern[] => {
    const counts = pattern.counts.slice(first, Math.max(first, last + 1));
    const firstSeen = counts.findIndex((lines) => lines > 0);
    if (firstSeen < 0) return [];
    const bucket = (index: number) => startMs + index * data.step_ms;
    const inside = (at: number) => at >= span.fromMs && at <= span.toMs;
    const firstMs = inside(ms(pattern.first_at)) ? ms(pattern.first_at) : Math.max(span.fromMs, bucket(firstSeen));
    const lastMs = inside(ms(pattern.last_at))
      ? ms(pattern.last_at)
      : Math.min(span.toMs, bucket(counts.findLastIndex((lines) => lines > 0)));
    return [{ ...pattern, counts, first_at: iso(firstMs), last_at: iso(lastMs) }];
  });
  const handovers = data.handovers && cutHandovers(data.handovers, [first, Math.max(first, last + 1)]);
  const whole = first === 0 && last >= count - 1 && patterns.length === data.patterns.length;
  return {
    ...data,
    start: iso(startMs),
    lines_total: whole ? data.lines_total : linesIn(patterns) + linesIn(handovers ?? []),
    traces_total: whole ? data.traces_total : null,
    patterns,
    ...(handovers ? { handovers } : {}),
  };
}
