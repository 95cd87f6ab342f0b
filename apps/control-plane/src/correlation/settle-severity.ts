import { severityRank, type Severity } from "@sre/contracts/evidence";
import type { TeamId } from "@sre/contracts/shared";
import type { CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import type { IncidentRow } from "../incidents/store.ts";
import { appendTimeline } from "../incidents/timeline.ts";
import type { Tx } from "../migrations/tables.ts";

const worseOf = (a: Severity, b: Severity): Severity => (severityRank(b) > severityRank(a) ? b : a);

/** The worst severity among an incident's alerts, whether they fire or not; null where it has none. */
export async function findWorstSeverity(tx: Tx, teamId: TeamId, incidentId: string): Promise<Severity | null> {
  const rows = await tx
    .selectFrom("alerts")
    .select("severity")
    .distinct()
    .where("team_id", "=", teamId)
    .where("incident_id", "=", incidentId)
    .execute();
  const [first, ...others] = rows.map(({ severity }) => severity);
  return first === undefined ? null : others.reduce(worseOf, first);
}

/**
 * How severe an incident is after alerts left it or came. What follows from its alerts follows from those that it has now; what a
 * person chose stays, but for worse alerts that came, as with those that fire anew. Without alerts it stays.
 */
export function severityAfter(incident: Severity, worst: { readonly before: Severity | null; readonly now: Severity | null }): Severity {
  if (worst.now === null) return incident;
  if (worst.before === null || worst.before === incident) return worst.now;
  return severityRank(worst.now) > severityRank(worst.before) ? worseOf(incident, worst.now) : incident;
}

/** Sets the severity of an incident whose alerts changed, with a line in its timeline. True where it rose. */
export async function settleSeverity(
  tx: Tx,
  { app, ctx }: { app: App; ctx: CallContext },
  { incident, before }: { incident: IncidentRow; before: Severity | null },
): Promise<boolean> {
  const now = await findWorstSeverity(tx, ctx.teamId, incident.id);
  const severity = severityAfter(incident.severity, { before, now });
  if (severity === incident.severity) return false;
  await tx.updateTable("incidents").set({ severity }).where("team_id", "=", ctx.teamId).where("id", "=", incident.id).execute();
  const text = {
    en: `Severity follows from its alerts: ${incident.severity} → ${severity}`,
    "zh-TW": `嚴重度隨告警更新：${incident.severity} → ${severity}`,
  };
  await appendTimeline(tx, ctx.teamId, [
    { id: app.newId(), incidentId: incident.id, at: ctx.at, kind: "status", actor: ctx.principal.name, text, refersTo: null },
  ]);
  return severityRank(severity) > severityRank(incident.severity);
}
