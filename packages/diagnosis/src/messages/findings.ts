import { callFindings } from "./findings-calls.ts";
import { kind, type FindingKindEntry } from "./finding-kind.ts";
import { admissionFindings } from "./findings-admission.ts";
import { databaseFindings } from "./findings-database.ts";
import { networkFindings } from "./findings-network.ts";
import { nodeComponentFindings } from "./findings-node-components.ts";
import { routingFindings } from "./findings-routing.ts";
import { schedulingFindings } from "./findings-scheduling.ts";
import { startupFindings } from "./findings-startup.ts";
import type { Template } from "./words.ts";

export type { FindingRole } from "./finding-kind.ts";

/** Every kind of finding and its sentence. */
export const findingKinds = {
  ...admissionFindings,
  ...databaseFindings,
  ...networkFindings,
  ...nodeComponentFindings,
  ...routingFindings,
  ...schedulingFindings,
  ...startupFindings,
  ...callFindings,
  // What users feel
  golden_errors: kind(
    "symptom",
    "Errors of {entity} rose from {before:unit} to {during:unit} at {from:time}",
    "{entity} 的錯誤率自 {from:time} 起由 {before:unit} 升至 {during:unit}",
  ),
  golden_latency: kind(
    "symptom",
    "Latency ({statistic}) of {entity} rose from {before:unit} to {during:unit} at {from:time}",
    "{entity} 的延遲（{statistic}）自 {from:time} 起由 {before:unit} 升至 {during:unit}",
  ),
  golden_traffic_rise: kind(
    "symptom",
    "Traffic to {entity} rose from {before:unit} to {during:unit} at {from:time}",
    "{entity} 的流量自 {from:time} 起由 {before:unit} 增至 {during:unit}",
  ),
  golden_traffic_drop: kind(
    "context",
    "Traffic to {entity} fell from {before:unit} to {during:unit} at {from:time}",
    "{entity} 的流量自 {from:time} 起由 {before:unit} 降至 {during:unit}",
  ),
  golden_saturation: kind(
    "symptom",
    "Saturation of {entity} rose from {before:unit} to {during:unit} at {from:time}",
    "{entity} 的飽和度自 {from:time} 起由 {before:unit} 升至 {during:unit}",
  ),
  rule_breached: kind(
    "symptom",
    "The rule of alert {alert} is in breach: {value} {comparison} {threshold}",
    "告警 {alert} 的規則仍在觸發：{value} {comparison} {threshold}",
  ),
  alert_firing: kind("symptom", "Alert {alert} also fires on {entity}", "{entity} 同時有告警 {alert} 觸發中"),
  // What calms
  rule_recovered: kind(
    "context",
    "The rule of alert {alert} was in breach for {seconds:seconds} and is not any more: {value} against {threshold}",
    "告警 {alert} 的規則曾觸發 {seconds:seconds}，現已恢復：目前 {value}，門檻 {threshold}",
  ),
  rule_not_breached: kind(
    "context",
    "The rule of alert {alert} is not in breach in the window: {value} against {threshold}",
    "告警 {alert} 的規則在觀察區間內未觸發：目前 {value}，門檻 {threshold}",
  ),
  golden_blip: kind(
    "context",
    "{signal} of {entity} moved to {during:unit} for {seconds:seconds} and is back at {last:unit}",
    "{entity} 的{signal}一度變為 {during:unit}，歷時 {seconds:seconds}，現已回到 {last:unit}",
  ),
  golden_usual: kind(
    "context",
    "{signal} of {entity} is at {during:unit}, as at the same time {season}",
    "{entity} 的{signal}為 {during:unit}，與{season}同一時段相同",
  ),
  golden_normal: kind("context", "{signal} of {entity} stayed normal at {last:unit}", "{entity} 的{signal}維持正常，為 {last:unit}"),
  no_bad_state: kind(
    "context",
    "Nothing is wrong with the {count} Kubernetes objects of {entity}",
    "{entity} 的 {count} 個 Kubernetes 物件狀態皆正常",
  ),
  // Logs
  log_new: kind(
    "log",
    "New in the log of {entity} since {from:time}, {count} lines: {template}",
    "{entity} 自 {from:time} 起出現新的記錄，共 {count} 行：{template}",
  ),
  log_risen: kind(
    "log",
    "More often in the log of {entity}, {count} lines ({times} times as many): {template}",
    "{entity} 的記錄明顯增加，共 {count} 行（為平時 {times} 倍）：{template}",
  ),
  log_pool_exhausted: kind(
    "log",
    "{entity} logs that no connection is to be had, {count} lines: {template}",
    "{entity} 的記錄顯示取不到連線，共 {count} 行：{template}",
  ),
  log_out_of_memory: kind(
    "log",
    "{entity} logs that memory ran out, {count} lines: {template}",
    "{entity} 的記錄顯示記憶體不足，共 {count} 行：{template}",
  ),
  log_dependency_unreachable: kind(
    "log",
    "{entity} logs that it cannot reach what it needs, {count} lines: {template}",
    "{entity} 的記錄顯示連不上所依賴的服務，共 {count} 行：{template}",
  ),
  log_disk_full: kind(
    "log",
    "{entity} logs that its disk is full, {count} lines: {template}",
    "{entity} 的記錄顯示磁碟已滿，共 {count} 行：{template}",
  ),
  log_config_error: kind(
    "log",
    "{entity} logs that its configuration is wrong, {count} lines: {template}",
    "{entity} 的記錄顯示設定有誤，共 {count} 行：{template}",
  ),
  // States of Kubernetes
  oom_killed: kind(
    "state",
    "{entity}: container {container} was killed for lack of memory (OOMKilled), {count} restarts",
    "{entity} 的容器 {container} 因記憶體不足遭終止（OOMKilled），已重啟 {count} 次",
  ),
  crash_looping: kind(
    "state",
    "{entity}: container {container} keeps crashing (CrashLoopBackOff), {count} restarts",
    "{entity} 的容器 {container} 反覆崩潰（CrashLoopBackOff），已重啟 {count} 次",
  ),
  container_exited: kind(
    "state",
    "{entity}: container {container} ended with exit code {code}",
    "{entity} 的容器 {container} 以結束碼 {code} 終止",
  ),
  image_pull_failing: kind("state", "{entity}: the image cannot be pulled: {detail}", "{entity} 無法拉取映像檔：{detail}"),
  container_config_error: kind(
    "state",
    "{entity}: a container cannot be created from its configuration: {detail}",
    "{entity} 的容器因設定有誤而無法建立：{detail}",
  ),
  pod_unschedulable: kind("state", "{entity} fits on no node: {detail}", "{entity} 無法排程到任何節點：{detail}"),
  probe_failing: kind(
    "state",
    "{entity}: its {probe} probe fails, {count} times: {detail}",
    "{entity} 的 {probe} 探測失敗 {count} 次：{detail}",
  ),
  replicas_unavailable: kind(
    "state",
    "{entity}: {ready} of {wanted} replicas are available",
    "{entity}：{wanted} 個副本中僅 {ready} 個可用",
  ),
  rollout_stuck: kind("state", "The rollout of {entity} does not progress: {detail}", "{entity} 的部署停滯不前：{detail}"),
  node_not_ready: kind("state", "{entity} is not ready: {detail}", "{entity} 未就緒（NotReady）：{detail}"),
  node_disk_pressure: kind("state", "{entity} is out of disk (DiskPressure): {detail}", "{entity} 磁碟空間不足（DiskPressure）：{detail}"),
  node_memory_pressure: kind(
    "state",
    "{entity} is out of memory (MemoryPressure): {detail}",
    "{entity} 記憶體不足（MemoryPressure）：{detail}",
  ),
  pod_evicted_disk: kind("state", "{entity} was evicted from {node} for lack of disk", "{entity} 因磁碟空間不足遭節點 {node} 驅逐"),
  pod_evicted_memory: kind("state", "{entity} was evicted from {node} for lack of memory", "{entity} 因記憶體不足遭節點 {node} 驅逐"),
  pod_evicted: kind("state", "{entity} was evicted: {detail}", "{entity} 遭驅逐：{detail}"),
  quota_exceeded: kind(
    "state",
    "{entity}: the namespace's quota refuses new pods: {detail}",
    "{entity} 超出命名空間配額，無法建立新 Pod：{detail}",
  ),
  // Limits reached
  pool_saturated: kind(
    "resource",
    "The connection pool of {entity} is full since {from:time}: {during} of {limit} in use",
    "{entity} 的連線池自 {from:time} 起用滿：使用 {during}，上限 {limit}",
  ),
  pool_waiting: kind(
    "resource",
    "{during} requests of {entity} wait for a connection since {from:time} (before: {before})",
    "{entity} 自 {from:time} 起有 {during} 個請求在等待連線（先前為 {before}）",
  ),
  memory_at_limit: kind(
    "resource",
    "Memory of {entity} is at {during:percent} of its limit",
    "{entity} 的記憶體用量達上限的 {during:percent}",
  ),
  cpu_at_limit: kind(
    "resource",
    "CPU of {entity} is at {during:percent} of its limit since {from:time}",
    "{entity} 的 CPU 自 {from:time} 起達上限的 {during:percent}",
  ),
  cpu_throttled: kind(
    "resource",
    "CPU of {entity} is throttled in {during:percent} of periods since {from:time}",
    "{entity} 的 CPU 自 {from:time} 起有 {during:percent} 的週期遭限流",
  ),
  disk_nearly_full: kind("resource", "The disk of {entity} is {during:percent} full", "{entity} 的磁碟已使用 {during:percent}"),
  inodes_nearly_full: kind(
    "resource",
    "{during:percent} of the inodes of {entity} are in use",
    "{entity} 的 inode 已使用 {during:percent}",
  ),
  // Changes
  change_near_onset: kind(
    "change",
    "{title} ({change_kind}) reached {entity} {before_onset:seconds} before the onset",
    "{title}（{change_kind}）在異常開始前 {before_onset:seconds} 套用至 {entity}",
  ),
  change_after_onset: kind(
    "context",
    "{title} began {after_onset:seconds} after the onset and cannot have caused it",
    "{title} 在異常開始後 {after_onset:seconds} 才進行，不可能是原因",
  ),
  change_unrelated: kind(
    "context",
    "{title} touched {entity}, which nothing that hurts depends on",
    "{title} 動到的是 {entity}，受影響的服務並不依賴它",
  ),
  change_no_effect: kind("context", "{title} touched {entity}, which shows nothing unusual", "{title} 動到的 {entity} 沒有任何異常"),
  change_reached_nothing: kind("context", "{title} reached no instance", "{title} 並未套用到任何實例"),
  change_first_rollout: kind(
    "context",
    "{title} was a first rollout: it replaced nothing, and what it created was not broken from the start",
    "{title} 是首次發布：沒有取代任何版本，建立的物件也並非一開始就有問題",
  ),
  change_too_early: kind(
    "context",
    "{title} was {before_onset:seconds} before the onset: too early to be blamed",
    "{title} 比異常早了 {before_onset:seconds}，相隔太久，難以歸咎",
  ),
  // Why a cause loses rank
  explained_by: kind("context", "{entity} suffers because it depends on {other}: {fault}", "{entity} 依賴 {other}，受其牽連：{fault}"),
  explained_here: kind(
    "context",
    "{entity}: this follows from another fault of the same object: {fault}",
    "{entity} 的這個現象由同一物件的另一個故障造成：{fault}",
  ),
  began_after: kind(
    "context",
    "This began {seconds:seconds} after {alerting} was hurt",
    "這在 {alerting} 受影響後 {seconds:seconds} 才開始",
  ),
  began_long_before: kind("context", "This has been so since before the window began", "這個狀態在觀察區間之前就已存在"),
  not_connected: kind("context", "Nothing that alerts is known to depend on {entity}", "沒有已知的告警對象依賴 {entity}"),
} as const satisfies Record<string, FindingKindEntry>;

export type FindingKind = keyof typeof findingKinds;

/** Appended to what was seen now although it was asked about the past. */
export const seenNow: Template = { en: " (as it is now, not then)", "zh-TW": "（為目前狀態，非當時狀態）" };

export const signalWords: Readonly<Record<string, Template>> = {
  "golden:errors": { en: "the error rate", "zh-TW": "錯誤率" },
  "golden:latency": { en: "the latency", "zh-TW": "延遲" },
  "golden:traffic": { en: "the traffic", "zh-TW": "流量" },
  "golden:saturation": { en: "the saturation", "zh-TW": "飽和度" },
};

export const seasonWords: Readonly<Record<"yesterday" | "last_week", Template>> = {
  yesterday: { en: "yesterday", "zh-TW": "昨天" },
  last_week: { en: "a week ago", "zh-TW": "上週" },
};

export const changeKindWords: Readonly<Record<string, Template>> = {
  deployment: { en: "deployment", "zh-TW": "部署" },
  config: { en: "configuration change", "zh-TW": "設定變更" },
  scale: { en: "scaling", "zh-TW": "擴縮" },
  flag: { en: "feature flag", "zh-TW": "功能旗標" },
  infrastructure: { en: "infrastructure change", "zh-TW": "基礎設施變更" },
};
