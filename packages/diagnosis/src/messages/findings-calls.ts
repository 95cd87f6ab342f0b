import { kind as entry } from "./finding-kind.ts";

const kind = (en: string, zh: string) => entry("own", en, zh);
const context = (en: string, zh: string) => entry("context", en, zh);

/** What a service adds by itself, as its calls, its golden signals beside those of what it calls, and its use of resources tell it. */
export const callFindings = {
  own_time_risen: kind(
    "{entity} itself works longer on each call: {seconds:seconds} lost in {calls} calls, what it waits for left out",
    "{entity} 自身處理每次呼叫的時間變長：{calls} 次呼叫共多花 {seconds:seconds}（已扣除等待其他服務的時間）",
  ),
  way_longer: kind(
    "Calls take longer on the way to or from {entity}: {seconds:seconds} lost, on {shifted} of its {edges} connections",
    "進出 {entity} 的呼叫在傳輸途中變慢：共多花 {seconds:seconds}，{edges} 條連線中有 {shifted} 條受影響",
  ),
  own_failures: kind(
    "{failed} of {calls} calls of {entity} fail by themselves: nothing that it calls failed in them",
    "{entity} 的 {calls} 次呼叫中有 {failed} 次自行失敗：其呼叫的服務並未出錯",
  ),
  step_left_out: kind(
    "{entity} leaves out a step: {step} was taken {before} times for each {within}, and is now {during} times",
    "{entity} 略過了步驟：每次 {within} 原本執行 {step} {before} 次，現為 {during} 次",
  ),
  own_log_new: kind(
    "{entity} logs what it never logged before, {lines} lines in {calls} calls: {template}",
    "{entity} 出現前所未有的記錄，{calls} 次呼叫中共 {lines} 行：{template}",
  ),
  own_delay: kind(
    "{entity} loses {seconds:seconds} by itself: it got slower by more than what it calls accounts for",
    "{entity} 自身多花了 {seconds:seconds}：變慢的程度超過其呼叫的服務所能解釋",
  ),
  own_errors: kind(
    "{failed} calls of {entity} fail beyond what fails of what it calls",
    "{entity} 有 {failed} 次呼叫失敗，超出其呼叫的服務的失敗次數",
  ),
  cpu_risen: kind(
    "CPU of {entity} rose from {before:unit} to {during:unit}",
    "{entity} 的 CPU 用量由 {before:unit} 升至 {during:unit}",
  ),
  memory_risen: kind(
    "Memory of {entity} rose from {before:unit} to {during:unit}",
    "{entity} 的記憶體用量由 {before:unit} 升至 {during:unit}",
  ),
  adds_little: context(
    "{entity} itself adds little: {other} accounts for what is lost",
    "{entity} 自身影響不大：損失主要來自 {other}",
  ),
  adds_nothing: context(
    "{entity} itself adds nothing beyond its everyday unrest",
    "{entity} 自身沒有超出日常波動的異常",
  ),
} as const; // prettier-ignore
