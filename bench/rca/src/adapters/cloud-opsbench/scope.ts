import { byCodeUnit } from "@sre/contracts/canonical";
import { entityParts, type ClusterObject, type EntityId, type ScopeAlert } from "@sre/contracts/evidence";
import { listAt, numberAt, textAt } from "./fields.ts";
import { namespaceId } from "./kinds.ts";
import type { Recording } from "./objects.ts";

const entitiesMax = 20;
const replicated: ReadonlySet<string> = new Set(["deployment", "statefulset", "daemonset"]);

const kindOf = ({ entity }: ClusterObject): string => entityParts(entity).kind;

/** The share of its pods that a workload lacks; 0 where it has all that it wants. */
function lacking({ spec, status }: ClusterObject): number {
  const wanted = numberAt(spec, "replicas") ?? numberAt(status, "desiredNumberScheduled") ?? 0;
  const ready = numberAt(status, "availableReplicas") ?? numberAt(status, "numberAvailable") ?? numberAt(status, "readyReplicas") ?? 0;
  return wanted <= 0 ? 0 : Math.max(0, wanted - ready) / wanted;
}

/** The workloads that lack the largest share of their pods. */
function leastReady(live: readonly ClusterObject[]): EntityId[] {
  const shares = live.filter((one) => replicated.has(kindOf(one))).map((one) => [one.entity, lacking(one)] as const);
  const most = Math.max(0, ...shares.map(([, share]) => share));
  return most === 0 ? [] : shares.filter(([, share]) => share === most).map(([entity]) => entity);
}

/** Services that are reached from outside: where users would notice. */
function entries(live: readonly ClusterObject[]): EntityId[] {
  const exposed = live.filter((one) => kindOf(one) === "service" && ["NodePort", "LoadBalancer"].includes(textAt(one.spec, "type")));
  const routed = live.filter((one) => kindOf(one) === "ingress").flatMap(({ refs }) => refs.map(({ to }) => to));
  return [...exposed.map(({ entity }) => entity), ...routed];
}

/** Services that no pod stands behind. */
function unserved(live: readonly ClusterObject[]): EntityId[] {
  const served = new Map(
    live
      .filter((one) => kindOf(one) === "endpoints")
      .map(({ entity, spec }) => [entityParts(entity).name, listAt(spec, "endpoints").length]),
  );
  return live.filter((one) => kindOf(one) === "service" && served.get(entityParts(one.entity).name) === 0).map(({ entity }) => entity);
}

/**
 * What a case is about where no alert says it: the workloads that lack most of their pods, else services without pods, else
 * where users come in, else the namespace.
 */
export function scopeEntities(objects: readonly ClusterObject[], recording: Recording): EntityId[] {
  const live = objects.filter(({ view, entity }) => view === "live" && entityParts(entity).namespace === recording.namespace);
  const found = [leastReady(live), unserved(live), entries(live)].find((entities) => entities.length > 0);
  return [...new Set(found ?? [namespaceId(recording.namespace)])].sort(byCodeUnit).slice(0, entitiesMax);
}

/** The case's own words as an alert about each of the entities. */
export function askedAlerts(query: string, entities: readonly EntityId[], recording: Recording): ScopeAlert[] {
  const name = query.trim().replace(/\.$/, "") || "Asked for";
  const labels = { namespace: recording.namespace };
  return entities.map((entity) => ({
    name,
    entity,
    severity: "error",
    starts_at: recording.collectedAt,
    ends_at: null,
    labels,
    annotations: {},
  }));
}
