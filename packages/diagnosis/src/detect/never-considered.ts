import { entityId, type ClusterObject, type EntityId, type Finding } from "@sre/contracts/evidence";
import { nameOf, partsOf } from "../entities.ts";
import { finding } from "../finding.ts";
import { brief } from "../messages/words.ts";
import { isControlPlane, waitsForScheduler } from "../seen/control-plane.ts";
import type { Cited, Seen } from "../seen/seen.ts";
import { ms } from "../time.ts";
import { livePods } from "./pods.ts";

/*
 * Pods that no scheduler has looked at. The scheduler gives its verdict within moments (Kubernetes: condition PodScheduled, events
 * Scheduled and FailedScheduling): a pod that has waited without any of them waits for the scheduler itself.
 */

const patienceMs = 15_000;
/** Pods that still wait without a word of the scheduler. */
function neverConsidered(objects: readonly Cited<ClusterObject>[], asOf: string, verdicts: ReadonlySet<EntityId>): Cited<ClusterObject>[] {
  return objects.filter((pod) => {
    const old = pod.created_at !== null && ms(asOf) - ms(pod.created_at) >= patienceMs;
    return old && waitsForScheduler(pod) && !verdicts.has(pod.entity);
  });
}

/** Pods without any scheduling verdict, laid at the nodes of the control plane where these are known. */
export function detectNeverConsidered(seen: Seen): Finding[] {
  const verdicts = new Set(
    seen.events.filter(({ reason }) => reason === "FailedScheduling" || reason === "Scheduled").map(({ entity }) => entity),
  );
  const pods = neverConsidered(livePods(seen), seen.scope.as_of, verdicts);
  const [first] = pods;
  if (first === undefined) return [];
  const { cluster } = partsOf(first.entity);
  const planes = seen.objects.filter((object) => object.view === "live" && isControlPlane(object)).map(({ entity }) => entity);
  const homes = planes.length > 0 ? planes : [entityId({ cluster, namespace: "", kind: "cluster", name: cluster })];
  const values = { count: pods.length, pods: brief(pods.map(({ entity }) => nameOf(entity)).join(", ")) };
  const strength = 0.95 / Math.max(1, Math.sqrt(homes.length));
  const from = first.created_at === null ? {} : { from: first.created_at };
  const evidence = pods.slice(0, 3).map(({ cite }) => cite);
  return homes.map((entity) =>
    finding({ what: "pods_never_considered", entity, ...from, strength, evidence, values, now: seen.now.has(first.cite.id) }),
  );
}
