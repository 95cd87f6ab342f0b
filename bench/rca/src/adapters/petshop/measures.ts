import type { Answer, EntityId, Signal, Statistic } from "@sre/contracts/evidence";
import { seriesAnswers, type Recorder } from "../answers.ts";
import { numberOf, readTable } from "../tables.ts";
import { nodeEntity } from "./nodes.ts";

export const stepMs = 300_000;

interface Column {
  readonly node: string;
  readonly metric: string;
  readonly statistic: string;
}

/** A recording in 5-minute steps: each column by node, metric and statistic. */
export interface Recording {
  readonly columns: readonly Column[];
  readonly rows: readonly { readonly atMs: number; readonly cells: readonly (number | null)[] }[];
}

const headerLines = 4;

/** Reads a recording: three header lines name node, metric and statistic of each column, the fourth the time. */
export async function readRecording(path: string): Promise<Recording> {
  const table = await readTable(path);
  const [nodes = [], metrics = [], statistics = []] = table;
  const columns = nodes.slice(1).map((node, i) => ({ node, metric: metrics[i + 1] ?? "", statistic: statistics[i + 1] ?? "" }));
  const rows = table
    .slice(headerLines)
    .map(([at, ...cells]) => ({ atMs: Number(at) * 1_000, cells: columns.map((_, i) => numberOf(cells[i])) }));
  return { columns, rows: rows.sort((a, b) => a.atMs - b.atMs) };
}

interface Measure {
  readonly metric: string;
  readonly statistic: string;
  readonly signal: Signal;
  readonly told: Statistic;
  readonly unit: string;
  readonly value: (cell: number) => number;
}

const latency = (statistic: string, told: Statistic): Measure => ({
  metric: "latency", statistic, signal: { golden: "latency" }, told, unit: "s", value: (cell) => cell,
}); // prettier-ignore

const measures: readonly Measure[] = [
  latency("Average", "mean"),
  latency("p50", "p50"),
  latency("p90", "p90"),
  latency("p95", "p95"),
  latency("p99", "p99"),
  { metric: "requests", statistic: "Sum", signal: { golden: "traffic" }, told: "rate", unit: "{request}/s", value: (cell) => cell / (stepMs / 1_000) },
  { metric: "availability", statistic: "Average", signal: { golden: "errors" }, told: "ratio", unit: "1", value: (cell) => Math.max(0, 1 - cell / 100) },
]; // prettier-ignore

/** Puts recordings on one grid, told by column name, since columns and their order differ between files. */
function gridOf(recordings: readonly Recording[], measure: Measure): { startMs: number; rows: Map<EntityId, (number | null)[]> } {
  const times = recordings.flatMap(({ rows }) => rows.map(({ atMs }) => atMs));
  const startMs = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const length = Math.round((times.reduce((a, b) => Math.max(a, b), startMs) - startMs) / stepMs) + 1;
  const rows = new Map<EntityId, (number | null)[]>();
  for (const recording of recordings) {
    recording.columns.forEach((column, index) => {
      if (column.metric !== measure.metric || column.statistic !== measure.statistic) return;
      const values = rows.get(nodeEntity(column.node)) ?? Array.from({ length }, () => null);
      rows.set(nodeEntity(column.node), values);
      for (const { atMs, cells } of recording.rows) {
        const cell = cells[index] ?? null;
        values[Math.round((atMs - startMs) / stepMs)] = cell === null ? null : measure.value(cell);
      }
    });
  }
  return { startMs, rows };
}

/** Every measure of the recordings as answers: latency in all of its statistics, requests as a rate, missing availability as the share of errors. */
export function measuredAnswers(recorder: Recorder, recordings: readonly Recording[]): Answer[] {
  if (recordings.every(({ rows }) => rows.length === 0)) return [];
  return measures.flatMap((measure) => {
    const { signal, told: statistic, unit } = measure;
    return seriesAnswers(recorder, { signal, statistic, unit, stepMs, ...gridOf(recordings, measure) });
  });
}

/** The rows of a recording from index `from` on, `to` not among them. */
export function cut(recording: Recording, from: number, to?: number): Recording {
  return { ...recording, rows: recording.rows.slice(from, to) };
}

/** A recording with another last instant: everything in it moves by the same time. */
export function laidUntil(recording: Recording, lastMs: number): Recording {
  const shift = lastMs - (recording.rows.at(-1)?.atMs ?? lastMs);
  return { ...recording, rows: recording.rows.map((row) => ({ ...row, atMs: row.atMs + shift })) };
}
