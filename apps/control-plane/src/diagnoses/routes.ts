import type { diagnosisOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { getDiagnosisEvidence, getDiagnosisSnapshot } from "./ask-assistant.ts";
import { getDiagnosis, listIncidentDiagnoses } from "./get-diagnosis.ts";
import { requestDiagnosis } from "./request-diagnosis.ts";

export function diagnosisRoutes(app: App): Handlers<Omit<typeof diagnosisOperations, "listSources">> {
  return {
    listIncidentDiagnoses: async (ctx, { params }) => ({
      status: 200,
      body: { items: await listIncidentDiagnoses(app, ctx, { incidentId: params.incident_id }) },
    }),
    requestDiagnosis: async (ctx, { params, body }) => {
      const diagnosis = await requestDiagnosis(app, ctx, { incidentId: params.incident_id, deployment: body.deployment });
      return { status: 202, body: diagnosis, headers: { location: `/api/v1/diagnoses/${diagnosis.id}` } };
    },
    getDiagnosis: async (ctx, { params }) => ({ status: 200, body: await getDiagnosis(app, ctx, { diagnosisId: params.diagnosis_id }) }),
    getDiagnosisEvidence: async (ctx, { params }) => ({
      status: 200,
      body: await getDiagnosisEvidence(app, ctx, { diagnosisId: params.diagnosis_id, evidenceId: params.evidence_id }),
    }),
    getDiagnosisSnapshot: async (ctx, { params }) => ({
      status: 200,
      body: await getDiagnosisSnapshot(app, ctx, { diagnosisId: params.diagnosis_id }),
    }),
  };
}
