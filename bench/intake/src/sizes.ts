import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { startControlPlane, type ControlPlane } from "../../../e2e/intake/control-plane.ts";
import { quantile } from "../../src/figures.ts";
import { benchBody, servicesMax } from "./alerts.ts";
import { fill, openIncidents } from "./fill.ts";
import { query } from "./postgres.ts";

const sizes = [1_000, 1_000_000] as const;
const requestsEach = 500;
const warmUpShare = 0.1;
const p99MsMax = 20;
const ratioMax = 1.5;

/** One of the two, with the incidents that are open in it. */
interface Filled {
  readonly plane: ControlPlane;
  readonly open: readonly string[];
}

type Request = (filled: Filled, index: number) => Promise<unknown>;

const incidentOf = ({ open }: Filled, index: number) => open[index % open.length] ?? "";
const get =
  (path: string): Request =>
  ({ plane }) =>
    plane.read(path);

async function deliver({ plane }: Filled, index: number): Promise<void> {
  const headers = { authorization: `Bearer ${plane.ingestToken}`, "content-type": "application/json" };
  const run = Math.floor(performance.timeOrigin / 1_000) % 0x7fffffff;
  const answer = await fetch(plane.webhook, { method: "POST", headers, body: benchBody(run, index, 1) });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  await answer.text();
}

/** The first round over the open incidents acknowledges them, the second resolves them, the others comment on them. */
function changeStatus({ plane, open }: Filled, index: number): Promise<void> {
  const path = `/api/v1/incidents/${open[index % open.length]}`;
  const round = Math.floor(index / open.length);
  if (round === 0) return plane.post(`${path}/acknowledge`, {});
  return round === 1 ? plane.post(`${path}/resolve`, { resolution: "Rolled back." }) : plane.post(`${path}/comments`, { text: "seen" });
}

/** What people and senders do; changes of state come last, because they change what is open. */
const requests: Readonly<Record<string, Request>> = {
  "alerts": get("/api/v1/alerts?limit=50"),
  "alerts that fire": get("/api/v1/alerts?status=firing&limit=50"),
  "critical alerts": get("/api/v1/alerts?severity=critical&limit=50"),
  "alerts held by maintenance": get("/api/v1/alerts?held=maintenance&limit=50"),
  "alerts of an incident": (filled, index) => filled.plane.read(`/api/v1/alerts?incident_id=${incidentOf(filled, index)}&limit=50`),
  "alerts of a service, searched": get("/api/v1/alerts?search=service-42&limit=50"),
  "the oldest rule's, searched": get("/api/v1/alerts?search=retired&limit=50"),
  "two letters of every alert, searched": get("/api/v1/alerts?search=ru&limit=50"),
  "what no alert has, searched": get("/api/v1/alerts?search=nowhere&limit=50"),
  "incidents": get("/api/v1/incidents?limit=50"),
  "open incidents": get("/api/v1/incidents?status=open&limit=50"),
  "critical incidents": get("/api/v1/incidents?severity=critical&limit=50"),
  "incidents of a service, searched": get("/api/v1/incidents?search=service-42&limit=50"),
  "an incident that no one had, searched": get("/api/v1/incidents?search=nowhere&limit=50"),
  "the dashboard": get("/api/v1/dashboard/summary"),
  "an alert arrives and is grouped": deliver,
  "an incident changes its status": changeStatus,
}; // prettier-ignore

/** Times in milliseconds of a request for each size, by turns, so that what else the machine does meets both. */
async function timed(request: Request, filled: readonly Filled[]): Promise<number[][]> {
  const took = filled.map((): number[] => []);
  for (let index = 0; index < requestsEach; index++) {
    for (const [which, one] of filled.entries()) {
      const startedMs = performance.now();
      await request(one, index);
      if (index >= requestsEach * warmUpShare) took[which]!.push(performance.now() - startedMs);
    }
  }
  return took;
}

function show(name: string, [small = [], large = []]: readonly number[][]): void {
  const cell = (took: readonly number[]) => `${quantile(took, 0.5).toFixed(1)} / ${quantile(took, 0.99).toFixed(1)} ms`;
  const [smallMs, largeMs] = [quantile(small, 0.99), quantile(large, 0.99)];
  console.log(`| ${name} | ${cell(small)} | ${cell(large)} | ${(largeMs / smallMs).toFixed(2)} |`);
  const misses = largeMs > p99MsMax || largeMs / smallMs > ratioMax;
  if (misses && process.argv.includes("--gate")) process.exitCode = 1;
}

async function measure(url: string, planes: readonly ControlPlane[]): Promise<void> {
  for (const [index, plane] of planes.entries()) fill(url, plane, sizes[index]!);
  // Connections that the servers closed in the meantime are noticed.
  await pause(1_000);
  const ids = (plane: ControlPlane) => query(url, `select id from ${plane.schema}.incidents where status = 'new' order by created_at desc limit ${openIncidents}`).split("\n"); // prettier-ignore
  const filled = planes.map((plane): Filled => ({ plane, open: ids(plane) }));
  // The services that the alerts of the bench are about have an incident before anything is timed.
  for (const one of filled) for (let index = 0; index < servicesMax; index++) await deliver(one, index);
  console.log(`| median / p99 of | ${sizes.map((size) => `${size.toLocaleString("en")} alerts`).join(" | ")} | ratio of p99 |`);
  console.log("|---|---|---|---|");
  for (const [name, request] of Object.entries(requests)) show(name, await timed(request, filled));
}

/** Prints how long requests take with a thousand and with a million alerts stored, one request after the other; with `--gate` ends with code 1 when a goal is missed. */
export async function compareSizes(url: string): Promise<void> {
  const planes: ControlPlane[] = [];
  try {
    for (const _ of sizes) planes.push(await startControlPlane(url));
    await measure(url, planes);
  } finally {
    for (const plane of planes) {
      await plane.close();
      query(url, `drop schema if exists ${plane.schema}, ${plane.schema}_jobs cascade`);
    }
  }
}
