import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPlatform } from "../../e2e/flow/platform.ts";
import { quantile, report } from "./figures.ts";
import { alert, reported } from "./incidents.ts";
import { kubeconfigFor, startTimedSources } from "./sources.ts";

/** The default of SOURCE_IN_FLIGHT_MAX. */
const inFlightMax = 20;

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
    { DIAGNOSIS_RECHECK_SECONDS: "0", GROUPING_TOPOLOGY_STEPS: "0" },
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
