import type { DiagnosisRun, RequestDiagnosis } from "@sre/contracts/control-plane";
import { entityId } from "@sre/contracts/evidence";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { noSuchIncident } from "../incidents/change-incident.ts";
import { lockIncident } from "../incidents/store.ts";
import { diagnosisRunOf } from "./diagnosis-view.ts";
import { enqueueDiagnosis } from "./schedule-diagnoses.ts";
import { findDiagnosis, lockWaitingDiagnosis } from "./store.ts";

/** Diagnoses an incident again, or judges one deployment. In conflict while a diagnosis of its alerts still waits to start. */
export async function requestDiagnosis(
  app: App,
  ctx: CallContext,
  input: { incidentId: string; deployment: RequestDiagnosis["deployment"] },
): Promise<DiagnosisRun> {
  requireScope(ctx, "diagnoses:write");
  return transact(app, async (tx) => {
    const incident = await lockIncident(tx, ctx.teamId, input.incidentId);
    if (!incident) throw noSuchIncident();
    const deployment = input.deployment && entityId({ ...input.deployment, kind: "deployment" });
    if (!deployment && incident.alerts_total === 0)
      throw new RuleBroken("conflict", "The incident has no alert to start from; name a deployment to judge.");
    if (!deployment && (await lockWaitingDiagnosis(tx, ctx.teamId, incident.id)))
      throw new RuleBroken("conflict", "A diagnosis of this incident waits to start already.");
    const trigger = deployment ? "deployment" : "person";
    const id = await enqueueDiagnosis(tx, { app, ctx }, { incidentId: incident.id, trigger, deployment, startAfterSeconds: 0 });
    const detail = { diagnosis: id, deployment };
    await recordAudit(tx, ctx, {
      id: app.newId(),
      action: "diagnosis.request",
      subjectKind: "incident",
      subject: incident.id,
      service: incident.service,
      detail,
    });
    const row = await findDiagnosis(tx, ctx.teamId, id);
    if (!row) throw new RuleBroken("internal_error", "The diagnosis was not stored.");
    return diagnosisRunOf(row);
  });
}
