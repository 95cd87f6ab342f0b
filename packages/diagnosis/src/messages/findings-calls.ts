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
    "Calls to or from {entity} take longer in transit: {seconds:seconds} lost over all calls, on {shifted} of its {edges} connections",
    "進出 {entity} 的呼叫在傳輸途中變慢：所有呼叫合計多花 {seconds:seconds}，{edges} 條連線中有 {shifted} 條受影響",
  ),
  handover_longer: kind(
    "By the logs, requests pause longer between lines of {entity} and of other services: {seconds:seconds} more in what was read, with {shifted} of {edges} neighbouring services; {own:seconds} of it count against it. Which end is slow the logs do not tell",
    "由日誌看，請求在 {entity} 與其他服務的日誌之間停頓變久：所讀取的部分合計多花 {seconds:seconds}，{edges} 個相鄰服務中有 {shifted} 個受影響；其中 {own:seconds} 計入此服務。僅憑日誌無法區分是哪一端變慢",
  ),
  own_failures: kind(
    "{failed:count} of {calls:count} calls to {entity} fail although nothing that it calls failed",
    "對 {entity} 的 {calls:count} 次呼叫中有 {failed:count} 次失敗，而其呼叫的服務並未出錯",
  ),
  step_left_out: kind(
    "{entity} leaves out a step: {step} fell from {before} to {during} times per call of {within}",
    "{entity} 略過了步驟：每次呼叫 {within} 平均執行 {step} 的次數由 {before} 降至 {during}",
  ),
  own_log_new: kind(
    "{entity} logs what it never logged before, {lines:count} lines in {calls:count} calls: {template}",
    "{entity} 的日誌出現前所未見的訊息，{calls:count} 次呼叫中共 {lines:count} 行：{template}",
  ),
  own_delay: kind(
    "{entity} itself adds {seconds:seconds}, summed over its calls: it got slower by more than what it calls explains; {own:seconds} of it come and go with the latency of what alerts",
    "{entity} 自身多花了 {seconds:seconds}（所有呼叫合計）：變慢的程度超過其呼叫的服務所能解釋，其中 {own:seconds} 與告警對象的延遲同步變化",
  ),
  own_errors: kind(
    "{failed:count} calls to {entity} failed without a failure of what it calls that would explain them",
    "對 {entity} 的呼叫有 {failed:count} 次失敗，且其下游服務並無可解釋的失敗",
  ),
  cpu_risen: kind(
    "CPU of {entity} rose from {before:unit} to {during:unit}, {times:count} times as much",
    "{entity} 的 CPU 用量由 {before:unit} 升至 {during:unit}，為平常的 {times:count} 倍",
  ),
  memory_risen: kind(
    "Memory of {entity} rose from {before:unit} to {during:unit}, {times} times as much",
    "{entity} 的記憶體用量由 {before:unit} 升至 {during:unit}，為平常的 {times} 倍",
  ),
  adds_little: context(
    "Only a small part of the added time or failures arises in {entity} itself: most arises in {other}",
    "增加的時間或失敗只有一小部分出自 {entity}，大多出自 {other}",
  ),
  adds_few_failures: context(
    "Of the failed calls {own:count} arise in {entity} itself, and {theirs:count} in {other}",
    "失敗的呼叫中有 {own:count} 次出自 {entity} 本身，{theirs:count} 次出自 {other}",
  ),
  adds_nothing: context(
    "{entity} itself shows nothing beyond its everyday ups and downs",
    "{entity} 自身的變化未超出日常波動",
  ),
} as const; // prettier-ignore
