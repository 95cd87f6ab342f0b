import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quantile } from "../../src/figures.ts";
import { benchAlert } from "./alerts.ts";

/** Runs one statement with psql and gives its output, unaligned and without headers. */
export function query(url: string, statement: string): string {
  return execFileSync("psql", [url, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement], {
    encoding: "utf8",
    maxBuffer: 256 * 1_024 * 1_024,
    env: { ...process.env, PGOPTIONS: "-c client_min_messages=warning" },
  }).trim();
}

export interface Inserted {
  readonly perSecond: number;
  readonly p99Ms: number;
}

const columns = `team_id, id, integration, fingerprint, starts_at, ends_at, name, status, severity, opens_incident, entity, service, cluster, environment,
  namespace, labels, annotations, received_at, updated_at, incident_id`;
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const team = quoted("00000000-0000-7000-8000-000000000001");

function rowOf(index: number) {
  const { labels, annotations } = benchAlert(0, index) as { labels: Record<string, string>; annotations: object };
  return {
    service: labels["service"] ?? "",
    entity: `bench/shop/service/${labels["service"]}`,
    labels: JSON.stringify(labels),
    annotations: JSON.stringify(annotations),
  };
}

const shared = `now(), null, 'HighErrorRate', 'firing', 'warning', true`;
const place = `'bench', 'production', 'shop'`;

/** One row of the size of ours. */
export function singleRow(table: string): string {
  const row = rowOf(7);
  return `insert into ${table} (${columns}) values (${team}, gen_random_uuid(), 'alertmanager', md5(random()::text), ${shared}, ${quoted(row.entity)}, ${quoted(row.service)},
    ${place}, ${quoted(row.labels)}, ${quoted(row.annotations)}, now(), now(), ${quoted("0192d3a4-0000-7000-8000-000000000000")});`.replaceAll(
    "\n",
    " ",
  );
}

/** `count` rows in one statement, as arrays. */
export function manyRows(table: string, count: number): string {
  const rows = Array.from({ length: count }, (_, index) => rowOf(index));
  const array = (name: keyof ReturnType<typeof rowOf>, type: string) =>
    `array[${rows.map((row) => quoted(row[name])).join(",")}]::${type}[]`;
  return `insert into ${table} (${columns}) select ${team}, gen_random_uuid(), 'alertmanager', md5(random()::text), ${shared}, r.entity, r.service, ${place}, r.labels, r.annotations, now(), now(),
    ${quoted("0192d3a4-0000-7000-8000-000000000000")}
    from unnest(${array("entity", "text")}, ${array("service", "text")}, ${array("labels", "jsonb")}, ${array("annotations", "jsonb")}) as r(entity, service, labels, annotations);`.replaceAll(
    "\n",
    " ",
  );
}

/** What pgbench reaches with a script of one statement and `synchronous_commit=on`; with `rate`, transactions a second at most. */
export async function pgbench(
  url: string,
  input: { statement: string; clients: number; seconds: number; rate?: number },
): Promise<Inserted> {
  const directory = mkdtempSync(join(tmpdir(), "pgbench-"));
  try {
    writeFileSync(join(directory, "script.sql"), `${input.statement}\n`);
    const pace = input.rate === undefined ? [] : ["-R", String(Math.round(input.rate))];
    const mode = input.statement.length > 10_000 ? "extended" : "prepared";
    const args = [
      "-n",
      "-M",
      mode,
      "-c",
      String(input.clients),
      "-j",
      "2",
      "-T",
      String(input.seconds),
      "-f",
      "script.sql",
      "-l",
      ...pace,
      url,
    ];
    const output = await run("pgbench", args, directory);
    const latencies = readdirSync(directory).filter((name) => name.startsWith("pgbench_log")).flatMap((name) =>
      readFileSync(join(directory, name), "utf8").trim().split("\n").map((line) => Number(line.split(" ")[2]) / 1_000),
    ); // prettier-ignore
    return { perSecond: Number(/tps = ([\d.]+)/.exec(output)?.[1]), p99Ms: quantile(latencies, 0.99) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, PGOPTIONS: "-c synchronous_commit=on" };
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve(output) : reject(new Error(`${program}: ${output.slice(-2_000)}`))));
  });
}
