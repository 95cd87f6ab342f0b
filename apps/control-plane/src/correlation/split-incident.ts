import type { Incident } from "@sre/contracts/control-plane";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { lockIntake } from "../alerts/store.ts";
import { scheduleDiagnoses } from "../diagnoses/schedule-diagnoses.ts";
import { publishEvents } from "../events/store.ts";
import { noSuchIncident } from "../incidents/change-incident.ts";
import { insertIncidents, lockIncident, takeIncidentNumbers, type IncidentRow } from "../incidents/store.ts";
import { moveAlerts, shown } from "./regroup.ts";

interface Split {
  readonly incidentId: string;
  readonly alertIds: readonly string[];
  readonly title: string | undefined;
  readonly reason: string;
}

function newRow(ctx: CallContext, from: IncidentRow, made: { id: string; number: number; title: string | undefined }): IncidentRow {
  return {
    ...from, id: made.id, number: made.number, title: made.title ?? from.title, status: "new", created_at: ctx.at, updated_at: ctx.at,
    acknowledged_at: null, resolved_at: null, assignee: null, resolution: null, version: 1, alerts_firing: 0, alerts_total: 0,
    grouped_because: `split from #${from.number} by ${ctx.principal.name}`, grouped_because_zh: `由 ${ctx.principal.name} 自 #${from.number} 拆出`,
  }; // prettier-ignore
}

/** Moves some alerts of an incident into a new one, which is diagnosed by itself. */
export async function splitIncident(app: App, ctx: CallContext, input: Split): Promise<Incident> {
  requireScope(ctx, "incidents:write");
  const call = { app, ctx };
  return transact(app, async (tx) => {
    await lockIntake(tx, ctx.teamId);
    const from = await lockIncident(tx, ctx.teamId, input.incidentId);
    if (!from) throw noSuchIncident();
    if (input.alertIds.length >= from.alerts_total) throw new RuleBroken("conflict", "A split must leave an alert in the incident.");
    const number = await takeIncidentNumbers(tx, ctx.teamId, 1);
    const to = newRow(ctx, from, { id: app.newId(), number, title: input.title });
    await insertIncidents(tx, [to]);
    await publishEvents(tx, ctx, [{ kind: "incident.created", incidentId: to.id }]);
    await moveAlerts(tx, call, { from, to, kind: "split", alertIds: input.alertIds, reason: input.reason });
    await scheduleDiagnoses(tx, call, [{ incidentId: to.id, trigger: "new_incident" }]);
    return shown(tx, call, to.id);
  });
}
