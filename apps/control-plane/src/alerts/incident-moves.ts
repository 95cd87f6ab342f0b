import { severityRank, type Severity } from "@sre/contracts/evidence";
import type { IncidentMove, ResolvedAlert, WrittenAlert } from "./store.ts";

/** An alert of a delivery together with what the database said of it. */
export interface DeliveredAlert extends ResolvedAlert {
  readonly written: WrittenAlert;
}

export function worst(severities: readonly Severity[]): Severity {
  return severities.reduce((a, b) => (severityRank(b) > severityRank(a) ? b : a), "info");
}

/** It fires now and did not before: new, or firing again after it was resolved. */
export function began({ written }: DeliveredAlert): boolean {
  return written.changed && written.status === "firing" && written.prior_status !== "firing";
}

/** It fired before and is resolved now. */
export function ended({ written }: DeliveredAlert): boolean {
  return written.changed && written.status === "resolved" && written.prior_status === "firing";
}

/** Whether it must be put into an incident: it began, may open one, and is in none that is open. */
export function needsIncident(delivered: DeliveredAlert): boolean {
  const { incident_id: incidentId, incident_status: status } = delivered.written;
  return began(delivered) && delivered.alert.opensIncident && (incidentId === null || status === "resolved");
}

/** The alerts that a delivery puts into incidents or changes inside them, with the incident each belongs to. */
export interface Membership {
  readonly delivered: DeliveredAlert;
  readonly incidentId: string;
  /** Whether it is new in this incident. */
  readonly joined: boolean;
}

function moveOf(incidentId: string, members: readonly Membership[]): IncidentMove {
  const starting = members.filter(({ delivered }) => began(delivered));
  const starts = starting.map(({ delivered }) => delivered.alert.startsAt.getTime());
  return {
    incident_id: incidentId,
    firing: starting.length - members.filter(({ delivered }) => ended(delivered)).length,
    total: members.filter(({ joined }) => joined).length,
    severity: starting.length > 0 ? worst(starting.map(({ delivered }) => delivered.alert.severity)) : null,
    first_at: starts.length > 0 ? new Date(Math.min(...starts)).toISOString() : null,
    last_at: starts.length > 0 ? new Date(Math.max(...starts)).toISOString() : null,
  };
}

/** What a delivery changes in the counts, times and severity of each incident it touches. */
export function movesOf(members: readonly Membership[]): IncidentMove[] {
  const byIncident = Map.groupBy(members, ({ incidentId }) => incidentId);
  return [...byIncident].sort(([a], [b]) => (a < b ? -1 : 1)).map(([incidentId, all]) => moveOf(incidentId, all));
}
