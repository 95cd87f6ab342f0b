import type { Question, Signal } from "@sre/contracts/evidence";
import type { Translate } from "../app/language.ts";
import { shortName } from "../format/entity.ts";

/** A signal in words, with its statistic where it is a quantile. */
export function signalWords(signal: Signal, t: Translate): string {
  if ("golden" in signal) return t(`signal.${signal.golden}`);
  if ("named" in signal) return t(`signal.${signal.named}`);
  const name = t(`signal.${signal.resource}`);
  return signal.against ? t(`signal.against_${signal.against}`, { signal: name }) : name;
}

function names(ids: readonly string[], t: Translate): string {
  const first = shortName(ids[0] ?? "");
  return ids.length > 1 ? t("question.others", { first, others: ids.length - 1, total: ids.length }) : first;
}

function filled(question: Question, t: Translate): string {
  switch (question.about) {
    case "rule":
      return t("question.rule", { alert: question.alert.name, of: shortName(question.alert.entity) });
    case "series": {
      const quantile = question.statistics[0]?.startsWith("p") ? ` (${question.statistics[0]})` : "";
      return t("question.series", { signal: signalWords(question.signal, t) + quantile, of: names(question.of, t) });
    }
    case "objects":
      return t("question.objects", { kinds: question.kinds.join(", "), of: shortName(question.in) });
    case "alerts":
      return t("question.alerts", { of: shortName(question.in) });
    case "events":
      return t("question.events", { of: shortName(question.in) });
    case "logs":
      return t(question.want === "handovers" ? "question.handovers" : "question.logs", { of: shortName(question.of) });
    case "calls":
      return t("question.calls", { of: names(question.of, t) });
    case "changes":
      return t("question.changes", { of: names(question.of, t) });
    case "checks":
      return t("question.checks", { of: names(question.of, t) });
    case "topology":
      return t("question.topology", { of: names(question.of, t) });
  }
}

/** What was asked, as a person would say it; the exact text stands beside it in the drawer. Two Chinese characters need no space between them. */
export function questionWords(question: Question, t: Translate): string {
  return filled(question, t).replace(/(\p{Script=Han}) (?=\p{Script=Han})/gu, "$1");
}

/** The stretch of time a question is about; null for what is asked as of an instant or has no time. */
export function questionWindow(question: Question): { from: string; to: string } | null {
  return "window" in question ? question.window : null;
}
