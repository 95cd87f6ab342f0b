import type { Template } from "./words.ts";

export const questionWords: Readonly<Record<string, Template>> = {
  rule: { en: "the alert rule of", "zh-TW": "告警規則" },
  alerts: { en: "other alerts around", "zh-TW": "其他告警" },
  series: { en: "metrics of", "zh-TW": "指標" },
  "golden:errors": { en: "the error rate of", "zh-TW": "錯誤率" },
  "golden:latency": { en: "the latency of", "zh-TW": "延遲" },
  "golden:traffic": { en: "the traffic of", "zh-TW": "流量" },
  "golden:saturation": { en: "the saturation of", "zh-TW": "飽和度" },
  "named:pool_used": { en: "the connection pool of", "zh-TW": "連線池" },
  "named:pool_waiting": { en: "the number of requests waiting for a connection of", "zh-TW": "等待連線的請求" },
  "resource:memory:limit": { en: "memory against its limit of", "zh-TW": "記憶體用量" },
  "resource:memory:capacity": { en: "memory against its capacity of", "zh-TW": "記憶體用量" },
  "resource:cpu:limit": { en: "CPU against its limit of", "zh-TW": "CPU 用量" },
  "resource:cpu:capacity": { en: "CPU against its capacity of", "zh-TW": "CPU 用量" },
  "resource:disk:capacity": { en: "disk against its capacity of", "zh-TW": "磁碟用量" },
  "named:disk_used": { en: "the share of disk in use of", "zh-TW": "磁碟使用率" },
  "named:inodes_used": { en: "the share of inodes in use of", "zh-TW": "inode 使用率" },
  calls: { en: "calls of", "zh-TW": "呼叫" },
  logs: { en: "the log of", "zh-TW": "日誌" },
  objects: { en: "Kubernetes objects of", "zh-TW": "Kubernetes 物件" },
  events: { en: "Kubernetes events of", "zh-TW": "Kubernetes 事件" },
  changes: { en: "changes of", "zh-TW": "變更" },
  checks: { en: "connectivity checks of", "zh-TW": "連線檢查" },
  topology: { en: "what belongs to and depends on", "zh-TW": "拓撲" },
};

export const gapReasons: Readonly<Record<string, Template>> = {
  not_configured: { en: "no source is configured", "zh-TW": "未設定對應的資料來源" },
  not_recorded: { en: "not recorded", "zh-TW": "當時未記錄" },
  unknown_signal: { en: "the source has no such signal", "zh-TW": "資料來源沒有這項訊號" },
  timeout: { en: "the source did not answer in time", "zh-TW": "資料來源逾時" },
  unreachable: { en: "the source could not be reached", "zh-TW": "無法連上資料來源" },
  refused: { en: "the source refused the question", "zh-TW": "資料來源拒絕查詢" },
  denied: { en: "permission is missing", "zh-TW": "權限不足" },
  garbled: { en: "the source's answer could not be read", "zh-TW": "資料來源的回應無法解析" },
  too_large: { en: "the answer was too large", "zh-TW": "回應過大" },
  breaker_open: { en: "the source failed too often and is being spared", "zh-TW": "資料來源連續失敗，暫停查詢" },
  cancelled: { en: "the question was cancelled", "zh-TW": "查詢已取消" },
  no_data: { en: "the source has no data on it", "zh-TW": "資料來源沒有相關資料" },
  truncated: { en: "the answer was cut", "zh-TW": "回應遭截斷" },
  now_not_then: { en: "the source can only tell what is now, not what was then", "zh-TW": "資料來源只能提供目前狀態，而非當時狀態" },
  not_asked: { en: "nobody was asked", "zh-TW": "尚未查詢" },
  other: { en: "there is no answer", "zh-TW": "沒有回應" },
};

export const gapWords: Readonly<Record<"verdict" | "order" | "further" | "nothing", Template>> = {
  verdict: {
    en: "Missing: {what} {subject} ({reason}). It could change the verdict.",
    "zh-TW": "尚缺{subject} 的{what}（{reason}），可能改變結論。",
  },
  order: {
    en: "Missing: {what} {subject} ({reason}). It could change the order of causes.",
    "zh-TW": "尚缺{subject} 的{what}（{reason}），可能改變根因排序。",
  },
  further: {
    en: "Missing: {what} {subject} ({reason}). The confirmed cause stands without it; it could show further causes.",
    "zh-TW": "尚缺{subject} 的{what}（{reason}）。不影響已確認的根因，但可能顯示其他根因。",
  },
  nothing: { en: "Missing: {what} {subject} ({reason}).", "zh-TW": "尚缺{subject} 的{what}（{reason}）。" },
};
