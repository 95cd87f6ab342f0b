import type { Template } from "./words.ts";

/** One sentence for each verdict that can be read aloud. */
export const headlines = {
  caused: { en: "{title}{change}{since}", "zh-TW": "{title}{change}{since}" },
  change: { en: " after {kind} “{title}”", "zh-TW": "，發生於{kind}「{title}」之後" },
  change_first: { en: ", right from its first rollout", "zh-TW": "，首次部署時即發生" },
  since: { en: ", since {time:time}", "zh-TW": "，自 {time:time} 起" },
  leading: {
    en: "Not certain yet. First suspect, at {confidence:percent}: {title}{change}{since}",
    "zh-TW": "尚無法判定，目前最可疑（{confidence:percent}）：{title}{change}{since}",
  },
  nothing_known: {
    en: "Whether anything is wrong cannot be told: missing {gaps}",
    "zh-TW": "無法判定是否異常，尚缺關鍵證據：{gaps}",
  },
  nothing_found: { en: "No cause was found in anything that was looked at", "zh-TW": "已查看的證據中找不到根因" },
  nothing_wrong: {
    en: "Nothing is wrong with {entity}: the alert's condition does not hold, and error rate and latency are normal",
    "zh-TW": "{entity} 未見異常：並未符合告警條件，錯誤率與延遲皆正常",
  },
  nothing_wrong_any_more: {
    en: "Nothing is wrong with {entity} now: alert {alert} was true for {seconds:seconds} and has cleared, and error rate and latency are normal",
    "zh-TW": "{entity} 目前未見異常：告警 {alert} 成立 {seconds:seconds} 後已恢復，錯誤率與延遲皆正常",
  },
  nothing_wrong_judged: {
    en: "Nothing is wrong with {entity}: error rate, latency and Kubernetes objects are normal",
    "zh-TW": "{entity} 未見異常：錯誤率、延遲與 Kubernetes 物件皆正常",
  },
} as const satisfies Record<string, Template>;

/** How a diagnosis differs from an earlier one. */
export const differences = {
  verdict: { en: "The verdict went from {before} to {after}. {headline}", "zh-TW": "判定由「{before}」變為「{after}」。{headline}" },
  cause: { en: "The first cause is now: {after} (before: {before})", "zh-TW": "首要根因改為：{after}（先前為：{before}）" },
  cause_new: { en: "A cause was found: {after}", "zh-TW": "找到根因：{after}" },
  cause_gone: { en: "The former first cause no longer stands: {before}", "zh-TW": "先前的首要根因不再成立：{before}" },
  change: { en: "A change is now blamed for: {after}", "zh-TW": "已找到引發此問題的變更：{after}" },
  confidence: {
    en: "Confidence in the first cause went from {before:percent} to {after:percent}",
    "zh-TW": "首要根因的信心由 {before:percent} 變為 {after:percent}",
  },
} as const satisfies Record<string, Template>;

export const verdictWords = {
  confirmed: { en: "confirmed", "zh-TW": "已確認" },
  likely: { en: "likely", "zh-TW": "很可能" },
  inconclusive: { en: "inconclusive", "zh-TW": "無法判定" },
  nothing_wrong: { en: "nothing wrong", "zh-TW": "未見異常" },
} as const satisfies Record<string, Template>;
