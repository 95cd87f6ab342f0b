import type { CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { lockIncident } from "../incidents/store.ts";
import { appendTimeline } from "../incidents/timeline.ts";
import { noteIncidents } from "./note-incidents.ts";
import type { EscalateJob } from "./notifications.ts";
import { enqueueEscalation } from "./plan-notifications.ts";
import { findLatestOpening } from "./store.ts";

/** How long an incident that is not critical yet is looked at again, in milliseconds. */
const watchedMsMax = 24 * 3_600_000;

/** Tells the next step of a critical incident that nobody acknowledged; one that is milder is looked at again, because it may become critical. */
export async function escalateIncident(app: App, ctx: CallContext, job: EscalateJob): Promise<void> {
  const { incident_id: incidentId, opening_id: openingId, step, after_minutes: afterMinutes, wait_minutes: waitMinutes } = job;
  await transact(app, async (tx) => {
    const incident = await lockIncident(tx, ctx.teamId, incidentId);
    if (incident?.status !== "new") return;
    const opening = await findLatestOpening(tx, ctx.teamId, incidentId);
    if (opening?.id !== openingId) return;
    if (incident.severity !== "critical") {
      if (ctx.at.getTime() - opening.at.getTime() < watchedMsMax)
        await enqueueEscalation(tx, { app, ctx }, { incidentId, openingId, step, afterMinutes, waitMinutes });
      return;
    }
    const text = {
      en: `Nobody acknowledged it in ${afterMinutes} min: the next ones are told`,
      "zh-TW": `${afterMinutes} 分鐘內無人確認，已通知下一順位`,
    };
    await appendTimeline(tx, ctx.teamId, [{ id: app.newId(), incidentId, at: ctx.at, kind: "status", actor: ctx.principal.name, text }]);
    await noteIncidents(tx, { app, ctx }, [{ incidentId, kind: "escalated", step }]);
  });
}
