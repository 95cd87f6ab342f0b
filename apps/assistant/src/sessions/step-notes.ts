import type { Diagnosis, LocalizedText } from "@sre/contracts/evidence";
import type { Progress, Round } from "../diagnose/diagnose.ts";

/* What a session says of each of its steps to people who wait. */

const some = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`;

export const acceptedNote: LocalizedText = { en: "waiting for its turn", "zh-TW": "等待執行" };
export const failedNote: LocalizedText = {
  en: "The diagnosis could not be finished, however often it was tried; the log of the assistant says why.",
  "zh-TW": "診斷多次嘗試後仍無法完成，原因請見 assistant 的日誌。",
};
export const cancelledNote = (who: string): LocalizedText => ({ en: `by ${who}`, "zh-TW": `由 ${who} 取消` });

const clock = (instant: string) => `${instant.slice(11, 16)} UTC`;

/** What is settled, asked, or known when a step begins. */
export function progressNote(progress: Progress): LocalizedText {
  if (progress.step === "plan") {
    const [round, count] = [progress.round, progress.questions.length];
    return { en: `round ${round}: ${some(count, "question")}`, "zh-TW": `第 ${round} 輪：${count} 個問題` };
  }
  if (progress.step === "reason") {
    const answers = progress.rounds.reduce((sum, round) => sum + round.answers.length, 0);
    return { en: `from ${some(answers, "answer")}`, "zh-TW": `依據 ${answers} 則回應` };
  }
  const { window, entities, alerts } = progress.scope;
  const [from, to] = [clock(window.from), clock(window.to)];
  return {
    en: `${some(alerts.length, "alert")} on ${some(entities.length, "object")}, ${from} to ${to}`,
    "zh-TW": `${entities.length} 個對象的 ${alerts.length} 則告警，${from} 至 ${to}`,
  };
}

/** How many of a round's questions were answered. */
export function collectedNote({ number, answers }: Round): LocalizedText {
  const answered = answers.filter(({ kind }) => kind === "answered").length;
  const sources = new Set(answers.map(({ source }) => source)).size;
  return {
    en: `round ${number}: ${answered} of ${answers.length} answered, from ${some(sources, "source")}`,
    "zh-TW": `第 ${number} 輪：${answers.length} 個問題中 ${answered} 個有回應，來自 ${sources} 個資料來源`,
  };
}

const noteCharactersMax = 300;

/** What was found, in one sentence. */
export const reportedNote = ({ headline }: Pick<Diagnosis, "headline">): LocalizedText => ({
  en: headline.en.replaceAll(/[\p{Cc}\p{Cs}]/gu, " ").slice(0, noteCharactersMax),
  "zh-TW": headline["zh-TW"].replaceAll(/[\p{Cc}\p{Cs}]/gu, " ").slice(0, noteCharactersMax),
});
