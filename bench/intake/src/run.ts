import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { quantile } from "../../src/figures.ts";
import { benchBody, servicesMax } from "./alerts.ts";
import { startControlPlane, type ControlPlane } from "../../../e2e/intake/control-plane.ts";
import { drive } from "./drive.ts";
import { compareSizes } from "./sizes.ts";
import { measureStorm } from "./storm.ts";
import { manyRows, pgbench, query, singleRow } from "./postgres.ts";

const clients = 128;
const rowsPerBatch = 256;
const batchClients = 8;
const settleMs = 2_000;
const settleMsMax = 30_000;
const overloadConnections = 1_000;
const seconds = process.argv.includes("--quick") ? 4 : 15;

const url = process.env["POSTGRES_URL"] ?? process.env["DATABASE_URL"] ?? "";

/** So that no two runs send the same alert. */
const runNumber = Math.floor(Date.now() / 1_000) % 0x7fffffff;
let runs = 0;
const bodies = (perRequest: number) => {
  const run = runNumber + runs++;
  return (request: number) => benchBody(run, request * perRequest, perRequest);
};

async function fastifyFloor(): Promise<number> {
  const child = spawn(process.execPath, ["--no-warnings", fileURLToPath(new URL("fastify-floor.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [chunk] = (await once(child.stdout, "data")) as [Buffer];
    const floor = `http://127.0.0.1:${chunk.toString().trim()}/api/v1/webhooks/alertmanager`;
    const driven = await drive({ url: floor, token: "x", connections: clients, seconds, body: bodies(1) });
    return driven.accepted / driven.seconds;
  } finally {
    child.kill();
  }
}

async function databaseFloors(plane: ControlPlane): Promise<{ single: number; rows: number }> {
  const table = `${plane.schema}.floor`;
  query(url, `create table ${table} (like ${plane.schema}.alerts including all)`);
  const single = await pgbench(url, { statement: singleRow(table), clients, seconds });
  query(url, `truncate ${table}`);
  const batches = await pgbench(url, { statement: manyRows(table, rowsPerBatch), clients: batchClients, seconds });
  query(url, `drop table ${table}`);
  return { single: single.perSecond, rows: batches.perSecond * rowsPerBatch };
}

/** p99 in milliseconds of pgbench's single-row insert at a rate. */
async function floorAtRate(plane: ControlPlane, rate: number): Promise<number> {
  const table = `${plane.schema}.floor`;
  query(url, `create table ${table} (like ${plane.schema}.alerts including all)`);
  const { p99Ms } = await pgbench(url, { statement: singleRow(table), clients, seconds, rate });
  query(url, `drop table ${table}`);
  return p99Ms;
}

function line(name: string, figure: string, against = ""): void {
  console.log(`| ${name} | ${figure} | ${against} |`);
}

const whole = (figure: number) => Math.round(figure).toLocaleString("en").replaceAll(",", " ");
const ratio = (figure: number, floor: number) => (figure / floor).toFixed(2);

interface Tally {
  acked: number;
}

function load(plane: ControlPlane, tally: Tally) {
  return async (input: { perRequest: number; connections: number; rate?: number }) => {
    const { perRequest, ...rest } = input;
    const driven = await drive({ url: plane.webhook, token: plane.ingestToken, seconds, body: bodies(perRequest), ...rest });
    tally.acked += driven.acknowledged * perRequest;
    if (driven.failed > 0) console.log(`! ${driven.failed} requests failed otherwise than by 503`);
    return driven;
  };
}

/** The incidents of the services are open and their diagnoses over before anything is measured. */
async function openIncidents(plane: ControlPlane, tally: Tally): Promise<void> {
  const headers = { authorization: `Bearer ${plane.ingestToken}`, "content-type": "application/json" };
  const answer = await fetch(plane.webhook, { method: "POST", headers, body: bodies(servicesMax)(0) });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  tally.acked += servicesMax;
  const pending = `select count(*) from ${plane.schema}.diagnoses where finished_at is null`;
  for (let waitedMs = 0; waitedMs < settleMsMax; waitedMs += settleMs) {
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    if (query(url, pending) === "0") return;
  }
}

async function measure(plane: ControlPlane, tally: Tally): Promise<void> {
  console.log("| what | seen | beside its floor |\n|---|---|---|");
  const fastify = await fastifyFloor();
  line(`Fastify alone, same body, ${clients} clients`, `${whole(fastify)} requests/s`);
  const floors = await databaseFloors(plane);
  line(`pgbench, single-row insert, ${clients} clients`, `${whole(floors.single)} rows/s`);
  line(`pgbench, ${rowsPerBatch}-row unnest insert, ${batchClients} clients`, `${whole(floors.rows)} rows/s`);
  const send = load(plane, tally);
  const single = await send({ perRequest: 1, connections: clients });
  const perSecond = single.accepted / single.seconds;
  line(
    `one alert a request, ${clients} clients`,
    `${whole(perSecond)} alerts/s, p99 ${quantile(single.acceptedMs, 0.99).toFixed(1)} ms`,
    `${ratio(perSecond, floors.single)} × pgbench, ${ratio(perSecond, fastify)} × Fastify`,
  );
  await measureAtRates(plane, send, perSecond);
  const batch = await send({ perRequest: rowsPerBatch, connections: batchClients });
  const rows = (batch.accepted * rowsPerBatch) / batch.seconds;
  line(
    `${rowsPerBatch} alerts a request, ${batchClients} clients`,
    `${whole(rows)} alerts/s, p99 ${quantile(batch.acceptedMs, 0.99).toFixed(1)} ms`,
    `${ratio(rows, floors.rows)} × unnest`,
  );
}

/** What a request waits at half of the maximum, and what becomes of twice as much as we can take. */
async function measureAtRates(plane: ControlPlane, send: ReturnType<typeof load>, maximum: number): Promise<void> {
  const floorMs = await floorAtRate(plane, maximum / 2);
  const half = await send({ perRequest: 1, connections: clients, rate: maximum / 2 });
  const p99Ms = quantile(half.acceptedMs, 0.99);
  line(
    "the same at half of that rate",
    `p99 ${p99Ms.toFixed(1)} ms`,
    `${ratio(p99Ms, floorMs)} × pgbench's p99 at that rate, ${floorMs.toFixed(1)} ms`,
  );
  const double = await send({ perRequest: 1, connections: overloadConnections, rate: maximum * 2 });
  const perSecond = double.accepted / double.seconds;
  const refusals = `${whole(double.refused / double.seconds)} refused/s, p99 of a refusal ${quantile(double.refusedMs, 0.99).toFixed(0)} ms`;
  line(
    `the same at twice that rate, ${overloadConnections} clients`,
    `${whole(perSecond)} alerts/s, ${refusals}`,
    `${ratio(perSecond, maximum)} of the maximum`,
  );
}

/** How busy others keep the machine, in percent: figures of a machine that is shared are lower than ours. */
async function busyPercent(): Promise<number> {
  const times = () => cpus().map((cpu) => cpu.times).reduce((sum, { idle, ...busy }) => ({ idle: sum.idle + idle, busy: sum.busy + busy.user + busy.nice + busy.sys + busy.irq }), { idle: 0, busy: 0 }); // prettier-ignore
  const before = times();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const after = times();
  const busy = after.busy - before.busy;
  return Math.round((100 * busy) / (busy + after.idle - before.idle));
}

/** Prints the table of the README. Exits with code 1 when what was acknowledged is not what is stored. */
async function main(): Promise<void> {
  if (!url) throw new Error("Set POSTGRES_URL to a PostgreSQL that takes 150 connections.");
  if (process.argv.includes("--sizes")) return compareSizes(url);
  if (process.argv.includes("--storm")) return measureStorm(url, process.argv.includes("--quick"));
  console.log(`${cpus().length} cores, kept busy by others to ${await busyPercent()} % before the run\n`);
  const plane = await startControlPlane(url);
  try {
    const tally: Tally = { acked: 0 };
    await openIncidents(plane, tally);
    await measure(plane, tally);
    const stored = Number(query(url, `select count(*) from ${plane.schema}.alerts`));
    console.log(`acked = stored: ${tally.acked} = ${stored}`);
    if (tally.acked !== stored) {
      console.log("void: an alert was acknowledged and is not stored, or the other way round");
      process.exitCode = 1;
    }
  } finally {
    await plane.close();
    query(url, `drop schema if exists ${plane.schema}, ${plane.schema}_jobs cascade`);
  }
}

await main();
