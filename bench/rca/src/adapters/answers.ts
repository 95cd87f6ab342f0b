import { evidenceId, sixDigits } from "@sre/contracts/canonical";
import type {
  Answer,
  DataOf,
  EntityId,
  EvidenceData,
  Question,
  ScopeAlert,
  Signal,
  Snapshot,
  Statistic,
  Window,
} from "@sre/contracts/evidence";

/** What a converted data set calls itself as a source. */
export interface Recorder {
  readonly source: string;
  readonly asOfMs: number;
}

const instant = (atMs: number): string => new Date(atMs).toISOString();
export const windowOf = (fromMs: number, toMs: number): Window => ({ from: instant(fromMs), to: instant(toMs) });

/** Evidence that was there, as an answer to the question that the product would have asked for it. */
export function recorded(recorder: Recorder, question: Question, data: EvidenceData): Answer {
  const window = "window" in question ? question.window : null;
  const coverage = { from: window?.from ?? null, to: window?.to ?? instant(recorder.asOfMs), complete: true, missing_share: 0 };
  return { id: evidenceId(question, recorder.source), source: recorder.source, question, asked: [], kind: "answered", data, coverage };
}

/** One measure of many entities on a grid of instants: value i is what was measured in the step that ends at startMs + i · stepMs. */
export interface Measured {
  readonly signal: Signal;
  readonly statistic: Statistic;
  readonly unit: string | null;
  readonly startMs: number;
  readonly stepMs: number;
  readonly rows: ReadonlyMap<EntityId, readonly (number | null)[]>;
}

/** The most entities that one series question may name. */
const entitiesMax = 200;

/** The answers that hold a measure; none where nothing was measured. */
export function seriesAnswers(recorder: Recorder, measured: Measured): Answer[] {
  const rows = [...measured.rows].filter(([, values]) => values.some((value) => value !== null));
  const chunks = Array.from({ length: Math.ceil(rows.length / entitiesMax) }, (_, i) => rows.slice(i * entitiesMax, (i + 1) * entitiesMax));
  return chunks.map((chunk) => recorded(recorder, questionFor(measured, chunk), dataFor(measured, chunk)));
}

type Row = readonly [EntityId, readonly (number | null)[]];

function questionFor({ signal, statistic, startMs, stepMs }: Measured, rows: readonly Row[]): Question {
  const length = Math.max(...rows.map(([, values]) => values.length));
  const window = windowOf(startMs - stepMs, startMs + (length - 1) * stepMs);
  return { about: "series", of: rows.map(([of]) => of), signal, statistics: [statistic], window, step_seconds: stepMs / 1_000 };
}

function dataFor({ unit, statistic, startMs, stepMs }: Measured, rows: readonly Row[]): DataOf<"series"> {
  const rounded = (values: readonly (number | null)[]) => values.map((value) => (value === null ? null : sixDigits(value)));
  const kept = rows.map(([of, values]) => ({ of, labels: {}, values: rounded(values) }));
  return { about: "series", start: instant(startMs), step_ms: stepMs, unit, statistic, rows: kept };
}

/** An alert of a data set that tells nothing but a name, a place and a time. */
export function alertOf(input: { name: string; entity: EntityId; atMs: number; labels: Readonly<Record<string, string>> }): ScopeAlert {
  const { name, entity, atMs, labels } = input;
  return { name, entity, severity: "critical", starts_at: instant(atMs), ends_at: null, labels: { ...labels }, annotations: {} };
}

/** A snapshot whose scope is the alert's; window and baselines are the data set's own. */
export function snapshotOf(input: {
  readonly recorder: Recorder;
  readonly alert: ScopeAlert;
  readonly window: Window;
  readonly baselines: readonly Window[];
  readonly rest: Pick<Snapshot, "entities" | "edges" | "aliases" | "answers">;
}): Snapshot {
  const { recorder, alert, window, baselines, rest } = input;
  const scope = {
    as_of: instant(recorder.asOfMs),
    window,
    baselines: [...baselines],
    alerts: [alert],
    entities: [alert.entity],
    deployment: null,
  };
  return { header: { record: "header", format: "sre-evidence", version: 1, scope }, ...rest };
}
