import type { CreateIncident, Incident } from "@sre/contracts/control-plane";
import { requireScope, type CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { publishEvents } from "../events/store.ts";
import { noteIncidents } from "../notifications/note-incidents.ts";
import { noSuchIncident } from "./change-incident.ts";
import { incidentOf } from "./incident-view.ts";
import { findIncident, insertIncidents, takeIncidentNumbers } from "./store.ts";
import { appendTimeline } from "./timeline.ts";

function newRow(ctx: CallContext, input: { id: string; number: number; body: CreateIncident }) {
  const { title, severity, environment, cluster, service } = input.body;
  const { at } = ctx;
  return {
    team_id: ctx.teamId, id: input.id, number: input.number, title, status: "new", severity, cluster, environment, namespace: "", service,
    started_at: at, last_alert_at: at, created_at: at, updated_at: at, acknowledged_at: null, resolved_at: null, assignee: null, resolution: null,
    grouped_because: `opened by hand by ${ctx.principal.name}`, grouped_because_zh: `由 ${ctx.principal.name} 手動建立`, alerts_firing: 0, alerts_total: 0, version: 1,
  } as const; // prettier-ignore
}

/** Opens an incident by hand. It is not diagnosed by itself, because it has no alert to start from. */
export async function createIncident(app: App, ctx: CallContext, input: CreateIncident): Promise<Incident> {
  requireScope(ctx, "incidents:write");
  return transact(app, async (tx) => {
    const id = app.newId();
    const number = await takeIncidentNumbers(tx, ctx.teamId, 1);
    await insertIncidents(tx, [newRow(ctx, { id, number, body: input })]);
    const text = { en: "Opened by hand", "zh-TW": "手動建立" };
    await appendTimeline(tx, ctx.teamId, [
      { id: app.newId(), incidentId: id, at: ctx.at, kind: "status", actor: ctx.principal.name, text },
    ]);
    await recordAudit(tx, ctx, {
      id: app.newId(),
      action: "incident.create",
      subjectKind: "incident",
      subject: id,
      service: input.service,
      detail: { number, title: input.title },
    });
    await publishEvents(tx, ctx, [{ kind: "incident.created", incidentId: id }]);
    await noteIncidents(tx, { app, ctx }, [{ incidentId: id, kind: "opened" }]);
    const created = await findIncident(tx, ctx.teamId, id);
    if (!created) throw noSuchIncident();
    return incidentOf(created);
  });
}
