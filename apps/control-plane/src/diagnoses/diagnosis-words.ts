import type { DiagnosisRun } from "@sre/contracts/control-plane";
import type { Diagnosis, LocalizedText, Verdict } from "@sre/contracts/evidence";

/** Why a diagnosis was asked for. */
export const triggerWords: Readonly<Record<DiagnosisRun["trigger"], LocalizedText>> = {
  new_incident: { en: "new incident", "zh-TW": "新事件" },
  new_entity: { en: "a further object is affected", "zh-TW": "有新的受影響對象" },
  higher_severity: { en: "the severity rose", "zh-TW": "嚴重度升高" },
  recheck: { en: "scheduled recheck", "zh-TW": "定時複查" },
  person: { en: "asked for by hand", "zh-TW": "人工要求" },
  deployment: { en: "one deployment is to be judged", "zh-TW": "診斷指定部署" },
};

/** A verdict as it is said in a sentence. */
export const verdictWords: Readonly<Record<Verdict, LocalizedText>> = {
  confirmed: { en: "confirmed", "zh-TW": "已確認" },
  likely: { en: "likely", "zh-TW": "很可能" },
  inconclusive: { en: "inconclusive", "zh-TW": "無法判定" },
  nothing_wrong: { en: "nothing wrong", "zh-TW": "未見異常" },
};

type Judged = Pick<Diagnosis, "verdict" | "causes">;

function verdictChange(before: Judged, after: Judged): LocalizedText | null {
  if (before.verdict === after.verdict) return null;
  const [from, to] = [verdictWords[before.verdict], verdictWords[after.verdict]];
  return { en: `The verdict was ${from.en} and is now ${to.en}`, "zh-TW": `判定由「${from["zh-TW"]}」變為「${to["zh-TW"]}」` };
}

function causeChange(before: Judged, after: Judged): LocalizedText | null {
  const [was, is] = [before.causes[0], after.causes[0]];
  if (was?.entity === is?.entity && was?.fault === is?.fault) return null;
  if (!is)
    return { en: `No cause is left; the first one was: ${was!.title.en}`, "zh-TW": `已無根因；先前的首要根因為：${was!.title["zh-TW"]}` };
  if (!was) return { en: `A first cause was found: ${is.title.en}`, "zh-TW": `找到首要根因：${is.title["zh-TW"]}` };
  return {
    en: `The first cause is now: ${is.title.en} (before: ${was.title.en})`,
    "zh-TW": `首要根因現為：${is.title["zh-TW"]}（先前：${was.title["zh-TW"]}）`,
  };
}

/** What a diagnosis says that the one before did not: its verdict or its first cause; null when both are the same. */
export function wordsForChange(before: Judged, after: Judged): LocalizedText | null {
  const parts = [verdictChange(before, after), causeChange(before, after)].filter((part) => part !== null);
  if (parts.length === 0) return null;
  return { en: `${parts.map((part) => part.en).join(". ")}.`, "zh-TW": `${parts.map((part) => part["zh-TW"]).join("。")}。` };
}

/** Why a diagnosis ended without a result or waits, by the beginning of the stored sentence; what follows it is somebody's own words. */
const failureBeginnings: readonly (readonly [en: string, zh: string])[] = [
  ["the assistant could not be asked: ", "無法連上 assistant："],
  ["the assistant refused: ", "assistant 拒絕請求："],
  ["the assistant does not know the session any more", "assistant 已無此診斷的紀錄"],
  ["the assistant did not finish in time", "assistant 未能在時限內完成"],
  ["the assistant reported no result", "assistant 未回報結果"],
  ["The diagnosis could not be finished, however often it was tried; the log of the assistant says why.", "診斷多次嘗試後仍無法完成，原因請見 assistant 的日誌。"],
  ["cancelled", "已取消"],
]; // prettier-ignore

/** The reason of a failed or waiting diagnosis in each language. */
export function wordsForFailure(because: string): LocalizedText {
  const known = failureBeginnings.find(([en]) => because.startsWith(en));
  return { en: because, "zh-TW": known === undefined ? because : known[1] + because.slice(known[0].length) };
}
