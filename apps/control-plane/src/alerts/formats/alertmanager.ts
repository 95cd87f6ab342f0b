import { AlertmanagerAlert } from "@sre/contracts/webhooks";
import { contentOf, isRealTime, malformed, malformedBy, type AlertContent, type ReadAlert } from "../incoming-alert.ts";

type Grouped = Pick<AlertmanagerAlert, "fingerprint" | "status" | "startsAt" | "endsAt">;

/** When it ended; a time that cannot be one, or lies before its start, is taken as the moment it was received. */
function endOf(alert: Grouped, receivedAt: Date): Date | null {
  if (alert.status === "firing") return null;
  const endsAt = alert.endsAt === undefined ? Number.NaN : Date.parse(alert.endsAt);
  return isRealTime(endsAt, receivedAt) && endsAt >= Date.parse(alert.startsAt) ? new Date(endsAt) : receivedAt;
}

/** An alert of a group, as Alertmanager and Grafana send them, with what it says of itself. */
export function acceptGrouped(alert: Grouped, content: AlertContent, receivedAt: Date): ReadAlert {
  const { fingerprint, status } = alert;
  const startsAt = new Date(alert.startsAt);
  if (!isRealTime(startsAt.getTime(), receivedAt)) return malformed("startsAt", "must be a real time");
  return { kind: "accepted", alert: { ...content, fingerprint, startsAt, endsAt: endOf(alert, receivedAt), status } };
}

/** Reads one alert of Alertmanager's webhook, version 4. */
export function readAlertmanagerAlert(item: unknown, receivedAt: Date): ReadAlert {
  const parsed = AlertmanagerAlert.safeParse(item);
  if (!parsed.success) return malformedBy(parsed.error);
  return acceptGrouped(parsed.data, contentOf(parsed.data.labels, parsed.data.annotations), receivedAt);
}
