import type { Language } from "@sre/contracts/evidence";
import { requireScope, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { diagnosisRunOf } from "../diagnoses/diagnosis-view.ts";
import { findLatestReported } from "../diagnoses/store.ts";
import { needIncident } from "./get-incident.ts";
import { incidentOf } from "./incident-view.ts";
import { incidentReport } from "./incident-report.ts";
import { findTimeline, timelineEntryOf } from "./timeline.ts";

/** The incident as a Markdown document in one language. */
export async function getIncidentReport(app: App, ctx: CallContext, input: { incidentId: string; language: Language }): Promise<string> {
  requireScope(ctx, "incidents:read");
  const db = app.database.kysely;
  const incident = await needIncident(app, ctx, input.incidentId);
  const diagnosis = await findLatestReported(db, ctx.teamId, { incidentId: incident.id });
  const timeline = await findTimeline(db, ctx.teamId, incident.id);
  return incidentReport({
    incident: incidentOf(incident),
    diagnosis: diagnosis ? diagnosisRunOf(diagnosis) : null,
    timeline: timeline.map(timelineEntryOf),
    language: input.language,
  });
}
