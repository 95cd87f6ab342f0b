import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { correlationDefaults } from "@sre/correlation";
import { startControlPlane, type ControlPlane } from "../../../e2e/intake/control-plane.ts";
import { chanceOf } from "../../correlation/src/generate/chance.ts";
import { drawEstate, told, type Estate } from "../../correlation/src/generate/estate.ts";
import { families } from "../../correlation/src/generate/families.ts";
import { drawStorm, type StormAlert } from "../../correlation/src/generate/storm.ts";
import { correlator } from "../../correlation/src/methods.ts";
import { adjustedRandIndex, countPairs } from "../../correlation/src/scoring.ts";
import { quantile } from "../../src/figures.ts";
import { query } from "./postgres.ts";
import { openReceiver, type Receiver } from "./receiver.ts";

const seed = 11;
const storms = {
  whole: { apps: 150, nodes: 300, faults: 100, distinct: 100_000 },
  quick: { apps: 30, nodes: 60, faults: 20, distinct: 10_000 },
} as const;
const faultsWithinMs = 9 * 60_000;
const edgesMissing = 0.3;
const edgesPerOrigin = 3_000;

const offeredPerSecond = 2_000;
/** Each alert is sent again so often, in the messages that follow its first. */
const repeats = 10;
const newPerMessage = 20;
const messagesBetweenRepeats = 3;
const attemptsMax = 60;
const residentMebibytesMax = 256;
const sampleMs = 250;
const settleMsMax = 60_000;
const settlePollMs = 1_000;

interface Storm {
  readonly estate: Estate;
  readonly known: ReturnType<typeof told>;
  readonly alerts: readonly StormAlert[];
}

/** The storm of the correlation bench, so long ago that its last alert has just begun. */
function drawn({ apps, nodes, faults, distinct }: (typeof storms)["whole" | "quick"], nowMs: number): Storm {
  const fromMs = nowMs - faultsWithinMs - 15 * 60_000;
  const draw = (copies: number) => {
    const chance = chanceOf(seed);
    const estate = drawEstate(chance, { apps, servicesPerApp: [10, 14], nodes, podsPerService: [4, 8] });
    const known = told(estate, chance, edgesMissing);
    return { estate, known, alerts: drawStorm(chance, estate, { shape: { fromMs, faults, faultsWithinMs, noise: 0, copies }, families }) };
  };
  const once = draw(1).alerts.length;
  const storm = draw(Math.ceil(distinct / once));
  return { ...storm, alerts: storm.alerts.slice(0, distinct) };
}

async function tellTopology(plane: ControlPlane, known: Storm["known"]): Promise<void> {
  for (let from = 0; from < known.length; from += edgesPerOrigin)
    await plane.put("/api/v1/topology", { origin: `bench-${from}`, edges: known.slice(from, from + edgesPerOrigin) });
}

const fingerprintOf = ({ key }: StormAlert) => createHash("sha256").update(key).digest("hex").slice(0, 16);

const wireOf = (alert: StormAlert) => ({
  status: "firing",
  labels: alert.labels,
  annotations: { summary: alert.summary },
  startsAt: new Date(alert.startsAtMs).toISOString(),
  endsAt: "0001-01-01T00:00:00Z",
  generatorURL: "http://prometheus.example:9090/graph?g0.tab=1",
  fingerprint: fingerprintOf(alert),
});

/** The alerts of the n-th message: new ones, and those again that were new in earlier ones. */
function* messages(alerts: readonly StormAlert[]): Generator<readonly StormAlert[]> {
  const last = Math.ceil(alerts.length / newPerMessage) + repeats * messagesBetweenRepeats;
  for (let index = 0; index < last; index++) {
    const together: StormAlert[] = [];
    for (let back = 0; back <= repeats; back++) {
      const from = (index - back * messagesBetweenRepeats) * newPerMessage;
      if (from >= 0) together.push(...alerts.slice(from, from + newPerMessage));
    }
    if (together.length > 0) yield together;
  }
}

interface Sent {
  alerts: number;
  refused: number;
  /** Connections that ended without an answer. */
  broken: number;
  /** Answers 408: the server did not come to read the message in time. Alertmanager would give it up. */
  timedOut: number;
  readonly acknowledged: Set<string>;
  readonly tookMs: number[];
}

/** Sends one message until it is acknowledged, as a sender that retries what the server cannot take. */
async function deliver(plane: ControlPlane, alerts: readonly StormAlert[], sent: Sent): Promise<void> {
  const common = {
    receiver: "bench",
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: "http://alertmanager.example:9093",
  };
  const body = JSON.stringify({
    version: "4",
    groupKey: "{}:{}",
    truncatedAlerts: 0,
    status: "firing",
    ...common,
    alerts: alerts.map(wireOf),
  });
  const headers = { authorization: `Bearer ${plane.ingestToken}`, "content-type": "application/json" };
  const startedMs = performance.now();
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(plane.webhook, { method: "POST", headers, body }).catch((error: unknown) => {
      if (attempt >= attemptsMax) throw error;
      return null;
    });
    await answer?.text();
    if (answer?.ok) break;
    if (answer !== null && answer.status !== 503 && answer.status !== 408) throw new Error(`answered ${answer.status}`);
    if (answer === null) sent.broken += 1;
    else if (answer.status === 408) sent.timedOut += 1;
    else sent.refused += 1;
    await pause(Number(answer?.headers.get("retry-after") ?? 1) * 1_000);
  }
  sent.tookMs.push(performance.now() - startedMs);
  sent.alerts += alerts.length;
  for (const { key } of alerts) sent.acknowledged.add(key);
}

/** Offers the storm at the rate, whatever the answers do; gives how many seconds it took until the last was acknowledged. */
async function send(plane: ControlPlane, alerts: readonly StormAlert[], sent: Sent): Promise<number> {
  const startedMs = performance.now();
  const underWay: Promise<void>[] = [];
  let offered = 0;
  for (const message of messages(alerts)) {
    await pause(startedMs + (offered / offeredPerSecond) * 1_000 - performance.now());
    offered += message.length;
    underWay.push(deliver(plane, message, sent));
  }
  await Promise.all(underWay);
  return (performance.now() - startedMs) / 1_000;
}

/** Resident memory of a process in MiB, as Linux tells it. */
function residentMebibytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024;
}

/** Waits until everybody was told, as far as it comes to that in a minute. */
async function settled(receiver: Receiver, incidents: () => number): Promise<void> {
  for (let waitedMs = 0; waitedMs < settleMsMax; waitedMs += settlePollMs) {
    if (openedOf(receiver).length >= incidents()) return pause(settlePollMs);
    await pause(settlePollMs);
  }
}

const openedOf = ({ told: messagesTold }: Receiver) => [...messagesTold.values()].filter(({ type }) => type === "incident.opened").map(({ data }) => data.incident.id); // prettier-ignore

/** Adjusted Rand index of the groups that are stored, and of those that the correlator alone makes of the same alerts in one go. */
function agreements(url: string, { schema }: ControlPlane, { alerts, known }: Storm): { stored: number; alone: number } {
  const rows = query(url, `select fingerprint || ' ' || coalesce(incident_id::text, fingerprint) from ${schema}.alerts`).split("\n");
  const groups = new Map(rows.map((row) => row.split(" ") as [string, string]));
  const truth = alerts.map((alert) => alert.truth);
  const index = (found: readonly string[]) => adjustedRandIndex(countPairs(truth, found));
  return {
    stored: index(alerts.map((alert) => groups.get(fingerprintOf(alert)) ?? alert.key)),
    alone: index(correlator.group(alerts, known)),
  };
}

interface Outcome {
  readonly storm: Storm;
  readonly sent: Sent;
  readonly seconds: number;
  readonly resident: readonly number[];
}

function showOutcome(url: string, { plane, receiver }: { plane: ControlPlane; receiver: Receiver }, outcome: Outcome): void {
  const { storm, sent, seconds, resident } = outcome;
  const count = (of: string) => Number(query(url, `select count(*) from ${plane.schema}.${of}`));
  const incidents = count("incidents where alerts_total > 0");
  const opened = openedOf(receiver);
  const faults = new Set(storm.alerts.map(({ truth }) => truth)).size;
  console.log(`offered: ${offeredPerSecond} alerts/s; taken: ${Math.round(sent.alerts / seconds)} alerts/s over ${seconds.toFixed(0)} s, ${sent.refused} refusals and ${sent.broken} broken connections repeated, ${sent.timedOut} times answered 408`);
  console.log(`acknowledged after (median / p99): ${quantile(sent.tookMs, 0.5).toFixed(0)} / ${quantile(sent.tookMs, 0.99).toFixed(0)} ms for ${newPerMessage * (1 + repeats)} alerts`);
  console.log(`resident: at most ${Math.max(...resident).toFixed(0)} MiB, median ${quantile(resident, 0.5).toFixed(0)} MiB (wanted ≤ ${residentMebibytesMax})`);
  const { stored: index, alone } = agreements(url, plane, storm);
  console.log(`incidents: ${incidents} of ${faults} faults; adjusted Rand index ${index.toFixed(3)}, of the correlator alone ${alone.toFixed(3)}`);
  console.log(`told: ${opened.length} openings of ${new Set(opened).size} incidents, ${receiver.told.size - opened.length} other messages`);
  const stored = count("alerts");
  console.log(`acked = stored: ${sent.acknowledged.size} = ${stored}`);
  const lost = sent.timedOut > 0 || sent.acknowledged.size !== stored || opened.length !== incidents || new Set(opened).size !== incidents;
  if (lost || Math.max(...resident) > residentMebibytesMax) process.exitCode = 1;
} // prettier-ignore

async function offer(url: string, { plane, receiver }: { plane: ControlPlane; receiver: Receiver }, storm: Storm): Promise<Outcome> {
  await tellTopology(plane, storm.known);
  const { pid } = plane.running.process;
  const resident: number[] = [];
  const sampling = setInterval(() => resident.push(residentMebibytes(pid!)), sampleMs);
  const sent: Sent = { alerts: 0, refused: 0, broken: 0, timedOut: 0, acknowledged: new Set(), tookMs: [] };
  const seconds = await send(plane, storm.alerts, sent);
  await settled(receiver, () => Number(query(url, `select count(*) from ${plane.schema}.incidents where alerts_total > 0`)));
  clearInterval(sampling);
  return { storm, sent, seconds, resident };
}

/**
 * An alert storm at 2,000 alerts a second, each alert sent eleven times, against the control plane as it is in production, grouping
 * by topology: prints what came of it. Ends with code 1 when something acknowledged is not stored, an incident was not told exactly once or memory passed its bound.
 */
export async function measureStorm(url: string, quick: boolean): Promise<void> {
  const storm = drawn(quick ? storms.quick : storms.whole, Date.now());
  console.log(`${storm.alerts.length} distinct alerts of a topology of ${storm.estate.edges.length} edges, ${storm.known.length} of them told; seed ${seed}`);
  const receiver = await openReceiver();
  const more = { NOTIFICATIONS_FILE: receiver.rulesFile, GROUPING_TOPOLOGY_STEPS: String(correlationDefaults.stepsMax) };
  const plane = await startControlPlane(url, more);
  try {
    showOutcome(url, { plane, receiver }, await offer(url, { plane, receiver }, storm));
  } finally {
    await plane.close();
    receiver.close();
    query(url, `drop schema if exists ${plane.schema}, ${plane.schema}_jobs cascade`);
  }
} // prettier-ignore
