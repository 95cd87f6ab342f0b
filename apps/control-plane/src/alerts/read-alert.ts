import type { Severity } from "@sre/contracts/evidence";
import { AlertmanagerAlert } from "@sre/contracts/webhooks";

/** An alert as it is stored, whoever sent it. */
export interface IncomingAlert {
  readonly fingerprint: string;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly status: "firing" | "resolved";
  readonly name: string;
  readonly severity: Severity;
  /** False for heartbeats and for what is only information: stored, never an incident. */
  readonly opensIncident: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export type ReadAlert =
  | { readonly kind: "accepted"; readonly alert: IncomingAlert }
  | { readonly kind: "malformed"; readonly field: string; readonly reason: string };

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

function isRealTime(atMs: number, receivedAt: Date): boolean {
  return atMs >= earliestMs && atMs <= receivedAt.getTime() + aheadMsMax;
}

/** When it ended; a time that cannot be one, or lies before its start, is taken as the moment it was received. */
function endOf(alert: AlertmanagerAlert, receivedAt: Date): Date | null {
  if (alert.status === "firing") return null;
  const endsAt = alert.endsAt === undefined ? Number.NaN : Date.parse(alert.endsAt);
  return isRealTime(endsAt, receivedAt) && endsAt >= Date.parse(alert.startsAt) ? new Date(endsAt) : receivedAt;
}

/** Reads one alert of a message; what does not fit the contract comes back with the field at fault, never thrown. */
export function readAlert(item: unknown, receivedAt: Date): ReadAlert {
  const parsed = AlertmanagerAlert.safeParse(item);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { kind: "malformed", field: issue?.path.map(String).join(".") ?? "", reason: issue?.message ?? "is not an alert" };
  }
  const { data } = parsed;
  const startsAt = new Date(data.startsAt);
  if (!isRealTime(startsAt.getTime(), receivedAt)) return { kind: "malformed", field: "startsAt", reason: "must be a real time" };
  const severity = severityFrom(data.labels);
  const name = data.labels["alertname"] ?? "";
  const opensIncident = severity !== "info" && !neverAnIncident.has(name);
  const { fingerprint, status, labels, annotations } = data;
  return {
    kind: "accepted",
    alert: { fingerprint, startsAt, endsAt: endOf(data, receivedAt), status, name, severity, opensIncident, labels, annotations },
  };
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
