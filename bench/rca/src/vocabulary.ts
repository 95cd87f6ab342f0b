import { entityParts, type EntityId } from "@sre/contracts/evidence";
import type { Truth } from "./labels.ts";
import type { RankedCause } from "./prediction.ts";

/** One way of asking whether an answer is the truth: both as a word of the data set, null when an answer has none in it. */
export interface Measure {
  readonly name: string;
  said(cause: RankedCause): string | null;
  readonly truth: string;
}

const partsOf = (id: EntityId) => entityParts(id);
const upwards = ({ entity, belongs_to }: RankedCause): EntityId[] => [entity, ...belongs_to];

const workloads: ReadonlySet<string> = new Set(["service", "workload", "deployment", "statefulset", "daemonset", "database", "queue"]);

/** The service or workload that a cause is in, by name. */
function serviceOf(cause: RankedCause): string {
  const id = upwards(cause).find((each) => workloads.has(partsOf(each).kind)) ?? cause.entity;
  return partsOf(id).name;
}

/** Sock Shop counts a service's database as the service. */
const withDatabase = (cause: RankedCause): string => serviceOf(cause).replace(/-db$/, "");

// What a kind of fault would show as in a set that labels the disturbed measure.
function disturbed({ fault }: RankedCause): string {
  if (/memory/.test(fault)) return "mem";
  if (/cpu|throttl/.test(fault)) return "cpu";
  if (/disk|storage/.test(fault)) return "disk";
  return /latency|slow|delay|network/.test(fault) ? "latency" : fault;
}

/** "node/worker-01", "namespace/shop" or "app/cart": the nearest of these upwards. */
function clusterObject(cause: RankedCause): string | null {
  for (const id of upwards(cause)) {
    const { kind, name, namespace } = partsOf(id);
    if (kind === "node") return `node/${name}`;
    if (kind === "component") return `node/${name.split(":")[0] ?? name}`;
    if (kind === "namespace") return `namespace/${name}`;
    if (kind === "quota") return `namespace/${namespace}`;
    if (workloads.has(kind)) return `app/${name}`;
  }
  return null;
}

// Faults whose name in the product differs from the benchmark's; the others bear the same name or have no counterpart.
const benchmarkKinds: Readonly<Record<string, string>> = {
  out_of_memory: "oom_killed",
  connection_pool_exhausted: "db_connection_exhaustion",
  cpu_saturation: "pod_cpu_overload",
  node_cpu_saturation: "pod_cpu_overload",
  service_account_missing: "missing_service_account",
  quota_exceeded_cpu: "namespace_cpu_quota_exceeded",
  quota_exceeded_memory: "namespace_memory_quota_exceeded",
  quota_exceeded_pods: "namespace_pod_quota_exceeded",
  quota_exceeded_services: "namespace_service_quota_exceeded",
  quota_exceeded_storage: "namespace_storage_quota_exceeded",
  insufficient_cpu: "cpu_capacity_mismatch",
  insufficient_memory: "memory_capacity_mismatch",
  node_selector_unmatched: "node_selector_mismatch",
  node_affinity_unmatched: "node_affinity_mismatch",
  nodes_cordoned: "node_cordon_mismatch",
  taint_not_tolerated: "taint_toleration_mismatch",
  pod_spreading_conflict: "pod_anti_affinity_conflict",
  claim_access_mode_mismatch: "pvc_access_mode_mismatch",
  claim_capacity_mismatch: "pvc_capacity_mismatch",
  claim_selector_mismatch: "pvc_selector_mismatch",
  claim_storage_class_mismatch: "pvc_storage_class_mismatch",
  volume_occupied: "pv_binding_occupied",
  image_not_found: "incorrect_image_reference",
  image_pull_denied: "missing_image_pull_secret",
  registry_unresolved: "image_registry_dns_failure",
  config_reference_missing: "missing_secret_binding",
  volume_permission_denied: "volume_mount_permission_denied",
  port_conflict: "service_sidecar_port_conflict",
  liveness_probe_port: "liveness_probe_incorrect_port",
  liveness_probe_protocol: "liveness_probe_incorrect_protocol",
  liveness_probe_timing: "liveness_probe_incorrect_timing",
  readiness_probe_port: "readiness_probe_incorrect_port",
  readiness_probe_protocol: "readiness_probe_incorrect_protocol",
  container_runtime_down: "containerd_unavailable",
  kubelet_down: "kubelet_unavailable",
  kube_proxy_down: "kube_proxy_unavailable",
  scheduler_down: "kube_scheduler_unavailable",
  node_packet_loss: "node_network_packet_loss",
  network_delay: "pod_network_delay",
  database_connections_exhausted: "db_connection_exhaustion",
  database_read_only: "db_read_only",
  database_credentials_refused: "mysql_invalid_credentials",
  wrong_port: "mysql_invalid_port",
  wrong_address: "service_env_var_address_mismatch",
  scaled_to_zero: "deployment_zero_replicas",
  route_elsewhere: "gateway_misroute",
  dns_resolution_failure: "service_dns_resolution_failure",
  service_port_mismatch: "service_port_mapping_mismatch",
  service_selects_nothing: "service_selector_mismatch",
};

/** The kind of fault as a label of Cloud-OpsBench has it. */
export const labelledKind = (fault: string): string => benchmarkKinds[fault] ?? fault;

function objectAndKind(cause: RankedCause): string | null {
  const object = clusterObject(cause);
  return object === null ? null : `${object} ${labelledKind(cause.fault)}`;
}

/** What is asked of the answers to a case of each data set, the object alone first. A kind has one category, so that naming the kind names it. */
export function measuresOf(truth: Truth): Measure[] {
  switch (truth.set) {
    case "petshop":
      return [{ name: "node", said: ({ entity }) => partsOf(entity).name, truth: truth.node }];
    case "sock-shop":
      return [
        { name: "service", said: withDatabase, truth: truth.service },
        {
          name: "service + metric",
          said: (cause) => `${withDatabase(cause)} ${disturbed(cause)}`,
          truth: `${truth.service} ${truth.metric}`,
        },
      ];
    case "cloud-opsbench":
      return [
        { name: "object", said: clusterObject, truth: truth.object },
        { name: "object + kind + category", said: objectAndKind, truth: `${truth.object} ${truth.kind}` },
      ];
    case "nezha":
      return [{ name: "service", said: serviceOf, truth: truth.service }];
    case "changes":
    case "normal":
      return [];
  }
}
