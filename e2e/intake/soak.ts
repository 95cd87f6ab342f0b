import { startProxy } from "../../packages/storage/src/testing/proxy.ts";
import { runStep } from "../../scripts/processes.ts";
import { deliverThroughOutages, seeded } from "./chaos.ts";
import { startControlPlane } from "./control-plane.ts";
import { killAtEachPoint, killPoints } from "./kills.ts";
import { deliverThroughKills, startReplicas } from "./replicas.ts";
import { isWhole, type Outcome } from "./whole.ts";

const killsPerPoint = 20;
const sequences = 10_000;
const chaosSeconds = 300;
const replicaKills = 30;
const firstAnswerMsMax = 50;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

function line(name: string, outcome: Outcome, more: string): void {
  const ok = isWhole(outcome);
  print(`| ${name} | ${outcome.acked} = ${outcome.stored.rows} | ${ok ? "yes" : "NO"} | ${more} |`);
  if (!ok) process.exitCode = 1;
}

async function kills(url: string | null): Promise<void> {
  const plane = await startControlPlane(url);
  try {
    const killed = await killAtEachPoint(plane, killsPerPoint);
    line(
      `kill -9, ${killsPerPoint} times at each of ${killPoints.length} points, ${url === null ? "embedded" : "PostgreSQL"}`,
      killed,
      `${killed.kills} kills`,
    );
  } finally {
    await plane.close();
  }
}

async function chaos(url: string): Promise<void> {
  const proxy = await startProxy(url);
  const plane = await startControlPlane(proxy.url);
  try {
    const seen = await deliverThroughOutages(plane, proxy, { seconds: chaosSeconds, chance: seeded(7) });
    const quick = seen.refusedMs.filter((ms) => ms <= firstAnswerMsMax).length;
    line(
      `PostgreSQL away 0–2 s every 5–10 s for ${chaosSeconds / 60} minutes`,
      seen,
      `${seen.outages} outages, ${seen.refusedMs.length} times 503, ${quick} of them within ${firstAnswerMsMax} ms`,
    );
  } finally {
    await plane.close();
    await proxy.close();
  }
}

async function replicas(url: string): Promise<void> {
  const both = await startReplicas(url);
  try {
    const seen = await deliverThroughKills(both, replicaKills);
    line(
      `two replicas behind a round-robin proxy, one killed each 10 s`,
      seen,
      `${seen.kills} kills, answered by them ${both.balancer.answered.join(" and ")}`,
    );
  } finally {
    await both.close();
  }
}

async function model(): Promise<void> {
  const command = ["vitest", "run", "--project", "unit", "apps/control-plane/src/alerts/intake-model.test.ts"] as const;
  const { ok, output } = await runStep({ name: "model", command, env: { SOAK_SEQUENCES: String(sequences) } });
  print(`| ${sequences} random sequences against the model | | ${ok ? "yes" : "NO"} | |`);
  if (ok) return;
  print(output);
  process.exitCode = 1;
}

/** The long form of what the tests beside do: 20 kills a point, 10,000 sequences, five minutes of outages. Prints the table of `bench/intake/README.md`. */
async function main(): Promise<void> {
  const url = process.env["POSTGRES_URL"] || null;
  print("| what happened | acknowledged = stored | every count agrees | |\n|---|---|---|---|");
  await kills(url);
  await model();
  if (url === null) print("| outages of PostgreSQL | | | not run: POSTGRES_URL is not set |");
  else {
    await chaos(url);
    await replicas(url);
  }
}

if (import.meta.main) await main();
