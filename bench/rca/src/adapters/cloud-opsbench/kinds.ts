import { entityId, type EntityId } from "@sre/contracts/evidence";

/** The recorder never says what its cluster is called. */
export const cluster = "cluster";

interface Kind {
  readonly kind: string;
  readonly namespaced: boolean;
}

// API kinds by the word that the product has for them.
const kinds: Readonly<Record<string, Kind>> = {
  Pod: { kind: "pod", namespaced: true },
  Deployment: { kind: "deployment", namespaced: true },
  StatefulSet: { kind: "statefulset", namespaced: true },
  DaemonSet: { kind: "daemonset", namespaced: true },
  ReplicaSet: { kind: "replicaset", namespaced: true },
  Job: { kind: "job", namespaced: true },
  Service: { kind: "service", namespaced: true },
  EndpointSlice: { kind: "endpoints", namespaced: true },
  Endpoints: { kind: "endpoints", namespaced: true },
  Ingress: { kind: "ingress", namespaced: true },
  NetworkPolicy: { kind: "policy", namespaced: true },
  PersistentVolumeClaim: { kind: "claim", namespaced: true },
  PersistentVolume: { kind: "volume", namespaced: false },
  ConfigMap: { kind: "config", namespaced: true },
  Secret: { kind: "secret", namespaced: true },
  ResourceQuota: { kind: "quota", namespaced: true },
  LimitRange: { kind: "limitrange", namespaced: true },
  ServiceAccount: { kind: "identity", namespaced: true },
  HorizontalPodAutoscaler: { kind: "autoscaler", namespaced: true },
  StorageClass: { kind: "storageclass", namespaced: false },
  Node: { kind: "node", namespaced: false },
  Namespace: { kind: "namespace", namespaced: false },
};

/** The product's word for an API kind; a kind that it has none for keeps its own in lower case. */
export const kindOf = (apiKind: string): string => kinds[apiKind]?.kind ?? apiKind.toLowerCase();

/** Whether things of an API kind stand outside of every namespace. */
const isClusterWide = (apiKind: string): boolean => kinds[apiKind]?.namespaced === false;

/** The id of a thing by its API kind. */
export function idOf(thing: { apiKind: string; namespace: string; name: string }): EntityId {
  const namespace = isClusterWide(thing.apiKind) ? "" : thing.namespace;
  return entityId({ cluster, namespace, kind: kindOf(thing.apiKind), name: thing.name });
}

const resourceKinds = new Map(Object.entries(kinds).map(([apiKind, { kind }]) => [apiKind.toLowerCase(), kind]));

/** The product's word for a resource type in the singular, as kubectl takes it; null for types that it has none for. */
export const kindOfResource = (singular: string): string | null => resourceKinds.get(singular) ?? null;

/** The id of a thing by its resource type in the singular. */
export function idOfResource(singular: string, namespace: string, name: string): EntityId {
  const apiKind = Object.keys(kinds).find((each) => each.toLowerCase() === singular) ?? singular;
  return idOf({ apiKind, namespace, name });
}

export const serviceId = (namespace: string, name: string): EntityId => idOf({ apiKind: "Service", namespace, name });
export const nodeId = (name: string): EntityId => idOf({ apiKind: "Node", namespace: "", name });
export const namespaceId = (name: string): EntityId => idOf({ apiKind: "Namespace", namespace: "", name });
export const clusterId: EntityId = entityId({ cluster, namespace: "", kind: "cluster", name: cluster });
