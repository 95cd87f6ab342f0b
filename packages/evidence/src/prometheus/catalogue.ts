import type { Signal } from "@sre/contracts/evidence";
import { Convention, type LabelRole } from "./convention.ts";

/** Labels by what they say. `exported_…` first: where it exists, the plain label names the exporter itself. */
export const builtInLabels: Readonly<Record<LabelRole, readonly string[]>> = {
  cluster: ["cluster", "k8s_cluster_name", "cluster_name"],
  namespace: ["exported_namespace", "namespace", "k8s_namespace_name", "kubernetes_namespace", "service_namespace"],
  service: ["exported_service", "service_name", "service", "app_kubernetes_io_name", "app", "application", "exported_job", "job"],
  deployment: ["deployment", "k8s_deployment_name", "workload"],
  statefulset: ["statefulset", "k8s_statefulset_name", "workload"],
  daemonset: ["daemonset", "k8s_daemonset_name", "workload"],
  job: ["job_name", "k8s_job_name"],
  pod: ["exported_pod", "pod", "k8s_pod_name", "kubernetes_pod_name", "pod_name"],
  container: ["exported_container", "container", "k8s_container_name", "container_name"],
  node: ["node", "k8s_node_name", "nodename", "kubernetes_node", "instance"],
  claim: ["persistentvolumeclaim"],
  operation: ["http_route", "route", "handler", "uri", "path", "span_name", "rpc_method", "grpc_method", "operation"],
  version: ["service_version", "version", "destination_version"],
  code: [
    "http_response_status_code",
    "http_status_code",
    "status_code",
    "response_code",
    "status",
    "code",
    "grpc_code",
    "rpc_grpc_status_code",
  ],
  instance: ["exported_instance", "instance", "pod"],
  device: ["mountpoint", "device"],
  client: ["client"],
  server: ["server"],
  client_namespace: ["client_service_namespace", "client_k8s_namespace_name", "client_namespace"],
  server_namespace: ["server_service_namespace", "server_k8s_namespace_name", "server_namespace"],
};

const servers = ["service", "workload", "deployment", "statefulset", "daemonset", "pod", "database", "queue", "external"];
const running = [...servers, "job", "container"];
const golden = (name: "latency" | "traffic" | "errors" | "saturation"): Signal => ({ golden: name });
const where = (label: string, op: "=" | "!=" | "=~" | "!~", value: string) => ({ label, op, value });
const serverError = where("code", "=~", "5..");

interface Requests {
  readonly id: string;
  /** A histogram, without its suffix. */
  readonly histogram?: string;
  /** Metric units to seconds. */
  readonly scale?: number;
  /** Counts requests; default: the histogram's count. */
  readonly counter?: string;
  readonly failed: ReturnType<typeof where>;
  readonly side?: "server" | "client";
  readonly where?: readonly ReturnType<typeof where>[];
  readonly labels?: Partial<Record<LabelRole, string[]>>;
}

/** The golden signals of one family of request metrics. */
function requests(family: Requests): unknown[] {
  const { id, histogram, scale = 1, failed, side = "server", labels } = family;
  const only = family.where ?? [];
  const counter = family.counter ?? `${histogram}_count`;
  const common = { kinds: servers, side, ...(labels ? { labels } : {}) };
  const count = { metric: counter, where: only, as: "rate" };
  return [
    ...(histogram
      ? [
          {
            ...common,
            id: `${id}_latency`,
            signal: golden("latency"),
            unit: "s",
            measure: { form: "histogram", metric: histogram, where: only, scale },
          },
        ]
      : []),
    { ...common, id: `${id}_traffic`, signal: golden("traffic"), unit: "{request}/s", measure: { form: "quantity", of: count } },
    {
      ...common, id: `${id}_errors`, signal: golden("errors"), unit: "1",
      measure: { form: "share", part: { ...count, where: [...only, failed] }, whole: count, absent_is_zero: true, part_unit: "{request}/s" },
    }, // prettier-ignore
  ];
}

const istioLabels: Partial<Record<LabelRole, string[]>> = {
  service: ["destination_service_name", "destination_canonical_service"],
  deployment: ["destination_workload"],
  statefulset: ["destination_workload"],
  daemonset: ["destination_workload"],
  pod: [],
  namespace: ["destination_service_namespace", "destination_workload_namespace"],
  code: ["response_code"],
};
const atDestination = [where("reporter", "=", "destination")];

/** OpenTelemetry semantic conventions 1.23+, then before; client libraries; Micrometer; gRPC; span metrics; Istio. */
const requestFamilies: unknown[] = [
  { id: "otel_http_server", histogram: "http_server_request_duration_seconds", failed: serverError },
  { id: "otel_http_server_ms", histogram: "http_server_duration_milliseconds", scale: 0.001, failed: serverError },
  { id: "http_request_duration", histogram: "http_request_duration_seconds", failed: serverError },
  { id: "micrometer", histogram: "http_server_requests_seconds", failed: serverError },
  { id: "http_requests_total", counter: "http_requests_total", failed: serverError },
  {
    id: "istio",
    histogram: "istio_request_duration_milliseconds",
    scale: 0.001,
    counter: "istio_requests_total",
    failed: serverError,
    where: atDestination,
    labels: istioLabels,
  },
  { id: "otel_rpc_server", histogram: "rpc_server_duration_milliseconds", scale: 0.001, failed: where("code", "=~", "2|4|8|12|13|14|15") },
  {
    id: "grpc_server",
    histogram: "grpc_server_handling_seconds",
    counter: "grpc_server_handled_total",
    failed: where("grpc_code", "=~", "Unknown|DeadlineExceeded|ResourceExhausted|Unimplemented|Internal|Unavailable|DataLoss"),
  },
  {
    id: "span_metrics",
    histogram: "traces_spanmetrics_latency",
    counter: "traces_spanmetrics_calls_total",
    failed: where("status_code", "=", "STATUS_CODE_ERROR"),
    where: [where("span_kind", "=~", "SPAN_KIND_SERVER|SPAN_KIND_CONSUMER")],
  },
  {
    id: "otel_http_client",
    histogram: "http_client_request_duration_seconds",
    failed: where("code", "=~", "5..|"),
    side: "client" as const,
  },
].flatMap((family) => requests(family));

const container = [where("container", "!=", ""), where("container", "!=", "POD")];
const cpuUsed = { metric: "container_cpu_usage_seconds_total", where: container, as: "rate" };
const memoryUsed = { metric: "container_memory_working_set_bytes", where: container, as: "gauge" };
const bound = (what: "limits" | "requests", resource: "cpu" | "memory") => ({
  metric: `kube_pod_container_resource_${what}`,
  where: [where("resource", "=", resource)],
  as: "gauge",
});
const perContainer = ["pod", "container"];

const containers: unknown[] = [
  { id: "cadvisor_cpu", kinds: running, signal: { resource: "cpu" }, unit: "1", measure: { form: "quantity", of: cpuUsed } },
  { id: "cadvisor_cpu_limit", kinds: running, signal: { resource: "cpu", against: "limit" }, unit: "1", measure: { form: "share", part: cpuUsed, whole: bound("limits", "cpu"), at: perContainer } },
  { id: "cadvisor_cpu_request", kinds: running, signal: { resource: "cpu", against: "request" }, unit: "1", measure: { form: "share", part: cpuUsed, whole: bound("requests", "cpu"), at: perContainer } },
  { id: "process_cpu", kinds: servers, signal: { resource: "cpu" }, unit: "1", measure: { form: "quantity", of: { metric: "process_cpu_seconds_total", as: "rate" } } },
  { id: "cadvisor_memory", kinds: running, signal: { resource: "memory" }, unit: "By", measure: { form: "quantity", of: memoryUsed } },
  { id: "cadvisor_memory_limit", kinds: running, signal: { resource: "memory", against: "limit" }, unit: "1", measure: { form: "share", part: memoryUsed, whole: bound("limits", "memory"), at: perContainer } },
  { id: "cadvisor_memory_request", kinds: running, signal: { resource: "memory", against: "request" }, unit: "1", measure: { form: "share", part: memoryUsed, whole: bound("requests", "memory"), at: perContainer } },
  { id: "process_memory", kinds: servers, signal: { resource: "memory" }, unit: "By", measure: { form: "quantity", of: { metric: "process_resident_memory_bytes", as: "gauge" } } },
  { id: "cadvisor_network", kinds: running, signal: { resource: "network" }, unit: "By/s", measure: { form: "quantity", of: { metric: "container_network_transmit_bytes_total", as: "rate" } } },
  { id: "cadvisor_disk", kinds: running, signal: { resource: "disk" }, unit: "By", measure: { form: "quantity", of: { metric: "container_fs_usage_bytes", where: container, as: "gauge" } } },
  {
    id: "cadvisor_throttled", kinds: running, signal: { named: "throttled" }, unit: "1",
    measure: { form: "share", part: { metric: "container_cpu_cfs_throttled_periods_total", as: "rate" }, whole: { metric: "container_cpu_cfs_periods_total", as: "rate" }, at: perContainer },
  },
  { id: "cadvisor_saturation", kinds: running, signal: golden("saturation"), unit: "1", measure: { form: "share", part: cpuUsed, whole: bound("limits", "cpu"), at: perContainer } },
  { id: "ksm_restarts", kinds: running, signal: { named: "restarts" }, unit: "{restart}", measure: { form: "quantity", of: { metric: "kube_pod_container_status_restarts_total", as: "increase" } } },
  { id: "ksm_ready_deployment", kinds: ["deployment", "service", "workload"], signal: { named: "ready_replicas" }, unit: "{replica}", measure: { form: "quantity", of: { metric: "kube_deployment_status_replicas_ready", as: "gauge" } }, labels: { service: ["deployment"] } },
  { id: "ksm_available_deployment", kinds: ["deployment", "service", "workload"], signal: { named: "ready_replicas" }, unit: "{replica}", measure: { form: "quantity", of: { metric: "kube_deployment_status_replicas_available", as: "gauge" } }, labels: { service: ["deployment"] } },
  { id: "ksm_ready_statefulset", kinds: ["statefulset", "service", "workload"], signal: { named: "ready_replicas" }, unit: "{replica}", measure: { form: "quantity", of: { metric: "kube_statefulset_status_replicas_ready", as: "gauge" } }, labels: { service: ["statefulset"] } },
  { id: "ksm_ready_daemonset", kinds: ["daemonset"], signal: { named: "ready_replicas" }, unit: "{replica}", measure: { form: "quantity", of: { metric: "kube_daemonset_status_number_ready", as: "gauge" } } },
]; // prettier-ignore

const node = ["node"];
const realFilesystem = [
  where("fstype", "!~", "tmpfs|overlay|squashfs|ramfs|nsfs"),
  where("mountpoint", "!~", "/(proc|sys|run)(/.*)?|/var/lib/(docker|kubelet|containerd)/.+"),
];
const nodeGauge = (metric: string, matchers: readonly unknown[] = []) => ({ metric, where: matchers, as: "gauge" });
const idle = { metric: "node_cpu_seconds_total", where: [where("mode", "=", "idle")], as: "rate" };
const anyMode = { metric: "node_cpu_seconds_total", as: "rate" };
const disk = {
  form: "share",
  part: nodeGauge("node_filesystem_avail_bytes", realFilesystem),
  whole: nodeGauge("node_filesystem_size_bytes", realFilesystem),
  at: ["device"],
  complement: true,
};
const nodeMemory = {
  form: "share",
  part: nodeGauge("node_memory_MemAvailable_bytes"),
  whole: nodeGauge("node_memory_MemTotal_bytes"),
  complement: true,
};
const nodeCpu = { form: "share", part: idle, whole: anyMode, complement: true };

const nodes: unknown[] = [
  { id: "node_cpu", kinds: node, signal: { resource: "cpu", against: "capacity" }, unit: "1", measure: nodeCpu },
  { id: "node_cpu_used", kinds: node, signal: { resource: "cpu" }, unit: "1", measure: nodeCpu },
  { id: "node_saturation", kinds: node, signal: golden("saturation"), unit: "1", measure: nodeCpu },
  { id: "node_memory", kinds: node, signal: { resource: "memory", against: "capacity" }, unit: "1", measure: nodeMemory },
  { id: "node_memory_used", kinds: node, signal: { resource: "memory" }, unit: "1", measure: nodeMemory },
  { id: "node_disk", kinds: node, signal: { resource: "disk", against: "capacity" }, unit: "1", measure: disk },
  { id: "node_disk_used", kinds: node, signal: { resource: "disk" }, unit: "1", measure: disk },
  { id: "node_disk_named", kinds: node, signal: { named: "disk_used" }, unit: "1", measure: disk },
  {
    id: "node_inodes", kinds: node, signal: { named: "inodes_used" }, unit: "1",
    measure: { form: "share", part: nodeGauge("node_filesystem_files_free", realFilesystem), whole: nodeGauge("node_filesystem_files", realFilesystem), at: ["device"], complement: true },
  },
  { id: "node_network", kinds: node, signal: { resource: "network" }, unit: "By/s", measure: { form: "quantity", of: { metric: "node_network_transmit_bytes_total", where: [where("device", "!=", "lo")], as: "rate" } } },
  { id: "node_retransmits", kinds: node, signal: { named: "retransmits" }, unit: "1/s", measure: { form: "quantity", of: { metric: "node_netstat_Tcp_RetransSegs", as: "rate" } } },
  {
    id: "volume_disk", kinds: ["claim"], signal: { named: "disk_used" }, unit: "1",
    measure: { form: "share", part: nodeGauge("kubelet_volume_stats_used_bytes"), whole: nodeGauge("kubelet_volume_stats_capacity_bytes") },
  },
  {
    id: "volume_inodes", kinds: ["claim"], signal: { named: "inodes_used" }, unit: "1",
    measure: { form: "share", part: nodeGauge("kubelet_volume_stats_inodes_used"), whole: nodeGauge("kubelet_volume_stats_inodes") },
  },
]; // prettier-ignore

interface Pool {
  readonly id: string;
  readonly used: readonly [string, ...ReturnType<typeof where>[]];
  readonly max: string | null;
  readonly waiting: string | null;
}

/** A connection pool's share in use and its waiting requests; the fullest pool of an entity counts. */
function pool({ id, used: [metric, ...matchers], max, waiting }: Pool): unknown[] {
  const used = { metric, where: matchers, as: "gauge", combine: "max" };
  const share =
    max === null
      ? { form: "quantity", of: used }
      : { form: "share", part: used, whole: { metric: max, as: "gauge", combine: "max" }, at: ["instance"] };
  const unit = max === null ? "{connection}" : "1";
  return [
    { id: `${id}_used`, kinds: servers, signal: { named: "pool_used" }, unit, measure: share },
    { id: `${id}_connections`, kinds: servers, signal: { resource: "connections", against: "limit" }, unit, measure: share },
    {
      id: `${id}_open`,
      kinds: servers,
      signal: { resource: "connections" },
      unit: "{connection}",
      measure: { form: "quantity", of: { ...used, combine: "sum" } },
    },
    ...(waiting
      ? [
          {
            id: `${id}_waiting`,
            kinds: servers,
            signal: { named: "pool_waiting" },
            unit: "{request}",
            measure: { form: "quantity", of: { metric: waiting, as: "gauge" } },
          },
        ]
      : []),
  ];
}

const inUse = where("state", "=", "used");
const pools: unknown[] = [
  {
    id: "hikaricp",
    used: ["hikaricp_connections_active"] as const,
    max: "hikaricp_connections_max",
    waiting: "hikaricp_connections_pending",
  },
  {
    id: "otel_db_client",
    used: ["db_client_connections_usage", inUse] as const,
    max: "db_client_connections_max",
    waiting: "db_client_connections_pending_requests",
  },
  {
    id: "otel_db_client_connection",
    used: ["db_client_connection_count", inUse] as const,
    max: "db_client_connection_max",
    waiting: "db_client_connection_pending_requests",
  },
  { id: "db_pool", used: ["db_pool_connections_in_use"] as const, max: "db_pool_connections_max", waiting: "db_pool_waiting_requests" },
  { id: "go_sql", used: ["go_sql_in_use_connections"] as const, max: "go_sql_max_open_connections", waiting: null },
  { id: "postgres", used: ["pg_stat_activity_count"] as const, max: "pg_settings_max_connections", waiting: null },
].flatMap((each) => pool(each));

const queues: unknown[] = [
  { id: "kafka_exporter_lag", kinds: servers, signal: { named: "consumer_lag" }, unit: "{message}", measure: { form: "quantity", of: { metric: "kafka_consumergroup_lag", as: "gauge" } }, labels: { service: ["consumergroup", "service", "app", "job"] } },
  { id: "kafka_client_lag", kinds: servers, signal: { named: "consumer_lag" }, unit: "{message}", measure: { form: "quantity", of: { metric: "kafka_consumer_fetch_manager_records_lag_max", as: "gauge", combine: "max" } } },
  { id: "rabbitmq_depth", kinds: servers, signal: { named: "queue_depth" }, unit: "{message}", measure: { form: "quantity", of: { metric: "rabbitmq_queue_messages_ready", as: "gauge" } }, labels: { service: ["queue", "service", "app", "job"] } },
  { id: "queue_depth", kinds: servers, signal: { named: "queue_depth" }, unit: "{message}", measure: { form: "quantity", of: { metric: "queue_depth", as: "gauge" } } },
]; // prettier-ignore

/** Every built-in convention, best known first. */
export const builtInConventions: readonly Convention[] = [...requestFamilies, ...containers, ...nodes, ...pools, ...queues].map((given) =>
  Convention.parse(given),
);
