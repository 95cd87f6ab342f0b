import type { Incident, NoticeKind } from "@sre/contracts/control-plane";
import type { LocalizedText } from "@sre/contracts/evidence";
import type { Language } from "@sre/contracts/shared";
import { verdictWords } from "../diagnoses/diagnosis-words.ts";
import type { IncidentOverview } from "../incidents/store.ts";
import type { Labels } from "../matchers/matchers.ts";

/** What receivers are told: the body of a generic webhook, from which the others are worded. */
export interface Message {
  readonly type: `incident.${NoticeKind}`;
  readonly timestamp: string;
  readonly data: {
    readonly incident: Pick<Incident, "id" | "number" | "title" | "status" | "severity" | "environment" | "cluster" | "service" | "started_at"> & {
      readonly url: string | null;
    };
    readonly labels: Labels;
    readonly diagnosis: { readonly id: string; readonly verdict: string; readonly confidence: number | null; readonly headline: LocalizedText } | null;
  };
} // prettier-ignore

/** One message on its way. `id` is the same on every attempt, `at` is the time of this one. */
export interface Sending {
  readonly id: string;
  readonly at: Date;
  readonly message: Message;
  readonly signal: AbortSignal;
}

/** The message about an incident as it is now. */
export function messageOf(
  incident: IncidentOverview,
  { kind, at, labels, url }: { kind: NoticeKind; at: Date; labels: Labels; url: string | null },
): Message {
  const { id, number, title, status, severity, environment, cluster, service, diagnosis } = incident;
  const judged = diagnosis?.verdict && diagnosis.headline ? diagnosis : null;
  return {
    type: `incident.${kind}`,
    timestamp: at.toISOString(),
    data: {
      incident: { id, number, title, status, severity, environment, cluster, service, started_at: incident.started_at.toISOString(), url },
      labels,
      diagnosis: judged && { id: judged.id, verdict: judged.verdict!, confidence: judged.confidence, headline: judged.headline! },
    },
  };
}

const kindWords: Readonly<Record<NoticeKind, LocalizedText>> = {
  opened: { en: "New incident", "zh-TW": "新事件" },
  reopened: { en: "Incident reopened", "zh-TW": "事件重新開啟" },
  acknowledged: { en: "Incident acknowledged", "zh-TW": "事件已確認" },
  escalated: { en: "Nobody acknowledged the incident", "zh-TW": "事件尚無人確認" },
  diagnosed: { en: "Diagnosis", "zh-TW": "診斷結果" },
  resolved: { en: "Incident resolved", "zh-TW": "事件已解決" },
};
const severityWords: Readonly<Record<string, LocalizedText>> = {
  critical: { en: "critical", "zh-TW": "嚴重" },
  error: { en: "error", "zh-TW": "錯誤" },
  warning: { en: "warning", "zh-TW": "警告" },
  info: { en: "info", "zh-TW": "資訊" },
};

const say = (words: Readonly<Record<string, LocalizedText>>, key: string, language: Language) => words[key]?.[language] ?? key;

/** The kind of message, how severe and which incident, in one line. */
export function titleOf({ type, data: { incident } }: Message, language: Language): string {
  const kind = say(kindWords, type.slice("incident.".length), language);
  return `${kind} [${say(severityWords, incident.severity, language)}] #${incident.number} ${incident.title}`;
}

/** What is affected and where. */
export function placeOf({ data: { incident } }: Message): string {
  return [incident.service, [incident.environment, incident.cluster].filter(Boolean).join("/")].filter(Boolean).join(" · ");
}

/** The verdict in one line; null where there is none. */
export function verdictOf({ data: { diagnosis } }: Message, language: Language): string | null {
  if (diagnosis === null) return null;
  const sure = diagnosis.confidence === null ? "" : ` ${Math.round(diagnosis.confidence * 100)} %`;
  return `${say(verdictWords, diagnosis.verdict, language)}${sure}: ${diagnosis.headline[language]}`;
}
