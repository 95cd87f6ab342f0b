import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { csvLine } from "../csv.ts";

/* A small day of an invented shop: door → cart → stock, one pod each. */

export const pods = { door: "door-6c9d8f7b5c-x2v4k", cart: "cart-7f8d7d756d-kzp47", stock: "stock-5b67c48447-fj8b7" } as const;
const date = "2024-03-05";
const minuteMs = 60_000;
export const minuteAt = (clock: string): number => Date.parse(`${date}T${clock}:00.000Z`) / minuteMs;

/** Milliseconds that one request spends in each place. */
export interface Request {
  readonly cartOwn: number;
  readonly gap: number;
  readonly stock: number;
  readonly code?: string;
  readonly line?: string;
}

export const usual: Request = { cartOwn: 20, gap: 2, stock: 30 };

function spansOf(id: string, startMs: number, { cartOwn, gap, stock, code = "" }: Request): string[] {
  const nano = (ms: number) => `${Math.round(ms * 1_000)}000`;
  const row = (cells: readonly string[], from: number, lasts: number) =>
    csvLine([id, ...cells, nano(startMs + from), nano(startMs + from + lasts), String(lasts * 1_000), code]);
  const client = stock + gap;
  const server = client + cartOwn;
  return [
    row([`${id}a`, "root", pods.door, "/*"], 0, server + 4),
    row([`${id}b`, `${id}a`, pods.door, "HTTP GET"], 1, server + 2),
    row([`${id}c`, `${id}b`, pods.cart, "/cart"], 2, server),
    row([`${id}d`, `${id}c`, pods.cart, "Cart.show"], 3, server - 2),
    row([`${id}e`, `${id}d`, pods.cart, "HTTP GET"], 4, client),
    row([`${id}f`, `${id}e`, pods.stock, "/stock"], 4 + gap / 2, stock),
  ];
}

function lineOf(id: string, atMs: number, said: { pod: string; span: string; text: string }): string {
  const time = new Date(atMs).toISOString();
  const log = `${time.slice(11, 23)} ${said.text}\n`;
  const cells = [time, `${Math.round(atMs * 1_000)}000`, "10.0.0.7", said.pod, "server", id, said.span, JSON.stringify({ log, stream: "stdout", time })];
  return csvLine(cells);
} // prettier-ignore

async function writeMinute(folder: string, clock: string, requests: readonly Request[]): Promise<void> {
  const endMs = minuteAt(clock) * minuteMs + 50_000;
  const [spans, lines]: [string[], string[]] = [[], []];
  requests.forEach((request, index) => {
    const id = `${clock.replace(":", "")}${String(index).padStart(28, "0")}`;
    const startMs = endMs - 55_000 + index * 4_000;
    spans.push(...spansOf(id, startMs, request));
    lines.push(lineOf(id, startMs + 5, { pod: pods.cart, span: `${id}d`, text: `INFO  Cart#12 "show" cart ${index}, for one` }));
    lines.push(lineOf(id, startMs + 6, { pod: pods.stock, span: `${id}f`, text: `INFO  Stock#3 looked up ${index}` }));
    if (request.line) lines.push(lineOf(id, startMs + 7, { pod: pods.stock, span: `${id}f`, text: request.line }));
  });
  // A stray of the day before, as collectors hold them.
  lines.push(lineOf("stray", endMs - 24 * 60 * minuteMs, { pod: pods.stock, span: "stray", text: "ERROR Stock#1 of yesterday" }));
  const name = clock.replace(":", "_");
  const header = "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration,StatusCode\n";
  await writeFile(join(folder, "trace", `${name}_trace.csv`), header + spans.join(""));
  await writeFile(join(folder, "log", `${name}_log.csv`), `Timestamp,TimeUnixNano,Node,PodName,Container,TraceID,SpanID,Log\n${lines.join("")}`); // prettier-ignore
}

function metricsOf(pod: string, first: string, count: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const seconds = (minuteAt(first) + i) * 60 + 53;
    return csvLine([new Date(seconds * 1_000).toISOString(), String(seconds), pod, String(100 + i), "10", "200", "40", "7", "NaN"]);
  });
  return `Time,TimeStamp,PodName,CpuUsage(m),CpuUsageRate(%),MemoryUsage(Mi),MemoryUsageRate(%),NetworkReceiveBytes,NetworkTransmitBytes\n${rows.join("")}`;
}

export interface DayPlan {
  readonly normal: readonly Request[];
  /** By clock: "10:20". */
  readonly windows: Readonly<Record<string, readonly Request[]>>;
  readonly labels?: string;
}

/** Writes the day and returns the folder that holds the set. */
export async function writeDay(plan: DayPlan): Promise<string> {
  const set = join(await mkdtemp(join(tmpdir(), "nezha-")), "nezha-shop");
  for (const part of ["normal", "windows"]) for (const kind of ["trace", "log", "metric"]) await mkdir(join(set, date, part, kind), { recursive: true });
  await writeMinute(join(set, date, "normal"), "10:00", plan.normal);
  for (const [clock, requests] of Object.entries(plan.windows)) await writeMinute(join(set, date, "windows"), clock, requests);
  for (const pod of Object.values(pods)) await writeFile(join(set, date, "windows", "metric", `${pod}_metric.csv`), metricsOf(pod, "10:00", 60));
  await writeFile(join(set, date, "windows", "metric", "front.csv"), "Time,ServiceName\nx,y\n");
  await writeFile(join(set, `labels-${date}.json`), plan.labels ?? "not even JSON");
  return set;
} // prettier-ignore
