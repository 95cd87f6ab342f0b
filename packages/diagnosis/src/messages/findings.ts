import { callFindings } from "./findings-calls.ts";
import { kind, type FindingKindEntry } from "./finding-kind.ts";
import { admissionFindings } from "./findings-admission.ts";
import { databaseFindings } from "./findings-database.ts";
import { networkFindings } from "./findings-network.ts";
import { nodeComponentFindings } from "./findings-node-components.ts";
import { routingFindings } from "./findings-routing.ts";
import { schedulingFindings } from "./findings-scheduling.ts";
import { startupFindings } from "./findings-startup.ts";
import { unexplainedFindings } from "./findings-unexplained.ts";
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
  ...unexplainedFindings,
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
    "The condition of alert {alert} still holds for {entity}{reading}",
    "{entity} 仍符合告警 {alert} 的觸發條件{reading}",
  ),
  alert_firing: kind("symptom", "Alert {alert} also fires on {entity}", "{entity} 的告警 {alert} 也在觸發中"),
  // What calms
  rule_recovered: kind(
    "context",
    "The condition of alert {alert} held for {entity} for {seconds:seconds} and has cleared{reading}",
    "{entity} 曾符合告警 {alert} 的觸發條件達 {seconds:seconds}，現已恢復{reading}",
  ),
  rule_not_breached: kind(
    "context",
    "The condition of alert {alert} never held for {entity} in the time looked at{reading}",
    "{entity} 在觀察區間內從未符合告警 {alert} 的觸發條件{reading}",
  ),
  golden_blip: kind(
    "context",
    "{signal} of {entity} moved to {during:unit} for {seconds:seconds} and is back at {last:unit}",
    "{entity} 的{signal}一度變為 {during:unit}，歷時 {seconds:seconds}，現已回到 {last:unit}",
  ),
  golden_usual: kind(
    "context",
    "{signal} of {entity} is at {during:unit}, as at the same time {season}",
    "{entity} 的{signal}為 {during:unit}，與{season}同時段相同",
  ),
  golden_normal: kind("context", "{signal} of {entity} stayed normal at {last:unit}", "{entity} 的{signal}維持正常，為 {last:unit}"),
  no_bad_state: kind(
    "context",
    "All Kubernetes objects of {entity} that were seen are in order ({count})",
    "{entity} 的 Kubernetes 物件皆正常（共查看 {count} 個）",
  ),
  // Logs
  log_new: kind(
    "log",
    "New in the log of {entity} since {from:time}, {count:count} lines: {template}",
    "{entity} 的日誌自 {from:time} 起出現新訊息，共 {count:count} 行：{template}",
  ),
  log_risen: kind(
    "log",
    "Far more often than usual in the log of {entity}, {count:count} lines ({times:count} times as many): {template}",
    "{entity} 的日誌中此訊息遠多於平時，共 {count:count} 行（平時的 {times:count} 倍）：{template}",
  ),
  log_pool_exhausted: kind(
    "log",
    "{entity} logs that its pool has no free connection, {count:count} lines: {template}",
    "{entity} 的日誌顯示取不到連線，共 {count:count} 行：{template}",
  ),
  log_out_of_memory: kind(
    "log",
    "{entity} logs that memory ran out, {count:count} lines: {template}",
    "{entity} 的日誌顯示記憶體不足，共 {count:count} 行：{template}",
  ),
  log_dependency_unreachable: kind(
    "log",
    "{entity} logs that it cannot reach what it needs, {count:count} lines: {template}",
    "{entity} 的日誌顯示連不上所依賴的服務，共 {count:count} 行：{template}",
  ),
  log_disk_full: kind(
    "log",
    "{entity} logs that its disk is full, {count:count} lines: {template}",
    "{entity} 的日誌顯示磁碟已滿，共 {count:count} 行：{template}",
  ),
  log_config_error: kind(
    "log",
    "{entity} logs that its configuration is wrong, {count:count} lines: {template}",
    "{entity} 的日誌顯示設定有誤，共 {count:count} 行：{template}",
  ),
  // States of Kubernetes
  oom_killed: kind(
    "state",
    "{entity}: container {container} was killed for lack of memory (OOMKilled), restarts: {count}",
    "{entity} 的容器 {container} 因記憶體不足遭終止（OOMKilled），已重啟 {count} 次",
  ),
  crash_looping: kind(
    "state",
    "{entity}: container {container} keeps crashing (CrashLoopBackOff), restarts: {count}",
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
    "{entity}: its {probe} probe failed (times: {count}): {detail}",
    "{entity} 的 {probe} 探測失敗 {count} 次：{detail}",
  ),
  replicas_unavailable: kind(
    "state",
    "{entity}: {ready} of {wanted} replicas are available",
    "{entity}：{wanted} 個副本中僅 {ready} 個可用",
  ),
  rollout_stuck: kind("state", "The rollout of {entity} does not progress: {detail}", "{entity} 的部署停滯：{detail}"),
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
    "The connection pool of {entity} has been full since {from:time}: {use}",
    "{entity} 的連線池自 {from:time} 起滿載：{use}",
  ),
  pool_waiting: kind(
    "resource",
    "About {during:count} requests of {entity} at a time have been waiting for a connection since {from:time} (before: {before:count})",
    "{entity} 自 {from:time} 起約有 {during:count} 個請求同時在等待連線（先前為 {before:count}）",
  ),
  memory_at_limit: kind(
    "resource",
    "Memory of {entity} is at {during:percent} of its limit",
    "{entity} 的記憶體用量達上限的 {during:percent}",
  ),
  cpu_at_limit: kind(
    "resource",
    "CPU of {entity} has been at {during:percent} of its limit since {from:time}",
    "{entity} 的 CPU 自 {from:time} 起達上限的 {during:percent}",
  ),
  cpu_throttled: kind(
    "resource",
    "CPU of {entity} has been throttled in {during:percent} of periods since {from:time}",
    "{entity} 的 CPU 自 {from:time} 起有 {during:percent} 的週期遭節流（throttling）",
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
    "{title} ({change_kind}) reached {entity} {before_onset:before}",
    "{title}（{change_kind}）於{before_onset:before}套用至 {entity}",
  ),
  change_after_onset: kind(
    "context",
    "It began {after_onset:seconds} after the onset and cannot have caused it",
    "在異常開始後 {after_onset:seconds} 才進行，不可能是原因",
  ),
  change_unrelated: kind(
    "context",
    "It went to {entity}, on which nothing that alerts or is blamed depends",
    "變更對象是 {entity}，告警對象與可疑對象皆不依賴它",
  ),
  change_no_effect: kind("context", "It went to {entity}, which shows nothing unusual", "變更對象 {entity} 未見異常"),
  change_reached_nothing: kind("context", "It reached no instance", "並未套用到任何實例"),
  change_first_rollout: kind(
    "context",
    "A first rollout: it replaced nothing, and what it created was not broken from the start",
    "屬首次部署：未取代任何版本，建立的物件起初也正常",
  ),
  change_too_early: kind(
    "context",
    "It was {before_onset:seconds} before the onset: too early to be blamed",
    "早於異常 {before_onset:seconds}，相隔太久，不太可能是原因",
  ),
  // Why a cause loses rank
  explained_by: kind("context", "{entity} suffers from this: {fault}", "{entity} 受此牽連：{fault}"),
  explained_here: kind("context", "This follows from another fault of the same object: {fault}", "這是同一物件另一個故障的結果：{fault}"),
  began_after: kind("context", "This began {seconds:seconds} after {alerting} was hurt", "在 {alerting} 受影響後 {seconds:seconds} 才開始"),
  began_long_before: kind("context", "This was so before the time looked at began", "此狀態在觀察區間之前就已存在"),
  not_connected: kind("context", "Nothing that alerts is known to depend on {entity}", "沒有已知的告警對象依賴 {entity}"),
} as const satisfies Record<string, FindingKindEntry>;

export type FindingKind = keyof typeof findingKinds;

/** What the condition of an alert reads now, and when it holds. */
export const conditionReading: Template = {
  en: " (now {value:unit}, fires when {comparison} {threshold:unit})",
  "zh-TW": "（目前 {value:unit}，觸發條件為 {comparison} {threshold:unit}）",
};

/** How full a pool is: as a share, or counted. */
export const poolUse: Readonly<Record<"share" | "counted", Template>> = {
  share: { en: "{during:percent} in use", "zh-TW": "已使用 {during:percent}" },
  counted: { en: "{during:count} of {limit:count} connections in use", "zh-TW": "{limit:count} 條連線已使用 {during:count} 條" },
};

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
