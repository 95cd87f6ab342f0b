import type { Template } from "./words.ts";

/** Why a part of a confidence has the weight that it has. */
export const partWords = {
  mechanism: { en: "What was seen shows this fault", "zh-TW": "觀測到的現象顯示此故障" },
  mechanism_unwell: { en: "It is plainly unwell, but nothing tells the fault by name", "zh-TW": "明顯有異常，但沒有證據指出是哪種故障" },
  mechanism_generic: { en: "Its signals changed, but nothing shows how it fails", "zh-TW": "訊號有變化，但沒有證據顯示如何故障" },
  reach_all: { en: "Everything that alerts is this object or depends on it", "zh-TW": "所有告警對象不是它本身，就是依賴它的對象" },
  reach_some: {
    en: "{count} of {all} that alert are this object or depend on it; not {rest}",
    "zh-TW": "{all} 個告警對象中，有 {count} 個是它本身或依賴它的對象；{rest} 不是",
  },
  reach_far: {
    en: "Everything that alerts depends on it, but only over several calls",
    "zh-TW": "所有告警對象都依賴它，但中間隔了數層呼叫",
  },
  reach_none: { en: "Nothing that alerts is known to depend on it", "zh-TW": "沒有已知的告警對象依賴它" },
  reach_unknown: { en: "What depends on it is not known: this counts half", "zh-TW": "不清楚有哪些服務依賴它，僅計一半" },
  timing_fits: { en: "It began in time to be the cause", "zh-TW": "發生時間與異常吻合" },
  timing_near: {
    en: "It was first seen {late:seconds} after the first symptom, which how often things are measured may explain",
    "zh-TW": "比最早的症狀晚 {late:seconds} 才觀測到，可能是量測間隔所致",
  },
  timing_unknown: { en: "When it began is not known: this counts half", "zh-TW": "開始時間不明，僅計一半" },
  timing_late: { en: "It began after others were hurt", "zh-TW": "在其他服務受影響後才發生" },
  timing_old: { en: "It has been so since before the window", "zh-TW": "在觀察區間之前就已如此" },
  change: { en: "It was changed shortly before: {title}", "zh-TW": "發生前不久有變更：{title}" },
  symptoms: { en: "Its own signals are hurt", "zh-TW": "自身訊號也受影響" },
  symptoms_of_dependants: { en: "The signals of what depends on it are hurt", "zh-TW": "依賴它的服務訊號受影響" },
  experience: {
    en: "Experience: among recorded faults, {share:percent} of the causes with as much evidence were the true one",
    "zh-TW": "經驗校正：在已記錄的故障中，證據相當的候選根因有 {share:percent} 確為根因",
  },
  explained: { en: "Better explained by: {fault}", "zh-TW": "更合理的解釋：{fault}" },
} as const satisfies Record<string, Template>;

export type PartWord = keyof typeof partWords;
