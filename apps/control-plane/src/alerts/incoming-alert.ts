import type { Severity } from "@sre/contracts/evidence";
import type { z } from "zod";

/** What an alert says of itself, whoever sent it. */
export interface AlertContent {
  readonly name: string;
  readonly severity: Severity;
  /** False for heartbeats and for what is only information: stored, never an incident. */
  readonly opensIncident: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An alert as it is stored; its identity is integration, fingerprint and start. */
export interface IncomingAlert extends AlertContent {
  readonly fingerprint: string;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly status: "firing" | "resolved";
}

/** A message that speaks of "the alert of this key": which one that is, only what is stored can tell. */
export interface KeyedAlert {
  readonly fingerprint: string;
  readonly status: "firing" | "resolved" | "acknowledged";
  /** The start of a new alert, where none of this key fires. */
  readonly startsAt: Date;
  /** When the sender saw it change, where that orders its messages. */
  readonly changedAt?: Date;
  /** Null where the message does not say it again. */
  readonly content: AlertContent | null;
}

export type ReadAlert =
  | { readonly kind: "accepted"; readonly alert: IncomingAlert }
  | { readonly kind: "keyed"; readonly keyed: KeyedAlert }
  /** Well formed, and nothing about an alert. */
  | { readonly kind: "ignored" }
  | { readonly kind: "malformed"; readonly field: string; readonly reason: string };

/** How one item of a format is read; what does not fit comes back with the field at fault, never thrown. */
export type ReadItem = (item: unknown, receivedAt: Date) => ReadAlert;

const severityOf: ReadonlyMap<string, Severity> = new Map(Object.entries({
  critical: "critical", page: "critical", emergency: "critical", fatal: "critical", p1: "critical", sev1: "critical",
  error: "error", high: "error", major: "error", p2: "error", sev2: "error",
  warning: "warning", warn: "warning", minor: "warning", medium: "warning", low: "warning",
  info: "info", information: "info", informational: "info", none: "info", debug: "info",
})); // prettier-ignore

const neverAnIncident = new Set(["Watchdog", "InfoInhibitor"]);
// Alertmanager writes the zero time for "no end"; nothing of ours happened before 1971.
const earliestMs = Date.UTC(1971, 0, 1);
// Clocks of senders run ahead, but not by a day.
const aheadMsMax = 24 * 60 * 60_000;

/** The severity that the `severity` label means; unknown words and none at all count as a warning. */
export function severityFrom(labels: Readonly<Record<string, string>>): Severity {
  return severityOf.get((labels["severity"] ?? "").trim().toLowerCase()) ?? "warning";
}

export function isRealTime(atMs: number, receivedAt: Date): boolean {
  return atMs >= earliestMs && atMs <= receivedAt.getTime() + aheadMsMax;
}

// A name is in an index, whose rows hold less than the longest label.
const nameCharactersMax = 500;

type Texts = Readonly<Record<string, string>>;

// Whoever cuts a text may cut through a character, and half of one is stored nowhere: the sender would be refused for ever.
function wellFormed(texts: Texts): Texts {
  const entries = Object.entries(texts);
  if (entries.every(([, text]) => text.isWellFormed())) return texts;
  return Object.fromEntries(entries.map(([name, text]) => [name, text.toWellFormed()]));
}

/** What labels and annotations say, under the name that the labels give. */
export function contentOf(given: Texts, said: Texts): AlertContent {
  const [labels, annotations] = [wellFormed(given), wellFormed(said)];
  const severity = severityFrom(labels);
  const name = (labels["alertname"] ?? "").slice(0, nameCharactersMax).toWellFormed();
  return { name, severity, opensIncident: severity !== "info" && !neverAnIncident.has(name), labels, annotations };
}

export function malformed(field: string, reason: string): ReadAlert {
  return { kind: "malformed", field, reason };
}

/** What is wrong with an item that its schema refused. */
export function malformedBy(error: z.ZodError): ReadAlert {
  const [issue] = error.issues;
  return malformed(issue?.path.map(String).join(".") ?? "", issue?.message ?? "is not an alert");
}

const identity = (alert: IncomingAlert) => `${alert.fingerprint} ${alert.startsAt.getTime()}`;

/** One of each identity, in the order of the identities; of two in one message the firing one counts, because their order is unknown. */
export function withoutRepeats(alerts: readonly IncomingAlert[]): IncomingAlert[] {
  const kept = new Map<string, IncomingAlert>();
  for (const alert of alerts) {
    const before = kept.get(identity(alert));
    if (before?.status === "firing" && alert.status === "resolved") continue;
    kept.set(identity(alert), alert);
  }
  return [...kept].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, alert]) => alert);
}
