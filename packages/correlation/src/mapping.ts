/**
 * Which labels say where an alert comes from and what it is about: lists of label names, the first that is set wins.
 * Every list can be replaced by configuration; what is not replaced keeps its default.
 */
export interface EntityMapping {
  readonly cluster: readonly string[];
  readonly environment: readonly string[];
  readonly namespace: readonly string[];
  readonly service: readonly string[];
  /** Kind of workload → the labels that name one. */
  readonly workloads: Readonly<Record<string, readonly string[]>>;
  readonly pod: readonly string[];
  readonly node: readonly string[];
  readonly job: readonly string[];
  readonly instance: readonly string[];
  /** Values of the service and job labels that name the observer of a thing, never the thing. */
  readonly exporters: readonly string[];
  /** What an alert without the label counts as. */
  readonly clusterDefault: string;
  readonly environmentDefault: string;
}

export const defaultEntityMapping: EntityMapping = {
  cluster: ["cluster", "k8s_cluster", "cluster_name", "k8s_cluster_name", "kube_cluster_name"],
  environment: ["environment", "env", "deployment_environment", "deployment_environment_name", "stage"],
  namespace: ["namespace", "exported_namespace", "kubernetes_namespace", "k8s_namespace_name", "kube_namespace"],
  service: ["service", "service_name", "destination_service_name", "app", "app_kubernetes_io_name"],
  workloads: {
    deployment: ["deployment", "k8s_deployment_name", "kube_deployment"],
    statefulset: ["statefulset", "k8s_statefulset_name", "kube_stateful_set"],
    daemonset: ["daemonset", "k8s_daemonset_name", "kube_daemon_set"],
    job: ["job_name", "k8s_job_name"],
  },
  pod: ["pod", "pod_name", "kubernetes_pod_name", "k8s_pod_name"],
  node: ["node", "nodename", "kubernetes_node", "k8s_node_name"],
  job: ["job"],
  instance: ["instance"],
  exporters: [
    "kube-state-metrics",
    "prometheus-kube-state-metrics",
    "kube-prometheus-stack-kube-state-metrics",
    "node-exporter",
    "node_exporter",
    "node",
    "prometheus-node-exporter",
    "kube-prometheus-stack-prometheus-node-exporter",
    "kubelet",
    "cadvisor",
    "kube-prometheus-stack-kubelet",
    "blackbox-exporter",
    "pushgateway",
  ],
  clusterDefault: "",
  environmentDefault: "",
};

/** The default mapping with some of its lists replaced. */
export function mappingWith(overrides: Partial<EntityMapping>): EntityMapping {
  return { ...defaultEntityMapping, ...overrides, workloads: { ...defaultEntityMapping.workloads, ...overrides.workloads } };
}
