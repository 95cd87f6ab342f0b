import { kind as entry } from "./finding-kind.ts";

const kind = (en: string, zh: string) => entry("own", en, zh);
const context = (en: string, zh: string) => entry("context", en, zh);

/** What a service adds by itself, as its calls, its golden signals beside those of what it calls, and its use of resources tell it. */
export const callFindings = {
  own_time_risen: kind(
    "{entity} itself takes longer for each call: {seconds:seconds} more over {calls:count} calls, not counting what it waits for",
    "{entity} 自身處理每次呼叫的時間變長：{calls:count} 次呼叫共多花 {seconds:seconds}（已扣除等待其他服務的時間）",
  ),
  way_longer: kind(
    "Calls to or from {entity} take longer in transit: {seconds:seconds} lost, on {shifted} of its {edges} connections",
    "進出 {entity} 的呼叫在傳輸途中變慢：共多花 {seconds:seconds}，{edges} 條連線中有 {shifted} 條受影響",
  ),
  handover_longer: kind(
    "By the logs, requests pause longer between lines of {entity} and of other services: {seconds:seconds} more in what was read, with {shifted} of {edges} neighbouring services; {own:seconds} of it by its own share",
    "由日誌看，請求在 {entity} 與其他服務的日誌之間停頓變久：所讀取的部分合計多花 {seconds:seconds}，{edges} 個相鄰服務中有 {shifted} 個受影響；其中 {own:seconds} 歸於它",
  ),
  own_failures: kind(
    "{failed:count} of {calls:count} calls of {entity} fail although nothing that it calls failed",
    "{entity} 的 {calls:count} 次呼叫中有 {failed:count} 次失敗，而其呼叫的服務並未出錯",
  ),
  step_left_out: kind(
    "{entity} leaves out a step: {step} fell from {before} to {during} times per {within}",
    "{entity} 略過了步驟：每次 {within} 平均執行 {step} 的次數由 {before} 降至 {during}",
  ),
  own_log_new: kind(
    "{entity} logs what it never logged before, {lines:count} lines in {calls:count} calls: {template}",
    "{entity} 的日誌出現前所未見的訊息，{calls:count} 次呼叫中共 {lines:count} 行：{template}",
  ),
  own_delay: kind(
    "{entity} itself adds {seconds:seconds}, summed over its calls: it got slower by more than what it calls explains; {own:seconds} of it goes with what alerts",
    "{entity} 自身多花了 {seconds:seconds}（所有呼叫合計）：變慢的程度超過其呼叫的服務所能解釋，其中 {own:seconds} 與告警對象同步",
  ),
  own_errors: kind(
    "{failed:count} calls of {entity} failed that no failure of what it calls explains",
    "{entity} 有 {failed:count} 次呼叫失敗，無法以其呼叫的服務的失敗解釋",
  ),
  cpu_risen: kind(
    "CPU of {entity} rose to {times} times its usual, from {before:unit} to {during:unit}",
    "{entity} 的 CPU 用量升至平常的 {times} 倍，由 {before:unit} 升至 {during:unit}",
  ),
  memory_risen: kind(
    "Memory of {entity} rose to {times} times its usual, from {before:unit} to {during:unit}",
    "{entity} 的記憶體用量升至平常的 {times} 倍，由 {before:unit} 升至 {during:unit}",
  ),
  adds_little: context(
    "{entity} itself adds little: {other} accounts for most of it",
    "{entity} 自身影響不大：損失主要來自 {other}",
  ),
  adds_nothing: context(
    "{entity} itself shows nothing beyond its everyday ups and downs",
    "{entity} 自身的變化未超出日常波動",
  ),
} as const; // prettier-ignore
