import { entityId, entityParts, type EntityId } from "@sre/contracts/evidence";

export const workloadKinds: ReadonlySet<string> = new Set([
  "deployment",
  "statefulset",
  "daemonset",
  "job",
  "cronjob",
  "replicaset",
  "workload",
]);

export const kindOf = (id: EntityId): string => entityParts(id).kind;
export const nameOf = (id: EntityId): string => entityParts(id).name;
export const isWorkload = (id: EntityId): boolean => workloadKinds.has(kindOf(id));
export const isNode = (id: EntityId): boolean => kindOf(id) === "node";

/** The same name in the same namespace as another kind of thing. */
export function asKind(id: EntityId, kind: string): EntityId {
  return entityId({ ...entityParts(id), kind });
}

/** The namespace of a thing, as questions name it; null for what stands in none. */
export function namespaceOf(id: EntityId): EntityId | null {
  const { cluster, namespace, kind, name } = entityParts(id);
  if (kind === "namespace") return entityId({ cluster, namespace: "", kind: "namespace", name });
  return namespace === "" ? null : entityId({ cluster, namespace: "", kind: "namespace", name: namespace });
}

/** The whole cluster of a thing, as questions name it. */
export function clusterOf(id: EntityId): EntityId {
  const { cluster } = entityParts(id);
  return entityId({ cluster, namespace: "", kind: "cluster", name: cluster === "" ? "default" : cluster });
}

/** The pod of "pod:container"; any other thing is returned as it is. */
export function podOf(id: EntityId): EntityId {
  const parts = entityParts(id);
  if (parts.kind !== "container") return id;
  return entityId({ ...parts, kind: "pod", name: parts.name.split(":")[0] ?? parts.name });
}

/** The service a thing is measured as, by name, until topology says better. */
export function measuredAs(id: EntityId): EntityId {
  return isWorkload(id) ? asKind(id, "service") : id;
}
