import { entityId, type EntityId, type EntityParts } from "@sre/contracts/evidence";

const workloadKinds: ReadonlySet<string> = new Set(["deployment", "statefulset", "daemonset", "job", "cronjob", "replicaset", "workload"]);

// A sender's broken percent sequence is kept as it stands: a name that reads oddly must not end a diagnosis.
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

// Ids are taken apart far more often than anything else is done; most parts hold nothing that was encoded.
function partAt(id: EntityId, index: number): string {
  let from = 0;
  for (let slash = 0; slash < index; slash++) {
    from = id.indexOf("/", from) + 1;
    if (from === 0) return "";
  }
  const to = id.indexOf("/", from);
  const part = id.slice(from, to < 0 ? undefined : to);
  return part.includes("%") ? decoded(part) : part;
}

/** The parts of an id, whatever it holds. */
export const partsOf = (id: EntityId): EntityParts => ({
  cluster: partAt(id, 0),
  namespace: partAt(id, 1),
  kind: partAt(id, 2),
  name: partAt(id, 3),
});

export const kindOf = (id: EntityId): string => partAt(id, 2);
export const nameOf = (id: EntityId): string => partAt(id, 3);
export const isWorkload = (id: EntityId): boolean => workloadKinds.has(kindOf(id));
export const isNode = (id: EntityId): boolean => kindOf(id) === "node";

/** The same name in the same namespace as another kind of thing. */
export function asKind(id: EntityId, kind: string): EntityId {
  return entityId({ ...partsOf(id), kind });
}

/** The namespace of a thing, as questions name it; null for what stands in none. */
export function namespaceOf(id: EntityId): EntityId | null {
  const [cluster, namespace] = [partAt(id, 0), partAt(id, 1)];
  if (kindOf(id) === "namespace") return entityId({ cluster, namespace: "", kind: "namespace", name: nameOf(id) });
  return namespace === "" ? null : entityId({ cluster, namespace: "", kind: "namespace", name: namespace });
}

/** The whole cluster of a thing, as questions name it. */
export function clusterOf(id: EntityId): EntityId {
  const { cluster } = partsOf(id);
  return entityId({ cluster, namespace: "", kind: "cluster", name: cluster === "" ? "default" : cluster });
}

/** The pod of "pod:container"; any other thing is returned as it is. */
export function podOf(id: EntityId): EntityId {
  if (kindOf(id) !== "container") return id;
  const parts = partsOf(id);
  return entityId({ ...parts, kind: "pod", name: parts.name.split(":")[0] ?? parts.name });
}

/** The service a thing is measured as, by name, until topology says better. */
export function measuredAs(id: EntityId): EntityId {
  return isWorkload(id) ? asKind(id, "service") : id;
}
