import {
  edgeId,
  type ClusterObject,
  type Edge,
  type EntityId,
  type ScopeAlert,
  type Severity,
  type Signal,
  type Statistic,
} from "@sre/contracts/evidence";
import type { AlertmanagerAlert } from "@sre/contracts/webhooks";
import { sha256 } from "@sre/contracts/canonical";
import { seriesAnswers } from "./answers.ts";
import { steady, type Curve } from "./curves.ts";
import { deployment, idsOf, pod, serviceObject } from "./kubernetes.ts";
import type { Place } from "./scenario.ts";

/** Golden signals of a service; what is left out is steady and healthy. */
interface ServiceCurves {
  readonly latencySeconds?: Curve;
  readonly requestsPerSecond?: Curve;
  readonly errorRatio?: Curve;
  readonly saturation?: Curve;
  readonly cpuOfLimit?: Curve;
  readonly memoryOfLimit?: Curve;
}

export interface ServiceSpec {
  readonly name: string;
  readonly calls?: readonly string[];
  readonly curves?: ServiceCurves;
  readonly version: string;
  readonly replicas?: number;
  readonly nodes: readonly string[];
  readonly createdAt: string;
  /** Replaces the pods that would be healthy. */
  readonly pods?: readonly ClusterObject[];
  readonly ready?: number;
  readonly generation?: number;
}

const memoryLimit = "512Mi";
export const imageOf = (name: string, version: string): string => `registry.example/${name}:${version}`;

/** Pods are named as a ReplicaSet would name them, from a hash of the service and its version. */
export function podName(service: string, version: string, index: number): string {
  const hash = sha256(`${service} ${version}`);
  return `${service}-${hash.slice(0, 9)}-${hash.slice(10 + index * 5, 15 + index * 5)}`;
}

/** Edges of a place: who calls whom, what a Service selects, who owns a pod, where it runs. */
export function edgesOf(place: Place, services: readonly ServiceSpec[]): Edge[] {
  const ids = idsOf(place);
  const edges = services.flatMap((service) => {
    const owner = ids.deployment(service.name);
    const pods = podsOf(place, service);
    return [
      ...(service.calls ?? []).map((callee): Edge => ({
        from: ids.service(service.name),
        to: ids.service(callee),
        kind: "calls",
        origin: "service_graph",
      })),
      { from: ids.service(service.name), to: owner, kind: "selects", origin: "selector" } satisfies Edge,
      ...pods.flatMap((one): Edge[] => [
        { from: owner, to: one.entity, kind: "owns", origin: "owner_reference" },
        { from: one.entity, to: ids.node(String(one.spec["nodeName"])), kind: "runs_on", origin: "owner_reference" },
      ]),
    ];
  });
  return edges.sort((a, b) => (edgeId(a) < edgeId(b) ? -1 : 1));
}

/** The pods of a service: those given, or as many healthy ones as it has replicas. */
export function podsOf(place: Place, service: ServiceSpec): readonly ClusterObject[] {
  if (service.pods) return service.pods;
  const ids = idsOf(place);
  return Array.from({ length: service.replicas ?? 2 }, (_, index) =>
    pod({
      entity: ids.pod(podName(service.name, service.version, index)), app: service.name, owner: ids.deployment(service.name), node: service.nodes[index % service.nodes.length] ?? "",
      image: imageOf(service.name, service.version), createdAt: service.createdAt, ready: true, restarts: 0, memoryLimit,
    }),
  ); // prettier-ignore
}

/** Everything Kubernetes knows of the services: Deployment, Service, pods. */
export function objectsOf(place: Place, services: readonly ServiceSpec[]): ClusterObject[] {
  const ids = idsOf(place);
  return services.flatMap((service) => {
    const replicas = service.replicas ?? 2;
    const spec = {
      entity: ids.deployment(service.name),
      app: service.name,
      image: imageOf(service.name, service.version),
      replicas,
      ready: service.ready ?? replicas,
      generation: service.generation ?? 3,
      memoryLimit,
      createdAt: "2026-03-02T09:00:00.000Z",
    };
    return [deployment(spec), serviceObject(ids.service(service.name), service.name), ...podsOf(place, service)];
  });
}

const measured: readonly { key: keyof ServiceCurves; signal: Signal; statistic: Statistic; unit: string; text: string; usual: number; spread: number }[] = [
  { key: "latencySeconds", signal: { golden: "latency" }, statistic: "p95", unit: "s", text: "histogram_quantile(0.95, sum by (service, le) (rate(http_server_request_duration_seconds_bucket[2m])))", usual: 0.12, spread: 0.08 },
  { key: "requestsPerSecond", signal: { golden: "traffic" }, statistic: "rate", unit: "{request}/s", text: "sum by (service) (rate(http_server_request_duration_seconds_count[2m]))", usual: 80, spread: 0.06 },
  { key: "errorRatio", signal: { golden: "errors" }, statistic: "ratio", unit: "1", text: 'sum by (service) (rate(http_server_request_duration_seconds_count{http_response_status_code=~"5.."}[2m])) / sum by (service) (rate(http_server_request_duration_seconds_count[2m]))', usual: 0.002, spread: 0.4 },
  { key: "saturation", signal: { golden: "saturation" }, statistic: "ratio", unit: "1", text: "max by (service) (http_server_active_requests / http_server_max_requests)", usual: 0.2, spread: 0.15 },
  { key: "cpuOfLimit", signal: { resource: "cpu", against: "limit" }, statistic: "ratio", unit: "1", text: "sum by (service) (rate(container_cpu_usage_seconds_total[2m])) / sum by (service) (kube_pod_container_resource_limits{resource=\"cpu\"})", usual: 0.35, spread: 0.1 },
  { key: "memoryOfLimit", signal: { resource: "memory", against: "limit" }, statistic: "ratio", unit: "1", text: "max by (service) (container_memory_working_set_bytes) / max by (service) (kube_pod_container_resource_limits{resource=\"memory\"})", usual: 0.55, spread: 0.02 },
]; // prettier-ignore

/** Golden signals, cpu and memory of every service; resources also of its Deployment, which has the same pods. */
export function signalAnswers(place: Place, services: readonly ServiceSpec[], windows: Parameters<typeof seriesAnswers>[1]) {
  const ids = idsOf(place);
  return measured.flatMap(({ key, usual, spread, ...spec }, kind) => {
    const rows = services.flatMap((service, index) => {
      const curve = service.curves?.[key] ?? steady(usual * (1 + 0.1 * index), spread, kind * 100 + index);
      const of = "resource" in spec.signal ? [ids.service(service.name), ids.deployment(service.name)] : [ids.service(service.name)];
      return of.map((entity) => ({ of: entity, curve }));
    });
    return seriesAnswers({ ...spec, rows }, windows);
  });
}

export interface FiredAlert {
  readonly name: string;
  readonly entity: EntityId;
  readonly severity: Severity;
  readonly summary: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly runbook?: string;
}

/** The same alert twice: as Alertmanager sends it, and as the diagnosis sees it. */
export function alertPair(
  scenario: { name: string; asOf: string; place: Place },
  fired: FiredAlert,
): { sent: AlertmanagerAlert; scoped: ScopeAlert } {
  const { cluster, namespace, environment } = scenario.place;
  const labels = {
    alertname: fired.name,
    severity: fired.severity,
    cluster,
    namespace,
    environment,
    scenario: scenario.name,
    scenario_as_of: scenario.asOf,
    ...fired.labels,
  };
  const annotations = { summary: fired.summary, ...(fired.runbook ? { runbook_url: fired.runbook } : {}) };
  const fingerprint = sha256(JSON.stringify(labels)).slice(0, 16);
  const sent: AlertmanagerAlert = {
    status: "firing",
    labels,
    annotations,
    startsAt: fired.startsAt,
    endsAt: "0001-01-01T00:00:00Z",
    generatorURL: "",
    fingerprint,
  };
  const scoped: ScopeAlert = {
    name: fired.name,
    entity: fired.entity,
    fingerprint,
    severity: fired.severity,
    starts_at: fired.startsAt,
    ends_at: null,
    labels,
    annotations,
  };
  return { sent, scoped };
}
