import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DiagnosisRun } from "@sre/contracts/control-plane";
import { startPlatform, type Platform } from "../../e2e/flow/platform.ts";
import { quantile, report } from "./figures.ts";
import { kubeconfigFor, startTimedSources, type TimedSources } from "./sources.ts";

interface Bench {
  readonly platform: Platform;
  readonly sources: TimedSources;
}

/** One alert of a service of its own, so that it opens an incident of its own. Returns the incident's id. */
async function alert({ platform, sources }: Bench, service: string): Promise<string> {
  sources.addService(service);
  const labels = { alertname: "HighErrorRate", severity: "critical", cluster: "bench", namespace: "bench", environment: "bench", service };
  const one = {
    status: "firing",
    labels,
    annotations: {},
    startsAt: new Date(Date.now() - 60_000).toISOString(),
    endsAt: "0001-01-01T00:00:00Z",
    generatorURL: "",
    fingerprint: Buffer.from(service).toString("hex").padEnd(16, "0").slice(0, 16),
  };
  const body = JSON.stringify({ version: "4", groupKey: service, status: "firing", receiver: "bench", alerts: [one] });
  const headers = { authorization: `Bearer ${platform.ingestToken}`, "content-type": "application/json" };
  const answer = await fetch(`${platform.url}/api/v1/webhooks/alertmanager`, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`webhook: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { incident_ids: string[] }).incident_ids[0] ?? "";
}

/** The default of SOURCE_IN_FLIGHT_MAX. */
const inFlightMax = 20;

async function reported(platform: Platform, incidentId: string): Promise<DiagnosisRun> {
  for (let tries = 0; tries < 6_000; tries++) {
    const { items } = await platform.call<{ items: DiagnosisRun[] }>("GET", `/api/v1/incidents/${incidentId}/diagnoses`);
    const run = items.find((item) => item.status === "reported" || item.status === "failed");
    if (run) return run;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no diagnosis of ${incidentId}`);
}

/** The most calls that followed one another, none beginning before the one before it had ended, and the time they took together. */
function longestChain(calls: readonly { readonly from: number; readonly to: number }[]): { seconds: number; calls: number } {
  let [end, count, ms] = [Number.NEGATIVE_INFINITY, 0, 0];
  for (const { from, to } of [...calls].sort((a, b) => a.to - b.to)) {
    if (from < end) continue;
    [end, count, ms] = [to, count + 1, ms + to - from];
  }
  return { seconds: ms / 1_000, calls: count };
}

/** How long a diagnosis takes beside its sources: with sources slowed to one second, and from the webhook to a readable cause with fast ones. */
async function main(): Promise<void> {
  const sources = await startTimedSources(5);
  const kubeconfig = join(mkdtempSync(join(tmpdir(), "bench-")), "kubeconfig");
  writeFileSync(kubeconfig, kubeconfigFor(sources.kubernetesUrl));
  const platform = await startPlatform(
    { PROMETHEUS_URL: sources.prometheusUrl, LOKI_URL: sources.lokiUrl, KUBECONFIG: kubeconfig, SOURCES_CLUSTER: "bench" },
    { DIAGNOSIS_RECHECK_SECONDS: "0" },
  );
  const bench = { platform, sources };
  try {
    const seconds: number[] = [];
    for (let index = 0; index < 51; index++) {
      const started = performance.now();
      await reported(platform, await alert(bench, `fast-${index}`));
      // The first one fills the discovery cache.
      if (index > 0) seconds.push((performance.now() - started) / 1_000);
    }
    report("from the webhook's 2xx to a readable diagnosis, p95 of 50", quantile(seconds, 0.95), { max: 2, unit: "s" });
    sources.setDelay(1_000);
    const run = await reported(platform, await alert(bench, "slow-1"));
    const chain = longestChain(sources.calls);
    report("source calls in the longest chain", chain.calls, { max: 3, unit: "calls" });
    report("wall time of a diagnosis / its longest chain", (run.result?.execution_time ?? Number.NaN) / chain.seconds, {
      max: 1.1,
      unit: "×",
    });
    console.log(`  (wall ${run.result?.execution_time} s, chain ${chain.seconds} s, ${sources.calls.length} calls)`);
    sources.setDelay(50);
    await Promise.all(Array.from({ length: 50 }, async (_, index) => reported(platform, await alert(bench, `storm-${index}`))));
    for (const [name, peak] of Object.entries(sources.peaks))
      report(`most calls in flight at once, ${name}, 50 incidents at once`, peak, { max: inFlightMax, unit: "calls" });
  } finally {
    await platform.close();
    sources.close();
  }
}

await main();
