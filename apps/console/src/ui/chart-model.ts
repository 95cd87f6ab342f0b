import type { Language } from "@sre/contracts/control-plane";

export interface Line {
  readonly label: string;
  /** Instants in seconds, with a value or null where there is no sample. */
  readonly points: readonly (readonly [number, number | null])[];
  /** Drawn faint: it does not concern what is chosen. */
  readonly faint?: boolean;
}

export interface Mark {
  /** In seconds. */
  readonly at: number;
  readonly sign: "◆" | "▲" | "┊";
  readonly tone: "accent" | "red" | "plain";
  readonly label: string;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The points of a row on a grid: value i ends at start + i·step. */
export function pointsOf(start: string, stepMs: number, values: readonly (number | null)[]): Line["points"] {
  const first = Date.parse(start) / 1_000;
  return values.map((value, index) => [first + (index * stepMs) / 1_000, value]);
}

/** All lines on one axis of time: `null` where a line has no sample. */
export function onOneAxis(lines: readonly Line[], span: Span): { xs: number[]; ys: (number | null)[][] } {
  const within = lines.map((line) => new Map(line.points.filter(([at]) => at >= span.from && at <= span.to)));
  const xs = [...new Set(within.flatMap((points) => [...points.keys()]))].sort((a, b) => a - b);
  return { xs, ys: within.map((points) => xs.map((at) => points.get(at) ?? null)) };
}

/** The stretch that holds every line. */
export function spanOf(lines: readonly Line[]): Span | null {
  const times = lines.flatMap((line) => [line.points[0]?.[0], line.points.at(-1)?.[0]]).filter((at) => at !== undefined);
  return times.length > 0 ? { from: Math.min(...times), to: Math.max(...times) } : null;
}

/** Least samples before the onset for a band to mean anything. */
const usualSamplesMin = 8;

/** The usual range: the 5th to the 95th percentile of the samples before an instant; null when there are too few. */
export function usualRange(line: Line, before: number): readonly [number, number] | null {
  const values = line.points.flatMap(([at, value]) => (at < before && value !== null ? [value] : [])).sort((a, b) => a - b);
  if (values.length < usualSamplesMin) return null;
  const at = (share: number) => values[Math.round(share * (values.length - 1))] ?? 0;
  return [at(0.05), at(0.95)];
}

export interface LineSummary {
  readonly label: string;
  readonly least: number | null;
  readonly most: number | null;
  readonly last: number | null;
}

/** What the table twin of a chart says of a line. */
export function summaryOf(line: Line): LineSummary {
  const values = line.points.flatMap(([, value]) => (value === null ? [] : [value]));
  const least = values.length > 0 ? Math.min(...values) : null;
  return { label: line.label, least, most: values.length > 0 ? Math.max(...values) : null, last: values.at(-1) ?? null };
}

/** The stretch of a chosen range, counted back from the end. */
export function rangeOf(whole: Span, range: "15m" | "30m" | "1h" | undefined): Span {
  const seconds = { "15m": 900, "30m": 1_800, "1h": 3_600 };
  return range ? { from: Math.max(whole.from, whole.to - seconds[range]), to: whole.to } : whole;
}

/** Clock labels for an axis. */
export function clockLabels(splits: readonly number[], language: Language): string[] {
  const format = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return splits.map((at) => format.format(new Date(at * 1_000)));
}
