import { entityId, type ClusterEvent, type ClusterObject, type EntityId } from "@sre/contracts/evidence";
import type { Place } from "./scenario.ts";

type Fields = Record<string, unknown>;

/** Ids of the things of one place; nodes belong to the cluster, not to a namespace. */
export function idsOf(place: Place) {
  const inNamespace = (kind: string) => (name: string) => entityId({ cluster: place.cluster, namespace: place.namespace, kind, name });
  return {
    service: inNamespace("service"),
    deployment: inNamespace("deployment"),
    pod: inNamespace("pod"),
    config: inNamespace("config"),
    database: inNamespace("database"),
    node: (name: string) => entityId({ cluster: place.cluster, namespace: "", kind: "node", name }),
    namespace: entityId({ cluster: place.cluster, namespace: "", kind: "namespace", name: place.namespace }),
    cluster: entityId({ cluster: place.cluster, namespace: "", kind: "cluster", name: place.cluster }),
  };
}

const object = (entity: EntityId, apiKind: string, rest: Partial<ClusterObject>): ClusterObject => ({
  entity, view: "live", api_kind: apiKind, generation: 1, created_at: null, owner: null, labels: {}, spec: {}, status: {}, refs: [], ...rest,
}); // prettier-ignore

export interface DeploymentSpec {
  readonly entity: EntityId;
  readonly app: string;
  readonly image: string;
  readonly replicas: number;
  readonly ready: number;
  readonly generation: number;
  readonly memoryLimit: string;
  readonly createdAt: string;
}

/** A Deployment as the API server shows it. */
export function deployment(spec: DeploymentSpec): ClusterObject {
  const container = {
    name: spec.app,
    image: spec.image,
    resources: { limits: { memory: spec.memoryLimit, cpu: "1" }, requests: { memory: spec.memoryLimit, cpu: "250m" } },
  };
  const available = spec.ready === spec.replicas;
  return object(spec.entity, "Deployment", {
    generation: spec.generation,
    created_at: spec.createdAt,
    labels: { app: spec.app },
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: { app: spec.app } },
      template: { metadata: { labels: { app: spec.app } }, spec: { containers: [container] } },
    },
    status: {
      replicas: spec.replicas, readyReplicas: spec.ready, availableReplicas: spec.ready, updatedReplicas: spec.replicas, observedGeneration: spec.generation,
      conditions: [{ type: "Available", status: available ? "True" : "False", reason: available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable" }],
    }, // prettier-ignore
  });
}

export interface PodSpec {
  readonly entity: EntityId;
  readonly app: string;
  readonly owner: EntityId;
  readonly node: string;
  readonly image: string;
  readonly createdAt: string;
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly ready: boolean;
  readonly restarts: number;
  readonly state?: Fields;
  readonly lastState?: Fields;
  readonly memoryLimit: string;
}

/** A Pod with one container, in whatever state. */
export function pod(spec: PodSpec): ClusterObject {
  const status = {
    name: spec.app,
    image: spec.image,
    ready: spec.ready,
    restartCount: spec.restarts,
    started: spec.ready,
    state: spec.state ?? { running: { startedAt: spec.createdAt } },
    lastState: spec.lastState ?? {},
  };
  const ready = { type: "Ready", status: spec.ready ? "True" : "False", ...(spec.ready ? {} : { reason: "ContainersNotReady" }) };
  const failed = { ...(spec.reason ? { reason: spec.reason } : {}), ...(spec.message ? { message: spec.message } : {}) };
  return object(spec.entity, "Pod", {
    created_at: spec.createdAt,
    owner: spec.owner,
    labels: { app: spec.app },
    spec: {
      nodeName: spec.node,
      containers: [{ name: spec.app, image: spec.image, resources: { limits: { memory: spec.memoryLimit, cpu: "1" } } }],
    },
    status: { phase: spec.phase ?? "Running", ...failed, conditions: [ready], containerStatuses: spec.phase === "Failed" ? [] : [status] },
  });
}

/** A Service that selects by `app`. */
export function serviceObject(entity: EntityId, app: string): ClusterObject {
  return object(entity, "Service", { spec: { selector: { app }, ports: [{ port: 80, targetPort: 8080 }], type: "ClusterIP" } });
}

/** A Node with the conditions given, the others healthy. */
export function node(
  entity: EntityId,
  createdAt: string,
  trouble: Readonly<Record<string, { reason: string; message: string; since: string }>> = {},
): ClusterObject {
  const healthy = { Ready: "True", MemoryPressure: "False", DiskPressure: "False", PIDPressure: "False" };
  const conditions = Object.entries(healthy).map(([type, status]) => {
    const bad = trouble[type];
    if (!bad) return { type, status, reason: type === "Ready" ? "KubeletReady" : `KubeletHasNo${type}`, lastTransitionTime: createdAt };
    return { type, status: type === "Ready" ? "False" : "True", reason: bad.reason, message: bad.message, lastTransitionTime: bad.since };
  });
  const taints = trouble["DiskPressure"] ? [{ key: "node.kubernetes.io/disk-pressure", effect: "NoSchedule" }] : [];
  return object(entity, "Node", {
    created_at: createdAt,
    spec: { taints },
    status: { conditions, allocatable: { cpu: "4", memory: "16Gi", "ephemeral-storage": "100Gi" } },
  });
}

export interface EventSpec {
  readonly entity: EntityId;
  readonly reason: string;
  readonly message: string;
  readonly type?: "Normal" | "Warning";
  readonly count?: number;
  readonly firstAt: string;
  readonly lastAt?: string;
  readonly from?: string;
}

/** A Kubernetes event. */
export function event(spec: EventSpec): ClusterEvent {
  return {
    entity: spec.entity, reason: spec.reason, message: spec.message, type: spec.type ?? "Warning", count: spec.count ?? 1,
    first_at: spec.firstAt, last_at: spec.lastAt ?? spec.firstAt, from: spec.from ?? "kubelet",
  }; // prettier-ignore
}
