import type { ChangeRecord, ClusterEvent, ClusterObject, Edge, EntityId, ScopeAlert } from "@sre/contracts/evidence";
import { instant, ms } from "../time.ts";
import { id, minute, type Curve, type WorldRule, type WorldSeries } from "./world.ts";

export const asOf = "2026-11-20T03:00:00.000Z";
/** The moment `minutes` before `asOf`. */
export const ago = (minutes: number): string => instant(ms(asOf) - minutes * minute);

// A little unrest that is the same in every run: series in the wild are never flat.
const unrest = (atMs: number) => 1 + 0.04 * Math.sin(atMs / 97_000) + 0.03 * Math.sin(atMs / 41_000);

export const steady =
  (level: number): Curve =>
  (at) =>
    level * unrest(at);
/** From one level to another `minutes` before `asOf`, and back again at `until`. */
export const step =
  (from: number, to: number, span: { since: number; until?: number }): Curve =>
  (at) => {
    const changed = at > ms(ago(span.since)) && (span.until === undefined || at <= ms(ago(span.until)));
    return (changed ? to : from) * unrest(at);
  };

export function alert(name: string, entity: EntityId, minutesAgo: number): ScopeAlert {
  return { name, entity, severity: "critical", starts_at: ago(minutesAgo), ends_at: null, labels: { alertname: name }, annotations: {} };
}

/** The four golden signals of a service; a curve that is not given is steady and normal. */
export function golden(service: EntityId, curves: { errors?: Curve; latency?: Curve; traffic?: Curve } = {}): WorldSeries[] {
  return [
    { of: service, signal: "golden:errors", unit: "1", curve: curves.errors ?? steady(0.002) },
    { of: service, signal: "golden:latency", unit: "s", curve: curves.latency ?? steady(0.12) },
    { of: service, signal: "golden:traffic", unit: "{request}/s", curve: curves.traffic ?? steady(40) },
    { of: service, signal: "golden:saturation", unit: "1", curve: steady(0.3) },
  ];
}

export const errorRule = (name: string, entity: EntityId, curve: Curve): WorldRule => ({
  alert: name,
  entity,
  threshold: 0.05,
  forSeconds: 120,
  rangeSeconds: 300,
  curve,
});

export const calls = (from: EntityId, to: EntityId): Edge => ({ from, to, kind: "calls", origin: "service_graph" });

const object = (entity: EntityId, more: Partial<ClusterObject>): ClusterObject => ({
  entity, view: "live", api_kind: "", generation: 1, created_at: ago(60 * 24 * 9), owner: null, labels: {}, spec: {}, status: {}, refs: [], ...more,
}); // prettier-ignore

/** A deployment with one pod on a node, and the service in front of it. */
export function app(
  name: string,
  input: {
    node?: string;
    pod?: Partial<ClusterObject>;
    container?: Record<string, unknown>;
    available?: number;
    limits?: Record<string, string>;
  } = {},
): { objects: ClusterObject[]; edges: Edge[] } {
  const [service, deployment, pod] = [id("service", name), id("deployment", name), id("pod", `${name}-5d4f8b9c7-x2x9z`)];
  const running = { name, ready: true, restartCount: 0, state: { running: {} } };
  const template = { spec: { containers: [{ name, resources: { limits: { memory: "512Mi", cpu: "1", ...input.limits } } }] } };
  const available = input.available ?? 1;
  return {
    objects: [
      object(deployment, {
        api_kind: "Deployment",
        spec: { replicas: 1, template },
        status: { replicas: 1, ...(available > 0 ? { availableReplicas: available } : {}) },
      }),
      object(pod, {
        api_kind: "Pod",
        owner: deployment,
        spec: { nodeName: input.node ?? "worker-1" },
        status: { phase: "Running", containerStatuses: [{ ...running, ...input.container }] },
        ...input.pod,
      }),
    ],
    edges: [
      { from: service, to: pod, kind: "selects", origin: "selector" },
      { from: deployment, to: pod, kind: "owns", origin: "owner_reference" },
      { from: pod, to: id("node", input.node ?? "worker-1"), kind: "runs_on", origin: "owner_reference" },
    ],
  };
}

export function node(name: string, conditions: Record<string, { status: string; since?: string; message?: string }> = {}): ClusterObject {
  const all = { Ready: { status: "True" }, DiskPressure: { status: "False" }, MemoryPressure: { status: "False" }, ...conditions };
  const list = Object.entries(all).map(([type, condition]: [string, { status: string; since?: string; message?: string }]) => ({
    type, status: condition.status, lastTransitionTime: condition.since ?? ago(60 * 24 * 30), message: condition.message ?? "",
  })); // prettier-ignore
  return object(id("node", name), { api_kind: "Node", status: { conditions: list } });
}

export function event(
  entity: EntityId,
  reason: string,
  more: { message: string; first: number; last?: number; count?: number },
): ClusterEvent {
  const last = more.last ?? more.first;
  return {
    entity,
    reason,
    message: more.message,
    type: "Warning",
    count: more.count ?? 1,
    first_at: ago(more.first),
    last_at: ago(last),
    from: "kubelet",
  };
}

export function change(name: string, entity: EntityId, more: Partial<ChangeRecord> & { minutesAgo: number }): ChangeRecord {
  const { minutesAgo, ...rest } = more;
  return {
    id: `change-${name}`, entity, kind: "deployment", started_at: ago(minutesAgo), ended_at: null, state: "succeeded", share: 1, touches: [], by: "mei", from: "1", to: "2", title: name, url: null, origin: "api", ...rest,
  }; // prettier-ignore
}
