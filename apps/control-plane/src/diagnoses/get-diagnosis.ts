import type { DiagnosisRun, DiagnosisSummary } from "@sre/contracts/control-plane";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { needIncident } from "../incidents/get-incident.ts";
import { diagnosisRunOf, diagnosisSummaryOf } from "./diagnosis-view.ts";
import { findDiagnosesOf, findDiagnosis } from "./store.ts";

export async function getDiagnosis(app: App, ctx: CallContext, input: { diagnosisId: string }): Promise<DiagnosisRun> {
  requireScope(ctx, "incidents:read");
  const row = await findDiagnosis(app.database.kysely, ctx.teamId, input.diagnosisId);
  if (!row) throw new RuleBroken("not_found", "There is no such diagnosis.");
  return diagnosisRunOf(row);
}

export async function listIncidentDiagnoses(app: App, ctx: CallContext, input: { incidentId: string }): Promise<DiagnosisSummary[]> {
  requireScope(ctx, "incidents:read");
  await needIncident(app, ctx, input.incidentId);
  const rows = await findDiagnosesOf(app.database.kysely, ctx.teamId, input.incidentId);
  return rows.map(diagnosisSummaryOf);
}
