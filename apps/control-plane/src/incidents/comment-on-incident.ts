import type { TimelineEntry } from "@sre/contracts/control-plane";
import { requireScope, type CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { publishEvents } from "../events/store.ts";
import { noSuchIncident } from "./change-incident.ts";
import { lockIncident, updateIncident } from "./store.ts";
import { appendTimeline } from "./timeline.ts";

/** Writes a person's words into the timeline. */
export async function commentOnIncident(app: App, ctx: CallContext, input: { incidentId: string; text: string }): Promise<TimelineEntry> {
  requireScope(ctx, "incidents:write");
  return transact(app, async (tx) => {
    const incident = await lockIncident(tx, ctx.teamId, input.incidentId);
    if (!incident) throw noSuchIncident();
    const text = { en: input.text, "zh-TW": input.text };
    const entry = { id: app.newId(), incidentId: incident.id, at: ctx.at, kind: "comment", actor: ctx.principal.name, text } as const;
    await appendTimeline(tx, ctx.teamId, [entry]);
    await updateIncident(tx, ctx.teamId, { id: incident.id, set: { updated_at: ctx.at } });
    const detail = { comment: entry.id, characters: input.text.length };
    await recordAudit(tx, ctx, {
      id: app.newId(),
      action: "incident.comment",
      subjectKind: "incident",
      subject: incident.id,
      service: incident.service,
      detail,
    });
    await publishEvents(tx, ctx, [{ kind: "incident.updated", incidentId: incident.id }]);
    return { id: entry.id, at: ctx.at.toISOString(), kind: "comment", actor: entry.actor, text, refers_to: null };
  });
}
