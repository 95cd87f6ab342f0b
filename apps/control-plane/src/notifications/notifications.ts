import type { NotificationRules } from "./notification-rules.ts";
import type { Receiver } from "./receivers.ts";

/** Who is told of what, and the ways there. */
export interface Notifications {
  readonly rules: NotificationRules;
  readonly receivers: ReadonlyMap<string, Receiver>;
  /** Attempts in all before a notification is given up; the pauses between them grow from one second to a minute. */
  readonly attemptsMax: number;
  /** Address of an incident in the console. */
  readonly incidentUrl: (incidentId: string) => string;
}

/** Names of the queues. */
export const queues = { plan: "notification-plan", send: "notification-send", escalate: "notification-escalate" } as const;

export interface PlanJob {
  readonly team_id: string;
  readonly incident_ids: readonly string[];
}
export interface SendJob {
  readonly team_id: string;
  readonly notification_id: string;
}
export interface EscalateJob {
  readonly team_id: string;
  readonly incident_id: string;
  /** The notice that opened the incident: what opened again since is another matter. */
  readonly opening_id: string;
  /** The step that is told when nobody has acknowledged it. */
  readonly step: number;
  /** Since the opening. */
  readonly after_minutes: number;
  /** Between two looks. */
  readonly wait_minutes: number;
}
