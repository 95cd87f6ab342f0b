import autocannon, { type Client, type Request as AutocannonRequest } from "autocannon";
import { randomUUID } from "node:crypto";
import { startPlatform } from "../../e2e/flow/platform.ts";
import { report } from "./figures.ts";
import { alert, reported, type Bench } from "./incidents.ts";
import { startTimedSources } from "./sources.ts";

const requestsPerSecond = 100;
const connections = 20;
const incidentsMax = 2 * connections;
const seconds = process.argv.includes("--quick") ? 20 : 180;

/** The smallest bound of a histogram under which the share `q` of observations lies, over all routes; from `/metrics` text. */
export function histogramQuantile(text: string, name: string, q: number): number {
  const byBound = new Map<number, number>();
  for (const [, labels, value] of text.matchAll(new RegExp(`^${name}_bucket\\{([^}]*)\\} (\\S+)$`, "gm"))) {
    const bound = Number((/le="([^"]+)"/.exec(labels ?? "")?.[1] ?? "").replace("+Inf", "Infinity"));
    byBound.set(bound, (byBound.get(bound) ?? 0) + Number(value));
  }
  const bounds = [...byBound].sort(([a], [b]) => a - b);
  const total = bounds.at(-1)?.[1] ?? 0;
  return bounds.find(([, count]) => count >= q * total)?.[0] ?? Number.NaN;
}

/** The share of requests that were answered with an error, ours or the caller's; from `/metrics` text. */
export function errorShare(text: string, name: string): number {
  let all = 0;
  let failed = 0;
  for (const [, labels, value] of text.matchAll(new RegExp(`^${name}_count\\{([^}]*)\\} (\\S+)$`, "gm"))) {
    all += Number(value);
    if (/status="[45]\d\d"/.test(labels ?? "")) failed += Number(value);
  }
  return failed / all;
}

interface Diagnosed {
  readonly incident: string;
  readonly diagnosis: string;
}

/** Incidents whose first diagnosis is reported, as many as are asked about in turn. */
async function diagnosedIncidents(bench: Bench): Promise<Diagnosed[]> {
  const incidents: string[] = [];
  for (let index = 0; index < incidentsMax; index++) incidents.push(await alert(bench, `load-${index}`));
  const diagnosed: Diagnosed[] = [];
  for (const incident of incidents) diagnosed.push({ incident, diagnosis: (await reported(bench.platform, incident)).id });
  return diagnosed;
}

const lists = ["incidents", "alerts", "changes", "dashboard/summary", "resources", "audit-logs"].map((name) => `/api/v1/${name}`);

/**
 * What one connection sends in turn: of fifty requests one asks for a diagnosis, twenty poll for one, the others read. Each
 * connection has incidents of its own, and asks at a moment of its own.
 */
function requestsOf(connection: number, diagnosed: readonly Diagnosed[], headers: Record<string, string>): AutocannonRequest[] {
  const asks = Math.floor((connection * 50) / connections);
  return diagnosed
    .filter((_, index) => index % connections === connection)
    .flatMap(({ incident, diagnosis }) => {
      const of = `/api/v1/incidents/${incident}`;
      const reads = [of, `${of}/timeline`, `/api/v1/diagnoses/${diagnosis}`, ...lists];
      return Array.from({ length: 50 }, (_, turn): AutocannonRequest => {
        if (turn === asks) return { method: "POST", path: `${of}/diagnoses`, headers, body: "{}" };
        return { method: "GET", path: turn % 5 < 2 ? `${of}/diagnoses` : (reads[turn % reads.length] ?? of), headers };
      });
    });
}

/** Reads, diagnosis requests and status polls at 100 requests a second; the verdict is read from our own `/metrics`. */
async function main(): Promise<void> {
  const sources = await startTimedSources(20);
  const database = process.env["DATABASE_URL"] ?? process.env["POSTGRES_URL"] ?? "";
  console.log(database ? "database: PostgreSQL" : "database: embedded");
  const stored = database ? { DATABASE_URL: database } : {};
  const schema = `bench_${randomUUID().slice(0, 8)}`;
  const platform = await startPlatform(
    { PROMETHEUS_URL: sources.prometheusUrl, ...stored, ...(database ? { DATABASE_SCHEMA: `${schema}_a` } : {}) },
    { DIAGNOSIS_RECHECK_SECONDS: "0", GROUPING_TOPOLOGY_STEPS: "0", ...stored, ...(database ? { DATABASE_SCHEMA: `${schema}_c` } : {}) },
  );
  try {
    const headers = { authorization: `Bearer ${await platform.token()}`, "content-type": "application/json" };
    const incidents = await diagnosedIncidents({ platform, sources });
    let connected = 0;
    const setupClient = (client: Client) => client.setRequests(requestsOf(connected++, incidents, headers));
    await autocannon({ url: platform.url, duration: seconds, connections, overallRate: requestsPerSecond, setupClient });
    const metrics = await (await fetch(`${platform.url}/metrics`)).text();
    const name = /^# TYPE (\S*request_duration_seconds) histogram$/m.exec(metrics)?.[1] ?? "";
    report(`P99 of ${requestsPerSecond} requests/s for ${seconds} s, upper bucket bound`, histogramQuantile(metrics, name, 0.99), {
      max: 0.5,
      unit: "s",
    });
    report("share of requests answered with an error", errorShare(metrics, name), { max: 0.001, unit: "" });
  } finally {
    await platform.close();
    sources.close();
  }
}

if (import.meta.main) await main();
