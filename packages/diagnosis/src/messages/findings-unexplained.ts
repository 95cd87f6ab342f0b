import { kind, type FindingKindEntry } from "./finding-kind.ts";

/** Signs that something is unwell, whatever it may be: they show no fault by name. */
export const unexplainedFindings = {
  part_not_working: kind("state", "A part of {entity} does not work: {part} ({detail})", "{entity} 有元件未正常運作：{part}（{detail}）"),
  fails_only_from: kind(
    "state",
    "From {entity}, {failed} of {tried} test connections fail that succeed from elsewhere",
    "從 {entity} 發出的 {tried} 次連線測試中有 {failed} 次失敗，但從其他位置可成功連線",
  ),
  blamed_by_warning: kind("state", "A warning about {entity} names {other}: {detail}", "關於 {entity} 的警告事件指向 {other}：{detail}"),
  absent: kind("state", "{entity} should exist in its namespace and does not", "{entity} 應存在於其命名空間，但實際不存在"),
  blamed_in_logs: kind(
    "state",
    "New error lines in the logs of other components name {entity} ({count} of them): {template}",
    "{count} 個元件的日誌新出現指向 {entity} 的錯誤：{template}",
  ),
} as const satisfies Record<string, FindingKindEntry>;
