import type { FaultKind } from "../faults/catalogue.ts";

/** Where in a manifest the fault stands: the field that a person looks for when the editor opens. */
const fields: Partial<Record<FaultKind, string>> = {
  image_not_found: "image",
  image_pull_denied: "imagePullSecrets",
  registry_unresolved: "image",
  config_reference_missing: "env, envFrom, volumes",
  service_account_missing: "serviceAccountName",
  volume_permission_denied: "securityContext",
  port_conflict: "containers[].ports",
  liveness_probe_port: "livenessProbe",
  liveness_probe_protocol: "livenessProbe",
  liveness_probe_timing: "livenessProbe",
  readiness_probe_port: "readinessProbe",
  readiness_probe_protocol: "readinessProbe",
  insufficient_cpu: "resources.requests.cpu",
  insufficient_memory: "resources.requests.memory",
  node_selector_unmatched: "nodeSelector",
  node_affinity_unmatched: "affinity.nodeAffinity",
  taint_not_tolerated: "tolerations",
  pod_spreading_conflict: "affinity, topologySpreadConstraints",
  service_selects_nothing: "spec.selector",
  service_port_mismatch: "spec.ports[].targetPort",
  service_protocol_mismatch: "spec.ports[].protocol",
};

/** The field of a manifest in which a fault stands, as Kubernetes writes it. */
export const fieldOf = (fault: FaultKind): string => fields[fault] ?? "spec";
