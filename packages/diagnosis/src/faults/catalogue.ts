import { databaseFaults } from "./database.ts";
import { callFaults } from "./calls.ts";
import { never, text, type Fault } from "./fault.ts";
import { networkFaults } from "./network.ts";
import { nodeComponentFaults } from "./node-components.ts";
import { quotaFaults } from "./quota.ts";
import { routingFaults } from "./routing.ts";
import { schedulingFaults } from "./scheduling.ts";
import { startupFaults } from "./startup.ts";
import { storageFaults } from "./storage.ts";

export type { Fault, FaultHome } from "./fault.ts";

export const faultCatalogue = {
  ...databaseFaults,
  ...networkFaults,
  ...nodeComponentFaults,
  ...quotaFaults,
  ...routingFaults,
  ...schedulingFaults,
  ...startupFaults,
  ...storageFaults,
  ...callFaults,
  out_of_memory: {
    category: "runtime", home: "workload", title: text("{entity} runs out of memory", "{entity} 記憶體不足"),
    shownBy: { oom_killed: 0.97, log_out_of_memory: 0.6, memory_at_limit: 0.5 },
    supportedBy: { crash_looping: 0.2, container_exited: 0.1, replicas_unavailable: 0.1, probe_failing: 0.1 },
    decisive: ["oom_killed"], speaksAgainst: text("memory well below its limit while it fails", "故障期間記憶體用量遠低於上限"),
    follows: { callee: false, node: true, here: [] },
    settledBy: text("Memory of {entity} after the change is undone or the limit is raised", "復原變更或調高上限後，觀察 {entity} 的記憶體用量"), settlingSignal: "memory",
    plan: ["kubernetes.raise_memory_limit", "kubernetes.inspect_pods"],
  },
  crash_loop: {
    category: "runtime", home: "workload", title: text("{entity} crashes again and again", "{entity} 反覆崩潰"),
    shownBy: { crash_looping: 0.9, container_exited: 0.6 }, supportedBy: { replicas_unavailable: 0.2, log_new: 0.3, rollout_stuck: 0.2 },
    decisive: ["crash_looping"], speaksAgainst: text("its containers run without a restart", "容器未曾重啟、運作正常"),
    follows: { callee: true, node: true, here: ["out_of_memory", "bad_config", "disk_full", "image_pull_failure", "dependency_failure", "wrong_port", "wrong_address", "database_credentials_refused", "dns_resolution_failure"] },
    settledBy: text("The last lines of the previous container of {entity}", "查看 {entity} 前一個容器的最後日誌"), settlingSignal: "objects",
    plan: ["kubernetes.inspect_previous_logs", "kubernetes.inspect_pods"],
  },
  image_pull_failure: {
    category: "startup", home: "workload", title: text("the image of {entity} cannot be pulled", "{entity} 無法拉取映像檔"),
    shownBy: { image_pull_failing: 0.97 }, supportedBy: { replicas_unavailable: 0.2, rollout_stuck: 0.2 },
    decisive: ["image_pull_failing"], speaksAgainst: text("new pods of the same image start", "使用相同映像檔的新 Pod 可正常啟動"),
    follows: { callee: false, node: true, here: [] },
    settledBy: text("Whether the image's name and tag exist in the registry, and may be pulled", "確認映像檔名稱與標籤存在於映像檔倉庫，且具備拉取權限"), settlingSignal: "events",
    plan: ["kubernetes.inspect_pods", "kubernetes.inspect_events"],
  },
  unschedulable: {
    category: "scheduling", home: "workload", title: text("pods of {entity} fit on no node", "{entity} 的 Pod 無法排程到任何節點"),
    shownBy: { pod_unschedulable: 0.95 }, supportedBy: { replicas_unavailable: 0.2, rollout_stuck: 0.2 },
    decisive: ["pod_unschedulable"], speaksAgainst: text("all of its pods have a node", "所有 Pod 皆已分配到節點"),
    follows: { callee: false, node: true, here: [] },
    settledBy: text("Free capacity of the nodes against the requests of {entity}", "比對各節點剩餘容量與 {entity} 的資源請求"), settlingSignal: "events",
    plan: ["kubernetes.inspect_capacity", "kubernetes.scale_down"],
  },
  failing_probe: {
    category: "runtime", home: "workload", title: text("{entity} fails its health probe", "{entity} 的健康探測失敗"),
    shownBy: { probe_failing: 0.7 }, supportedBy: { replicas_unavailable: 0.3, rollout_stuck: 0.2, container_exited: 0.1 },
    decisive: ["probe_failing"], speaksAgainst: text("its pods are ready", "其 Pod 皆為就緒狀態"),
    follows: { callee: true, node: true, here: ["out_of_memory", "crash_loop", "connection_pool_exhausted", "cpu_saturation", "disk_full", "bad_config", "dependency_failure", "wrong_port", "wrong_address", "database_credentials_refused", "dns_resolution_failure"] },
    settledBy: text("The answer of the probe's own path from within a pod of {entity}", "在 {entity} 的 Pod 內直接呼叫探測路徑並查看回應"), settlingSignal: "events",
    plan: ["kubernetes.inspect_pods", "kubernetes.inspect_logs"],
  },
  quota_exceeded: {
    category: "admission", home: "namespace", title: text("a quota of {entity} is exhausted", "{entity} 的配額已用盡"),
    shownBy: { quota_exceeded: 0.97 }, supportedBy: { replicas_unavailable: 0.2, rollout_stuck: 0.2 },
    decisive: ["quota_exceeded"], speaksAgainst: text("the quota has room", "配額仍有餘裕"), follows: never,
    settledBy: text("What is used of the quotas of {entity}, against their hard limits", "查看 {entity} 配額的已用量與上限"), settlingSignal: "events",
    plan: ["kubernetes.inspect_quota", "kubernetes.raise_quota", "kubernetes.edit_quota"],
  },
  node_not_ready: {
    category: "node", home: "node", title: text("{entity} is not ready", "{entity} 未就緒"),
    shownBy: { node_not_ready: 0.97 }, supportedBy: { pod_evicted: 0.2, pod_evicted_disk: 0.1, pod_evicted_memory: 0.1 },
    decisive: ["node_not_ready"], speaksAgainst: text("its kubelet reports Ready", "kubelet 回報 Ready"),
    follows: { callee: false, node: false, here: ["node_disk_pressure", "node_memory_pressure", "container_runtime_down", "kubelet_down"] },
    settledBy: text("The Ready condition of {entity} and its kubelet's log", "查看 {entity} 的 Ready 狀態與 kubelet 日誌"), settlingSignal: "objects",
    plan: ["kubernetes.inspect_node", "kubernetes.cordon", "kubernetes.drain"],
  },
  node_disk_pressure: {
    category: "node", home: "node", title: text("{entity} is out of disk", "{entity} 磁碟空間不足"),
    shownBy: { node_disk_pressure: 0.97, pod_evicted_disk: 0.6, disk_nearly_full: 0.6, inodes_nearly_full: 0.6 },
    supportedBy: { node_not_ready: 0.1, pod_evicted: 0.1 },
    decisive: ["node_disk_pressure"], speaksAgainst: text("free disk above the kubelet's threshold", "可用磁碟空間高於 kubelet 門檻"), follows: never,
    settledBy: text("Free disk of {entity}, and what fills it", "查看 {entity} 的可用磁碟空間與占用來源"), settlingSignal: "disk",
    plan: ["kubernetes.inspect_node", "kubernetes.cordon", "node.free_disk", "kubernetes.uncordon"],
  },
  node_memory_pressure: {
    category: "node", home: "node", title: text("{entity} is out of memory", "{entity} 記憶體不足"),
    shownBy: { node_memory_pressure: 0.97, pod_evicted_memory: 0.6, memory_at_limit: 0.6 }, supportedBy: { node_not_ready: 0.1, oom_killed: 0.1 },
    decisive: ["node_memory_pressure"], speaksAgainst: text("free memory above the kubelet's threshold", "可用記憶體高於 kubelet 門檻"), follows: never,
    settledBy: text("Free memory of {entity}, and which pods use it", "查看 {entity} 的可用記憶體與各 Pod 用量"), settlingSignal: "memory",
    plan: ["kubernetes.inspect_node", "kubernetes.cordon", "kubernetes.drain"],
  },
  connection_pool_exhausted: {
    category: "capacity", home: "service", title: text("the connection pool of {entity} is exhausted", "{entity} 的連線池已耗盡"),
    shownBy: { pool_waiting: 0.85, log_pool_exhausted: 0.85, pool_saturated: 0.8 }, supportedBy: { golden_latency: 0.1, log_new: 0.05 },
    decisive: ["pool_waiting", "log_pool_exhausted"], speaksAgainst: text("free connections in the pool", "連線池仍有可用連線"),
    follows: { callee: true, node: false, here: [] },
    settledBy: text("Used and waiting connections of {entity} once the pool has its former size", "恢復連線池大小後，觀察 {entity} 的使用中與等待中連線數"), settlingSignal: "pool",
    plan: ["service.raise_pool_limit", "kubernetes.inspect_logs"],
  },
  disk_full: {
    category: "capacity", home: "workload", title: text("the disk of {entity} is full", "{entity} 的磁碟已滿"),
    shownBy: { log_disk_full: 0.75, disk_nearly_full: 0.8, inodes_nearly_full: 0.8 }, supportedBy: { pod_evicted_disk: 0.2, container_exited: 0.1 },
    decisive: ["log_disk_full"], speaksAgainst: text("free space on its volumes", "磁碟區仍有可用空間"), follows: { callee: false, node: true, here: [] },
    settledBy: text("Free space of the volumes of {entity}", "查看 {entity} 所掛載磁碟區的可用空間"), settlingSignal: "disk",
    plan: ["kubernetes.inspect_disk", "kubernetes.inspect_pods"],
  },
  cpu_saturation: {
    category: "capacity", home: "workload", title: text("{entity} has too little CPU", "{entity} 的 CPU 不足"),
    shownBy: { cpu_at_limit: 0.7, cpu_throttled: 0.7, cpu_risen_throttled: 0.85 }, supportedBy: { golden_latency: 0.2, golden_saturation: 0.1 },
    decisive: [], speaksAgainst: text("CPU well below its limit while it is slow", "變慢期間 CPU 用量遠低於上限"), follows: { callee: false, node: false, here: ["overload"] },
    settledBy: text("CPU and latency of {entity} with more replicas or a higher limit", "增加副本或調高上限後，觀察 {entity} 的 CPU 與延遲"), settlingSignal: "cpu",
    plan: ["kubernetes.scale_up", "kubernetes.raise_cpu_limit"],
  },
  overload: {
    category: "capacity", home: "service", title: text("{entity} gets more traffic than it can serve", "{entity} 的流量超出負荷"),
    titled: { by: "golden_traffic_rise", unless: ["cpu_at_limit", "cpu_throttled", "golden_latency", "golden_saturation"], title: text("{entity} gets far more traffic than usual", "{entity} 的流量遠高於平常") },
    shownBy: { golden_traffic_rise: 0.5 }, supportedBy: { cpu_at_limit: 0.4, cpu_throttled: 0.3, golden_latency: 0.3, golden_saturation: 0.3 },
    decisive: [], speaksAgainst: text("traffic as at the same time on other days", "流量與其他日期同時段相近"), follows: { callee: true, node: false, here: [] },
    settledBy: text("Latency of {entity} against its traffic", "比對 {entity} 的延遲與流量"), settlingSignal: "traffic",
    plan: ["kubernetes.scale_up"],
  },
  dependency_failure: {
    category: "dependency", home: "service", title: text("{entity} cannot reach something it needs", "{entity} 連不上所依賴的服務"),
    shownBy: { log_dependency_unreachable: 0.55, log_name_unresolved: 0.55 }, supportedBy: { golden_errors: 0.2, golden_latency: 0.1 },
    decisive: [], speaksAgainst: text("its calls are answered", "對外呼叫皆正常回應"), follows: { callee: true, node: true, here: ["connection_pool_exhausted", "bad_config", "wrong_port", "wrong_address", "dns_resolution_failure"] },
    settledBy: text("Whether what {entity} calls answers from within its pod", "在 {entity} 的 Pod 內確認所依賴的服務是否回應"), settlingSignal: "errors",
    plan: ["kubernetes.inspect_logs", "kubernetes.inspect_endpoints"],
  },
  bad_config: {
    category: "change", home: "service", title: text("{entity} has a wrong configuration", "{entity} 的設定有誤"),
    shownBy: { container_config_error: 0.97, log_config_error: 0.65 }, supportedBy: { crash_looping: 0.2, container_exited: 0.2, rollout_stuck: 0.1, replicas_unavailable: 0.1 },
    decisive: ["container_config_error"], speaksAgainst: text("the same configuration worked before", "相同設定先前運作正常"), follows: { callee: true, node: false, here: [] },
    settledBy: text("The signals of {entity} once its configuration is as before", "還原設定後，觀察 {entity} 的各項訊號"), settlingSignal: "errors",
    plan: ["kubernetes.inspect_config", "kubernetes.inspect_logs"],
  },
  bad_deployment: {
    category: "change", home: "workload", title: text("{entity} has been failing since a deployment", "{entity} 自部署後異常"),
    shownBy: {}, supportedBy: { log_new: 0.4, log_risen: 0.3, rollout_stuck: 0.4, replicas_unavailable: 0.3, container_exited: 0.2 },
    decisive: [], speaksAgainst: text("the former version shows the same", "舊版本也有相同現象"), follows: { callee: true, node: true, here: [] },
    settledBy: text("The signals of {entity} after rolling back", "回復前一版後，觀察 {entity} 的各項訊號"), settlingSignal: "errors",
    plan: ["kubernetes.inspect_rollout", "kubernetes.inspect_logs"],
  },
  unknown: {
    category: "unknown", home: "service", title: text("something is wrong with {entity}", "{entity} 有異常，原因待查"),
    shownBy: {}, supportedBy: { log_new: 0.3, log_risen: 0.2, replicas_unavailable: 0.4, rollout_stuck: 0.4, container_exited: 0.3, service_check_failed: 0.7, part_not_working: 0.9, fails_only_from: 0.8, blamed_by_warning: 0.8, absent: 0.8, blamed_in_logs: 0.6 },
    decisive: [], speaksAgainst: text("its signals are normal", "各項訊號正常"), follows: { callee: true, node: true, here: [] },
    settledBy: text("Logs, traces and recent changes of {entity}", "查看 {entity} 的日誌、追蹤與近期變更"), settlingSignal: "errors",
    plan: ["kubernetes.inspect_node", "kubernetes.inspect_pods", "kubernetes.inspect_logs", "kubernetes.inspect_events"],
  },
} as const satisfies Record<string, Fault>; // prettier-ignore

export type FaultKind = keyof typeof faultCatalogue;
export const faultKinds = Object.keys(faultCatalogue) as readonly FaultKind[];
export const faultOf = (kind: FaultKind): Fault => faultCatalogue[kind];
