import type { EntityId, EvidenceRef, Finding } from "@sre/contracts/evidence";
import { byCodeUnit } from "@sre/contracts/canonical";
import { isNode, kindOf, nameOf } from "../entities.ts";
import { finding } from "../finding.ts";
import { brief } from "../messages/words.ts";
import { contributionsOf, isCounted } from "../seen/contribution.ts";
import type { Seen } from "../seen/seen.ts";
import { signalKey } from "../seen/series.ts";
import { readingsOf, type Read } from "./alert-readings.ts";

/*
 * Whose delay it is, from what alerts read: a service is slow on its own when nothing that it calls is
 * slow enough to account for it (anomaly traversal, as in PetShop and CIRCA). Delay without CPU is the network's. Several services that are
 * slow on their own and share a node point to the node; when one caller calls all of them, it is the caller's way out.
 */

interface Slow {
  readonly component: EntityId;
  /** Seconds by statistic that it takes longer than usual. */
  readonly extra: ReadonlyMap<string, number>;
  readonly growth: number;
  readonly from: string;
  readonly cites: readonly EvidenceRef[];
}

const growthMin = 2;
const extraMin = 0.015;

function slowOnes(seen: Seen): Map<EntityId, Slow> {
  const reads = readingsOf(seen).filter(({ entity, reading }) => !isNode(entity) && signalKey(reading.signal) === "golden:latency");
  const groups = Map.groupBy(reads, ({ entity }) => seen.graph.component(entity));
  return new Map(
    [...groups].flatMap(([component, own]): [EntityId, Slow][] => {
      const risen = own.filter(
        ({ reading }) =>
          reading.normal !== null && reading.observed >= growthMin * reading.normal && reading.observed - reading.normal >= extraMin,
      );
      const [first] = risen;
      if (first === undefined) return [];
      const extra = new Map(risen.map(({ reading }) => [reading.statistic as string, reading.observed - (reading.normal ?? 0)]));
      const growth = Math.max(...risen.map(({ reading }) => reading.observed / Math.max(reading.normal ?? 0, 1e-4)));
      return [[component, { component, extra, growth, from: first.alert.from, cites: citesOf(risen) }]];
    }),
  );
}

const citesOf = (reads: readonly Read[]): EvidenceRef[] => [
  ...new Map(reads.map(({ alert }) => [`${alert.cite.id} ${alert.cite.part ?? ""}`, alert.cite])).values(),
];

const largest = ({ extra }: Slow): number => Math.max(...extra.values());

// What half of the calls lack, the slowest tenth lacks at least; the other way round says nothing.
const statisticsInOrder = ["mean", "p50", "p90", "p95", "p99", "max"];

function extraUpTo(slow: Slow, statistic: string): number {
  const rank = statisticsInOrder.indexOf(statistic);
  return Math.max(0, ...[...slow.extra].map(([own, extra]) => (statisticsInOrder.indexOf(own) <= rank ? extra : 0)));
}

// A caller may call a slow callee several times, one after the other: this share of its delay is enough to be explained by it.
const explainedShare = 0.1;

/** Whether in every statistic something that it calls, directly or not, is slow enough to account for it. */
function isExplained(seen: Seen, slow: Slow, all: readonly Slow[]): boolean {
  const callees = all.filter((other) => (seen.graph.distance(slow.component, other.component) ?? 0) > 0);
  return [...slow.extra].every(([statistic, extra]) => callees.some((callee) => extraUpTo(callee, statistic) >= extra * explainedShare));
}

// A service whose delay is this part of the largest unexplained one counts beside it.
const rootShare = 0.1;

/** The services that are slow on their own, the slowest first; one that calls all of the others stands for them. */
function roots(seen: Seen, slow: readonly Slow[]): Slow[] {
  const own = slow
    .filter((each) => !isExplained(seen, each, slow))
    .sort((a, b) => largest(b) - largest(a) || byCodeUnit(a.component, b.component));
  const most = own[0] === undefined ? 0 : largest(own[0]);
  const kept = own.filter((each) => largest(each) >= most * rootShare);
  const caller = kept.find((each) => kept.every((other) => seen.graph.distance(each.component, other.component) !== null));
  return caller === undefined ? kept : [caller];
}

// Where logs tell how long traces take from one to the next, a service whose callees nobody measures is known to be hurt and no
// more. Where nothing tells that, whoever does not alert is taken to be as fast as ever.
const unseenWeight = 0.3;

/** Whose latency anybody measures: by readings of alerts, or as a series. */
function measuredComponents({ graph, series, alerts }: Seen): ReadonlySet<EntityId> {
  const read = alerts.flatMap(({ entity, readings }) =>
    entity !== null && readings.some(({ signal }) => signalKey(signal) === "golden:latency") ? [entity] : [],
  );
  const drawn = series.filter(({ signal }) => signal === "golden:latency").map(({ of }) => of);
  return new Set([...read, ...drawn].map((id) => graph.component(id)));
}

/** How much of what a service calls was measured, so that it could account for its delay: 1 where all was, or it calls nothing. */
function seenBelow(seen: Seen, { component }: Slow, measured: ReadonlySet<EntityId>): number {
  const called = seen.graph.needs(component).filter((id) => kindOf(id) === "service");
  if (called.length === 0 || seen.handovers.length === 0) return 1;
  const share = called.filter((id) => measured.has(id)).length / called.length;
  return unseenWeight + (1 - unseenWeight) * share;
}

function delayed(seen: Seen, slow: Slow, strength: number): Finding {
  const values = { during: largest(slow), growth: slow.growth };
  const now = slow.cites.some(({ id }) => seen.now.has(id));
  return finding({ what: "delay_of_its_own", entity: slow.component, from: slow.from, strength, evidence: slow.cites, values, now });
}

/** Several services that became slow on their own and run on one node. */
function onNode(seen: Seen, found: readonly Slow[], measured: ReadonlySet<EntityId>): Finding[] {
  if (found.length < 2) return [];
  const nodes = found.map(({ component }) => seen.graph.nodesOf(component));
  const [node, ...others] = (nodes[0] ?? []).filter((one) => nodes.every((own) => own.includes(one)));
  if (node === undefined || others.length > 0) return [];
  const values = { count: found.length, services: brief(found.map(({ component }) => nameOf(component)).join(", ")) };
  const evidence = found.flatMap(({ cites }) => cites).slice(0, 5);
  const from = found.map((each) => each.from).sort(byCodeUnit)[0];
  const below = Math.max(...found.map((slow) => seenBelow(seen, slow, measured)));
  const strength = Math.min(0.95, 0.7 + found.length / 10) * below;
  return [finding({ what: "delay_on_node", entity: node, ...(from === undefined ? {} : { from }), strength, evidence, values })];
}

/** Services, or the node, whose network makes things slow. */
export function detectNetworkDelay(seen: Seen): Finding[] {
  // Counted calls tell the way and the own time of a service apart, which its latency cannot.
  const counted = contributionsOf(seen);
  const found = roots(seen, [...slowOnes(seen).values()].filter(({ component }) => !isCounted(counted.get(component)))); // prettier-ignore
  const measured = measuredComponents(seen);
  const node = onNode(seen, found, measured);
  const most = found[0] === undefined ? 1 : largest(found[0]);
  const weight = node.length > 0 ? 0.6 : 1;
  const strength = (slow: Slow) => (0.5 + (0.45 * largest(slow)) / most) * weight * seenBelow(seen, slow, measured);
  return [...found.map((slow) => delayed(seen, slow, strength(slow))), ...node];
}
