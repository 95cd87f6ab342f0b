import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { quantile } from "../../src/figures.ts";
import { benchBody } from "./alerts.ts";
import { startControlPlane, type ControlPlane } from "../../../e2e/intake/control-plane.ts";
import { drive } from "./drive.ts";
import { manyRows, pgbench, query, singleRow } from "./postgres.ts";

const clients = 128;
const rowsPerBatch = 256;
const batchClients = 8;
const seconds = process.argv.includes("--quick") ? 4 : 20;

const url = process.env["POSTGRES_URL"] ?? process.env["DATABASE_URL"] ?? "";

/** Numbers of requests, so that no two runs send the same alert. */
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
  const batch = await send({ perRequest: rowsPerBatch, connections: batchClients });
  const rows = (batch.accepted * rowsPerBatch) / batch.seconds;
  line(
    `${rowsPerBatch} alerts a request, ${batchClients} clients`,
    `${whole(rows)} alerts/s, p99 ${quantile(batch.acceptedMs, 0.99).toFixed(1)} ms`,
    `${ratio(rows, floors.rows)} × unnest`,
  );
}

/** Prints the table of the README. Exits with code 1 when what was acknowledged is not what is stored. */
async function main(): Promise<void> {
  if (!url) throw new Error("Set POSTGRES_URL to a PostgreSQL that takes 150 connections.");
  const plane = await startControlPlane(url);
  try {
    const tally: Tally = { acked: 0 };
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
