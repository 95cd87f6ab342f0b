import autocannon from "autocannon";
import { randomUUID } from "node:crypto";
import { startPlatform, type Platform } from "../../e2e/flow/platform.ts";
import { report } from "./figures.ts";
import { startTimedSources } from "./sources.ts";

const requestsPerSecond = 100;
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

/** The share of requests that were answered with 5xx; from `/metrics` text. */
export function errorShare(text: string, name: string): number {
  let all = 0;
  let failed = 0;
  for (const [, labels, value] of text.matchAll(new RegExp(`^${name}_count\\{([^}]*)\\} (\\S+)$`, "gm"))) {
    all += Number(value);
    if (/status="5\d\d"/.test(labels ?? "")) failed += Number(value);
  }
  return failed / all;
}

async function operatorHeaders(platform: Platform): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await platform.token()}`, "content-type": "application/json" };
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
    { DIAGNOSIS_RECHECK_SECONDS: "0", ...stored, ...(database ? { DATABASE_SCHEMA: `${schema}_c` } : {}) },
  );
  try {
    const headers = await operatorHeaders(platform);
    const incident = await platform.call<{ id: string }>("POST", "/api/v1/incidents", {
      title: "load",
      severity: "warning",
      service: "checkout",
      cluster: "bench",
      environment: "bench",
    });
    const get = (path: string) => ({ method: "GET" as const, path, headers });
    const reads = [
      "/api/v1/incidents",
      "/api/v1/alerts",
      `/api/v1/incidents/${incident.id}`,
      `/api/v1/incidents/${incident.id}/diagnoses`,
      "/api/v1/changes",
      "/api/v1/dashboard/summary",
      `/api/v1/incidents/${incident.id}/timeline`,
      "/api/v1/resources",
      "/api/v1/audit-logs",
    ].map(get);
    const ask = { method: "POST" as const, path: `/api/v1/incidents/${incident.id}/diagnoses`, headers, body: "{}" };
    await autocannon({ url: platform.url, duration: seconds, connections: 20, overallRate: requestsPerSecond, requests: [...reads, ask] });
    const metrics = await (await fetch(`${platform.url}/metrics`)).text();
    const name = /^# TYPE (\S*request_duration_seconds) histogram$/m.exec(metrics)?.[1] ?? "";
    report(`P99 of ${requestsPerSecond} requests/s for ${seconds} s, upper bucket bound`, histogramQuantile(metrics, name, 0.99), {
      max: 0.5,
      unit: "s",
    });
    report("share of requests answered 5xx", errorShare(metrics, name), { max: 0.001, unit: "" });
  } finally {
    await platform.close();
    sources.close();
  }
}

if (import.meta.main) await main();
