import type { Language } from "@sre/contracts/shared";
import type { MailMessage } from "@sre/service-kit";
import { placeOf, titleOf, verdictOf, type Sending } from "./message.ts";

const senderName = "SRE Platform";
const labelsMax = 30;
// A sender's text stays on the line where it stands, so that it cannot pass for ours.
const lineBreaking = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
const oneLine = (text: string) => text.replace(lineBreaking, " ");

const words = {
  open: { en: "Open the incident", "zh-TW": "開啟事件" },
  since: { en: "Since", "zh-TW": "開始於" },
  labels: { en: "Labels", "zh-TW": "標籤" },
} as const;

/** Between its labels and its values, a text that looks the same in every reader of mail. */
function textOf({ message }: Sending, language: Language): string {
  const { incident, labels } = message.data;
  const shown = Object.entries(labels).slice(0, labelsMax);
  const lines = [
    titleOf(message, language),
    placeOf(message),
    `${words.since[language]}: ${incident.started_at}`,
    verdictOf(message, language),
    incident.url && `${words.open[language]}: ${incident.url}`,
    shown.length > 0 && `${words.labels[language]}: ${shown.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ")}`,
  ];
  return `${lines.filter((line) => typeof line === "string" && line !== "").map((line) => oneLine(String(line))).join("\n\n")}\n`; // prettier-ignore
}

/**
 * The mail about an incident. Its Message-ID is the notification's, so that a repetition can be told, and all about one incident
 * refer to the same message, which was never sent: that is how readers of mail make one conversation of them (RFC 5322, 3.6.4).
 */
export function mailOf(sending: Sending, input: { from: string; to: readonly string[]; language: Language }): MailMessage {
  const { from, to, language } = input;
  const domain = from.slice(from.lastIndexOf("@") + 1);
  return {
    from: { name: senderName, address: from },
    to,
    subject: titleOf(sending.message, language),
    text: textOf(sending, language),
    messageId: `notification-${sending.id}@${domain}`,
    thread: `incident-${sending.message.data.incident.id}@${domain}`,
    at: sending.at,
    signal: sending.signal,
  };
}
