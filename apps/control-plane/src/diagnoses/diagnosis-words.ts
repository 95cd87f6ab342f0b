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

const verdictWords: Readonly<Record<Verdict, LocalizedText>> = {
  confirmed: { en: "confirmed", "zh-TW": "已確認" },
  likely: { en: "likely", "zh-TW": "可能" },
  inconclusive: { en: "inconclusive", "zh-TW": "無法判定" },
  nothing_wrong: { en: "nothing wrong", "zh-TW": "沒有異常" },
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
    return { en: `No cause is left; the first one was: ${was!.title.en}`, "zh-TW": `已無成因；先前的首要成因為：${was!.title["zh-TW"]}` };
  if (!was) return { en: `A first cause was found: ${is.title.en}`, "zh-TW": `找到首要成因：${is.title["zh-TW"]}` };
  return {
    en: `The first cause is now: ${is.title.en} (before: ${was.title.en})`,
    "zh-TW": `首要成因現為：${is.title["zh-TW"]}（先前：${was.title["zh-TW"]}）`,
  };
}

/** What a diagnosis says that the one before did not: its verdict or its first cause; null when both are the same. */
export function wordsForChange(before: Judged, after: Judged): LocalizedText | null {
  const parts = [verdictChange(before, after), causeChange(before, after)].filter((part) => part !== null);
  if (parts.length === 0) return null;
  return { en: `${parts.map((part) => part.en).join(". ")}.`, "zh-TW": `${parts.map((part) => part["zh-TW"]).join("。")}。` };
}
