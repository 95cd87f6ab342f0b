import { kind, type FindingKindEntry } from "./finding-kind.ts";

/** What alerts read, and what readings of many services tell of the network. */
export const networkFindings = {
  operation_failing: kind(
    "symptom",
    "Requests to {entity} fail with {code}: {operation} (times: {count:count})",
    "對 {entity} 的請求失敗，回應 {code}：{operation}，共 {count:count} 次",
  ),
  cpu_risen_throttled: kind(
    "resource",
    "CPU of {entity} rose from {before} to {during} cores on average, and it is throttled",
    "{entity} 的 CPU 用量平均由 {before} 核心增至 {during} 核心，並遭節流（throttling）",
  ),
  retransmits_risen: kind(
    "resource",
    "{entity} resends packets: {during} a second (before: {before})",
    "{entity} 重送封包：每秒 {during} 次（先前為 {before}）",
  ),
  delay_of_its_own: kind(
    "resource",
    "{entity} answers {during:seconds} later than usual, and neither its own CPU nor what was measured of its callees explains that (not measured directly: locks, pools and callees that nobody measures would look the same)",
    "{entity} 的回應比平時慢 {during:seconds}，本身的 CPU 與所呼叫服務中已量測的部分皆無法解釋（並非直接量測：鎖、連線池與未量測的下游也可能如此）",
  ),
  delay_on_node: kind(
    "resource",
    "{count} services became slow with no cause of their own, and all of them run on {entity}: {services}",
    "{count} 個服務在自身沒有原因的情況下變慢，且都在 {entity} 上：{services}",
  ),
} as const satisfies Record<string, FindingKindEntry>;
