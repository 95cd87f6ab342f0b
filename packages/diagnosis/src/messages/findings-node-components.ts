import { kind, type FindingKindEntry } from "./finding-kind.ts";

/** The parts of Kubernetes that run on a node. */
export const nodeComponentFindings = {
  container_runtime_down: kind(
    "state",
    "The container runtime of {entity} does not answer: {detail}",
    "{entity} 的容器執行環境沒有回應：{detail}",
  ),
  kubelet_down: kind("state", "The kubelet of {entity} has stopped reporting: {detail}", "{entity} 的 kubelet 停止回報：{detail}"),
  kube_proxy_down: kind("state", "kube-proxy is not running on {entity}: {detail}", "{entity} 的 kube-proxy 未在執行：{detail}"),
  services_unreachable_from_node: kind(
    "state",
    "{failed} of {tried} services cannot be reached from {entity}, but can be from other nodes",
    "從 {entity} 無法連上 {tried} 個服務中的 {failed} 個，但從其他節點可以",
  ),
  callers_on_node_fail: kind(
    "state",
    "Only callers on {entity} cannot reach what they call: {callers}",
    "只有 {entity} 上的呼叫端連不上其他服務：{callers}",
  ),
  pods_never_considered: kind(
    "state",
    "Pods wait for a node and no scheduler has looked at them ({count}): {pods}",
    "{count} 個 Pod 等待分配節點，但排程器從未處理：{pods}",
  ),
  scheduler_down: kind("state", "The scheduler on {entity} is not running: {detail}", "{entity} 上的排程器未在執行：{detail}"),
} as const satisfies Record<string, FindingKindEntry>;
