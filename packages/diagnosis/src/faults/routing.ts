import { never, text, type Fault } from "./fault.ts";

const client = { callee: false, node: false, here: [] } as const;

/** Faults in the way to a service: selectors, ports, routes, names and addresses. */
export const routingFaults = {
  service_selects_nothing: {
    category: "routing", home: "self", title: text("the selector of {entity} matches no pod", "{entity} 的選擇器未對應任何 Pod"),
    shownBy: { service_selects_nothing: 0.97 }, supportedBy: { service_check_failed: 0.2, operation_failing: 0.1 },
    decisive: ["service_selects_nothing"], speaksAgainst: text("endpoints behind it", "其後端存在端點"), follows: never,
    settledBy: text("The labels of the pods that {entity} should select, against its selector", "比對 {entity} 的選擇器與應選 Pod 的標籤"), settlingSignal: "objects",
    plan: ["kubernetes.inspect_endpoints", "kubernetes.correct_service"],
  },
  service_port_mismatch: {
    category: "routing", home: "self", title: text("{entity} forwards to a port that no container offers", "{entity} 轉送到後端容器未提供的連接埠"),
    shownBy: { service_port_unserved: 0.95 }, supportedBy: { service_check_failed: 0.3, operation_failing: 0.1 },
    decisive: ["service_port_unserved"], speaksAgainst: text("connections to it succeed", "連線測試成功"), follows: never,
    settledBy: text("The target port of {entity} against the ports on which its pods listen", "比對 {entity} 的目標連接埠與 Pod 實際監聽的連接埠"), settlingSignal: "objects",
    plan: ["kubernetes.inspect_endpoints", "kubernetes.correct_service"],
  },
  service_protocol_mismatch: {
    category: "routing", home: "self", title: text("{entity} uses another protocol than its containers", "{entity} 使用的協定與後端容器不同"),
    shownBy: { service_protocol_differs: 0.97 }, supportedBy: { service_check_failed: 0.2, operation_failing: 0.1 },
    decisive: ["service_protocol_differs"], speaksAgainst: text("connections to it succeed", "連線測試成功"), follows: never,
    settledBy: text("The protocol of {entity} against that of its pods' ports", "比對 {entity} 與 Pod 連接埠的協定"), settlingSignal: "objects",
    plan: ["kubernetes.inspect_endpoints", "kubernetes.correct_service"],
  },
  scaled_to_zero: {
    category: "runtime", home: "workload", title: text("{entity} is scaled to zero", "{entity} 的副本數被縮減為零"),
    shownBy: { scaled_to_zero: 0.97 }, supportedBy: { operation_failing: 0.1 },
    decisive: ["scaled_to_zero"], speaksAgainst: text("nobody needs it", "沒有任何服務需要它"), follows: never,
    settledBy: text("The requests to {entity} once it has replicas again", "恢復副本後，觀察對 {entity} 的請求"), settlingSignal: "objects",
    plan: ["kubernetes.inspect_rollout", "kubernetes.scale_up"],
  },
  route_elsewhere: {
    category: "routing", home: "service", title: text("requests for {entity} are routed elsewhere", "送往 {entity} 的請求被導向他處"),
    shownBy: { route_elsewhere: 0.95 }, supportedBy: { operation_failing: 0.2 },
    decisive: ["route_elsewhere"], speaksAgainst: text("its own path leads to it", "其路徑仍正確導向自身"), follows: never,
    settledBy: text("The target of the path of {entity} in the gateway's routes", "查看閘道路由中 {entity} 路徑的目標"), settlingSignal: "errors",
    plan: ["kubernetes.inspect_config", "kubernetes.inspect_logs"],
  },
  dns_resolution_failure: {
    category: "routing", home: "workload", title: text("pods of {entity} cannot resolve host names", "{entity} 的 Pod 無法解析主機名稱"),
    shownBy: { own_name_servers: 0.9, log_resolver_failing: 0.7 }, supportedBy: { log_name_unresolved: 0.3, crash_looping: 0.1, container_exited: 0.1, replicas_unavailable: 0.1 },
    decisive: ["own_name_servers"], speaksAgainst: text("it resolves other names", "其他主機名稱可正常解析"),
    follows: { callee: true, node: true, here: ["wrong_address", "cluster_dns_failure"] },
    settledBy: text("The DNS servers in a pod of {entity} against those of other pods", "比對 {entity} 與其他 Pod 的 DNS 設定"), settlingSignal: "objects",
    plan: ["kubernetes.inspect_config", "kubernetes.inspect_previous_logs"],
  },
  cluster_dns_failure: {
    category: "routing", home: "self", title: text("the DNS of {entity} does not answer", "{entity} 的 DNS 沒有回應"),
    shownBy: { cluster_names_unresolved: 0.8 }, supportedBy: {},
    decisive: [], speaksAgainst: text("most services resolve names", "多數服務可正常解析主機名稱"), follows: { callee: false, node: true, here: [] },
    settledBy: text("Pods and log of the cluster's DNS", "查看叢集 DNS 的 Pod 與日誌"), settlingSignal: "events",
    plan: ["kubernetes.inspect_pods", "kubernetes.inspect_events"],
  },
  wrong_port: {
    category: "dependency", home: "workload", title: text("{entity} connects to a wrong port", "{entity} 連線到錯誤的連接埠"),
    shownBy: { port_not_offered: 0.95 }, supportedBy: { log_dependency_unreachable: 0.4, crash_looping: 0.2, container_exited: 0.1, replicas_unavailable: 0.1 },
    decisive: ["port_not_offered"], speaksAgainst: text("it connects", "連線成功"), follows: client,
    settledBy: text("The port in the settings of {entity} against those that its target offers", "比對 {entity} 設定的連接埠與目標服務提供的連接埠"), settlingSignal: "objects",
    plan: ["kubernetes.inspect_config", "kubernetes.inspect_previous_logs"],
  },
  wrong_address: {
    category: "dependency", home: "workload", title: text("{entity} is configured with a wrong service address", "{entity} 設定的服務位址有誤"),
    shownBy: { address_unknown: 0.95, address_port_unknown: 0.95 }, supportedBy: { log_name_unresolved: 0.4, log_dependency_unreachable: 0.3 },
    decisive: ["address_unknown", "address_port_unknown"], speaksAgainst: text("nothing uses that address", "該位址未被使用"), follows: client,
    settledBy: text("The address in the settings of {entity} against the services that exist", "比對 {entity} 設定的位址與現有服務"), settlingSignal: "objects",
    plan: ["kubernetes.inspect_config", "kubernetes.inspect_logs"],
  },
} as const satisfies Record<string, Fault>; // prettier-ignore
