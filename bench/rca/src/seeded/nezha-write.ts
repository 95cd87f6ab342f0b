import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { csvLine, csvRecords, type Record } from "../adapters/nezha/csv.ts";
import { daysBelow, readText, type Day } from "../adapters/nezha/files.ts";
import { readLines } from "../adapters/nezha/logs.ts";
import { readSpans } from "../adapters/nezha/spans.ts";
import { seededCase, seenNormal, setNames } from "./nezha-cases.ts";
import type { SeededFault } from "./nezha-faults.ts";
import { tracesOf, type Traced } from "./nezha-trace.ts";

/* Writes exception and wrong-return cases, and some in which nothing is wrong, made from a data set's normal stretch, in the same format with their labels beside. */

const minuteMs = 60_000;
const normalMetricMinutes = 10;

const traceColumns = ["TraceID", "SpanID", "ParentID", "PodName", "OperationName", "StartTimeUnixNano", "EndTimeUnixNano", "Duration", "StatusCode"]; // prettier-ignore
const logColumns = ["Timestamp", "TimeUnixNano", "Node", "PodName", "Container", "TraceID", "SpanID", "Log"];

// Milliseconds as nanoseconds: more digits than a number holds.
const nanoseconds = (ms: number): string => `${Math.round(ms * 1_000)}000`;

function traceCsv(traces: readonly Traced[]): string {
  const rows = traces.flatMap(({ spans }) => spans).map(({ trace, id, parent, pod, operation, startMs, endMs, code }) =>
    csvLine([trace, id, parent, pod, operation, nanoseconds(startMs), nanoseconds(endMs), String(Math.round((endMs - startMs) * 1_000)), code === "unset" ? "" : code]),
  ); // prettier-ignore
  return csvLine(traceColumns) + rows.join("");
}

function logCsv(traces: readonly Traced[]): string {
  const lines = traces.flatMap((traced) => traced.lines).sort((a, b) => a.atMs - b.atMs);
  const rows = lines.map(({ atMs, node, pod, trace, span, text }) => {
    const time = new Date(atMs).toISOString();
    const envelope = JSON.stringify({ log: `${text}\n`, stream: "stdout", time });
    return csvLine([time, nanoseconds(atMs), node, pod, "server", trace, span, envelope]);
  });
  return csvLine(logColumns) + rows.join("");
}

const clockOf = (minute: number): string => new Date(minute * minuteMs).toISOString().slice(11, 16).replace(":", "_");

async function writeMinute(folder: string, minute: number, traces: readonly Traced[]): Promise<void> {
  await writeFile(join(folder, "trace", `${clockOf(minute)}_trace.csv`), traceCsv(traces));
  await writeFile(join(folder, "log", `${clockOf(minute)}_log.csv`), logCsv(traces));
}

/** A pod's normal samples, and the same once more at the minutes of every window. */
function metricCsv(text: string, from: number, windows: readonly number[]): string {
  const header = text.slice(0, text.indexOf("\n")).replace(/\r$/, "").split(",");
  const minuteOf = (record: Record) => Math.floor(Number(record("TimeStamp")) / 60);
  const normal = [...csvRecords(text)].filter((record) => minuteOf(record) >= from && minuteOf(record) < from + normalMetricMinutes);
  const row = (record: Record, minute: number) => {
    const seconds = Number(record("TimeStamp")) + (minute - minuteOf(record)) * 60;
    const cells = header.map((name) => (name === "TimeStamp" ? String(seconds) : name === "Time" ? new Date(seconds * 1_000).toISOString() : record(name)));
    return csvLine(cells);
  }; // prettier-ignore
  const again = windows.flatMap((minute) => {
    const record = normal[minute % Math.max(1, normal.length)];
    return record ? [row(record, minute)] : [];
  });
  return csvLine(header) + normal.map((record) => row(record, minuteOf(record))).join("") + again.join("");
}

interface Wanted {
  readonly out: string;
  readonly seed: number;
  readonly cases: number;
}

async function normalOf(day: Day): Promise<{ minute: number; traces: Traced[] }> {
  const [files] = day.normal;
  if (!files?.trace || !files.log) throw new Error(`${day.set} holds no normal traces and logs.`);
  const spans = readSpans(await readText(files.trace), files.minute);
  return { minute: files.minute, traces: tracesOf(spans, readLines(await readText(files.log), files.minute)) };
}

function labelOf(fault: SeededFault | null, type: string, onsetMs: number): object {
  if (fault === null) return { type };
  const { service, ...injected } = fault;
  const at = new Date(onsetMs).toISOString().slice(0, 19).replace("T", " ");
  return { inject_time_utc: at, service, type, injected };
}

async function writeSet(day: Day, kind: (typeof setNames)[number], { out, seed, cases }: Wanted): Promise<string> {
  const { minute: normalMinute, traces } = await normalOf(day);
  const set = join(out, `nezha-seeded-${kind}`);
  const parts = { normal: join(set, day.date, "normal"), windows: join(set, day.date, "windows") };
  for (const part of Object.values(parts))
    for (const name of ["trace", "log", "metric"]) await mkdir(join(part, name), { recursive: true });
  await writeMinute(parts.normal, normalMinute, seenNormal(traces, seed));
  const labels: { [id: string]: unknown } = {};
  const windows: number[] = [];
  for (let index = 0; index < cases; index++) {
    const { fault, minutes, onsetMs, traces: changed } = seededCase(traces, { kind, seed, normalMinute }, index);
    const byMinute = Map.groupBy(changed, ({ spans }) => spans[0]?.minute ?? normalMinute);
    for (const minute of minutes) await writeMinute(parts.windows, minute, byMinute.get(minute) ?? []);
    windows.push(...minutes);
    labels[`nz-${day.date}-${String(index).padStart(2, "0")}`] = labelOf(fault, kind, onsetMs);
  }
  for (const path of day.metrics) await writeFile(join(parts.windows, "metric", basename(path)), metricCsv(await readText(path), normalMinute, windows)); // prettier-ignore
  await writeFile(join(set, `labels-${day.date}.json`), `${JSON.stringify(labels, null, 1)}\n`);
  return set;
}

/** Every seeded set of a data directory, none where it holds no day of this format; the folders that were written. The same data and seed give the same files. */
export async function writeSeeded(directory: string, wanted: Wanted): Promise<string[]> {
  const [day] = (await daysBelow(directory)).filter(({ set }) => !set.startsWith("nezha-seeded"));
  if (day === undefined) return [];
  const written: string[] = [];
  for (const kind of setNames) written.push(await writeSet(day, kind, wanted));
  return written;
}
