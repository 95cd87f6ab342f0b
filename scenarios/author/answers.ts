import { evidenceId, sixDigits } from "@sre/contracts/canonical";
import type {
  Answer,
  ClusterEvent,
  ClusterObject,
  DataOf,
  EntityId,
  EvidenceData,
  Labels,
  Question,
  QuestionOf,
  Signal,
  Statistic,
  Window,
} from "@sre/contracts/evidence";
import type { Curve } from "./curves.ts";

const minuteMs = 60_000;
const iso = (atMs: number): string => new Date(atMs).toISOString();

/** The stretches that a scenario records: three hours up to the alert, and the same hour of yesterday and of last week. */
export function recordedWindows(asOf: string): readonly Window[] {
  const end = Date.parse(asOf);
  const earlier = (days: number) => ({
    from: iso(end - days * 86_400_000 - 90 * minuteMs),
    to: iso(end - days * 86_400_000 + 30 * minuteMs),
  });
  return [{ from: iso(end - 180 * minuteMs), to: iso(end) }, earlier(1), earlier(7)];
}

interface Recorded {
  readonly source: string;
  readonly question: Question;
  readonly data: EvidenceData;
  readonly text: string;
  readonly window: Window;
}

function answered({ source, question, data, text, window }: Recorded): Answer {
  const coverage = { from: window.from, to: window.to, complete: true, missing_share: 0, as_of: "then" as const };
  return {
    id: evidenceId(question, source),
    source,
    question,
    asked: [{ source, text, at: window.to, took_ms: 20 }],
    kind: "answered",
    data,
    coverage,
  };
}

const stepSeconds = 60;

/** Values on the minute: value i covers (start + (i−1)·step, start + i·step]. */
function sample(curve: Curve, window: Window): number[] {
  const start = Date.parse(window.from);
  const count = Math.floor((Date.parse(window.to) - start) / (stepSeconds * 1_000)) + 1;
  return Array.from({ length: count }, (_, index) => sixDigits(curve(start + index * stepSeconds * 1_000)));
}

export interface SeriesSpec {
  readonly signal: Signal;
  readonly statistic: Statistic;
  readonly unit: string;
  readonly text: string;
  readonly rows: readonly { of: EntityId; labels?: Labels; curve: Curve }[];
}

/** One answer a window: the same signal of several entities. */
export function seriesAnswers(spec: SeriesSpec, windows: readonly Window[]): Answer[] {
  return windows.map((window) => {
    const question: QuestionOf<"series"> = {
      about: "series",
      of: spec.rows.map((row) => row.of),
      signal: spec.signal,
      statistics: [spec.statistic],
      window,
      step_seconds: stepSeconds,
    };
    const rows = spec.rows.map((row) => ({ of: row.of, labels: row.labels ?? {}, values: sample(row.curve, window) }));
    const data: DataOf<"series"> = {
      about: "series",
      start: window.from,
      step_ms: stepSeconds * 1_000,
      unit: spec.unit,
      statistic: spec.statistic,
      rows,
    };
    return answered({ source: "prometheus", question, data, text: spec.text, window });
  });
}

export interface RuleSpec {
  readonly alert: { name: string; entity: EntityId; fingerprint: string };
  readonly expression: string;
  readonly threshold: number;
  readonly forSeconds: number;
  readonly rangeSeconds: number;
  readonly unit: string;
  readonly labels: Labels;
  readonly curve: Curve;
}

/** The alert's own rule, drawn over the recorded window, with the stretches in which it held for long enough. */
export function ruleAnswer(spec: RuleSpec, window: Window): Answer {
  const values = sample(spec.curve, window);
  const start = Date.parse(window.from);
  const question: QuestionOf<"rule"> = { about: "rule", alert: spec.alert, window, step_seconds: stepSeconds };
  const data: DataOf<"rule"> = {
    about: "rule", expression: `${spec.expression} > ${spec.threshold}`, threshold: spec.threshold, comparison: ">", for_seconds: spec.forSeconds, range_seconds: spec.rangeSeconds, objective: null,
    start: window.from, step_ms: stepSeconds * 1_000, unit: spec.unit, rows: [{ labels: spec.labels, values }], fired: firedWindows(values, spec, start),
  }; // prettier-ignore
  return answered({ source: "prometheus", question, data, text: spec.expression, window });
}

function firedWindows(values: readonly number[], spec: RuleSpec, startMs: number): Window[] {
  const fired: Window[] = [];
  let since: number | null = null;
  for (let index = 0; index <= values.length; index++) {
    const above = (values[index] ?? Number.NEGATIVE_INFINITY) > spec.threshold;
    if (above) since ??= index;
    if (above || since === null) continue;
    const from = since * stepSeconds + spec.forSeconds;
    const to = index < values.length ? index * stepSeconds : (values.length - 1) * stepSeconds;
    if (from <= to) fired.push({ from: iso(startMs + from * 1_000), to: iso(startMs + to * 1_000) });
    since = null;
  }
  return fired;
}

export interface PatternSpec {
  readonly template: string;
  readonly level: "info" | "warn" | "error" | "fatal";
  readonly perMinute: Curve;
  readonly samples: readonly string[];
  readonly instance?: "current" | "previous";
}

/** Log patterns of one entity with counts a minute. */
export function logsAnswer(of: EntityId, patterns: readonly PatternSpec[], window: Window): Answer {
  const question: QuestionOf<"logs"> = {
    about: "logs",
    of,
    levels: ["warn", "error", "fatal", "info"],
    window,
    want: "patterns",
    limit: 5_000,
  };
  const start = Date.parse(window.from);
  const rows = patterns.map((pattern) => patternRow(pattern, window, start)).filter((row) => row.counts.some((count) => count > 0));
  const total = rows.reduce((sum, row) => sum + row.counts.reduce((a, b) => a + b, 0), 0);
  const data: DataOf<"logs"> = {
    about: "logs",
    start: window.from,
    step_ms: stepSeconds * 1_000,
    lines_total: total,
    traces_total: null,
    filter: "",
    patterns: rows,
  };
  return answered({ source: "loki", question, data, text: `{service_name="${of.split("/").at(-1) ?? ""}"}`, window });
}

function patternRow(pattern: PatternSpec, window: Window, startMs: number): DataOf<"logs">["patterns"][number] {
  const counts = sample((atMs) => Math.max(0, Math.round(pattern.perMinute(atMs))), window);
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  const at = (index: number) => iso(startMs + Math.max(0, index) * stepSeconds * 1_000);
  return {
    template: pattern.template,
    level: pattern.level,
    instance: pattern.instance ?? "current",
    counts,
    first_at: at(first),
    last_at: at(last),
    samples: [...pattern.samples],
  };
}

/** Kubernetes objects of a namespace (or of the cluster), as they stood. */
export function objectsAnswer(
  within: { entity: EntityId; kinds: readonly string[] },
  objects: readonly ClusterObject[],
  window: Window,
): Answer {
  const { entity, kinds } = within;
  const question: QuestionOf<"objects"> = { about: "objects", kinds: [...kinds], in: entity, as_of: window.to };
  const text = kinds.map((kind) => `GET ${kind}s`).join("; ");
  return answered({
    source: "kubernetes",
    question,
    data: { about: "objects", objects: [...objects] },
    text,
    window: { from: window.to, to: window.to },
  });
}

/** Kubernetes events of a namespace (or of the cluster). */
export function eventsAnswer(within: EntityId, events: readonly ClusterEvent[], window: Window): Answer {
  return answered({
    source: "kubernetes",
    question: { about: "events", in: within, window },
    data: { about: "events", events: [...events] },
    text: "GET events",
    window,
  });
}

/** Changes of the entities, as the control plane would tell them. */
export function changesAnswer(of: readonly EntityId[], changes: DataOf<"changes">["changes"], window: Window): Answer {
  return answered({
    source: "control-plane",
    question: { about: "changes", of: [...of], window },
    data: { about: "changes", changes },
    text: "GET /api/v1/changes",
    window,
  });
}

/** The topology of the entities, as the control plane would tell it. */
export function topologyAnswer(of: readonly EntityId[], data: Omit<DataOf<"topology">, "about">, window: Window): Answer {
  return answered({
    source: "control-plane",
    question: { about: "topology", of: [...of], depth: 4 },
    data: { about: "topology", ...data },
    text: "GET /api/v1/topology",
    window,
  });
}

/** Alerts that fired in a namespace. */
export function alertsAnswer(within: EntityId, alerts: DataOf<"alerts">["alerts"], window: Window): Answer {
  return answered({
    source: "prometheus",
    question: { about: "alerts", in: within, window },
    data: { about: "alerts", alerts },
    text: "GET /api/v1/alerts",
    window,
  });
}
