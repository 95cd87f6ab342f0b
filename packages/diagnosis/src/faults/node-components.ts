import { never, text, type Fault } from "./fault.ts";

/** Faults of the parts of Kubernetes that run on a node. */
export const nodeComponentFaults = {
  container_runtime_down: {
    category: "node", home: "node", title: text("the container runtime of {entity} is down", "{entity} 的容器執行環境停止運作"),
    refines: ["node_not_ready"],
    shownBy: { container_runtime_down: 0.97 }, supportedBy: { node_not_ready: 0.3 },
    decisive: ["container_runtime_down"], speaksAgainst: text("new pods start on it", "新的 Pod 可在其上啟動"), follows: never,
    settledBy: text("The state of the container runtime's service on {entity}", "查看 {entity} 上容器執行環境的服務狀態"), settlingSignal: "objects",
    plan: ["kubernetes.inspect_node", "node.restart_unit", "kubernetes.cordon", "kubernetes.drain"],
  },
  kubelet_down: {
    category: "node", home: "node", title: text("the kubelet of {entity} is down", "{entity} 的 kubelet 停止運作"),
    refines: ["node_not_ready"],
    shownBy: { kubelet_down: 0.97 }, supportedBy: { node_not_ready: 0.3 },
    decisive: ["kubelet_down"], speaksAgainst: text("its lease is renewed", "節點租約持續更新"), follows: { callee: false, node: false, here: ["container_runtime_down"] },
    settledBy: text("The state of the kubelet's service on {entity}", "查看 {entity} 上 kubelet 的服務狀態"), settlingSignal: "objects",
    plan: ["kubernetes.inspect_node", "node.restart_unit", "kubernetes.cordon", "kubernetes.drain"],
  },
  kube_proxy_down: {
    category: "node", home: "node", title: text("the kube-proxy of {entity} is down", "{entity} 的 kube-proxy 停止運作"),
    shownBy: { kube_proxy_down: 0.97, services_unreachable_from_node: 0.95, callers_on_node_fail: 0.7 }, supportedBy: {},
    decisive: ["kube_proxy_down"], speaksAgainst: text("connections from it to services succeed", "從該節點可正常連線至服務"), follows: { callee: false, node: false, here: ["container_runtime_down", "kubelet_down"] },
    settledBy: text("The state of kube-proxy on {entity}", "查看 {entity} 上 kube-proxy 的狀態"), settlingSignal: "objects",
    plan: ["kubernetes.inspect_node", "kubernetes.inspect_components", "node.restart_unit", "kubernetes.cordon"],
  },
  scheduler_down: {
    category: "node", home: "self", title: text("the scheduler on {entity} is down", "{entity} 上的排程器停止運作"),
    shownBy: { scheduler_down: 0.97, pods_never_considered: 0.9 }, supportedBy: {},
    decisive: ["scheduler_down"], speaksAgainst: text("new pods get a node", "新的 Pod 可分配到節點"), follows: never,
    settledBy: text("The state of kube-scheduler on {entity}", "查看 {entity} 上 kube-scheduler 的狀態"), settlingSignal: "objects",
    plan: ["node.restart_unit", "kubernetes.inspect_components", "kubernetes.inspect_node"],
  },
} as const satisfies Record<string, Fault>; // prettier-ignore
