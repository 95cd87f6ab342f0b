import type { diagnosticOperations } from "@sre/contracts/assistant";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { acceptSession } from "./accept-session.ts";
import { cancelSession } from "./cancel-session.ts";
import { getDiagnosticEvidence, getDiagnosticSnapshot, getDiagnosticStatus, listDiagnosticHistory } from "./read-sessions.ts";

export function sessionRoutes(app: App): Handlers<typeof diagnosticOperations> {
  const accept = async (...call: Parameters<typeof acceptSession>) => {
    const body = await acceptSession(...call);
    return { status: 202, body, headers: { location: `/api/v1/diagnostics/${body.session_id}/status` } } as const;
  };
  return {
    diagnoseDeployment: (ctx, { body, headers }) =>
      accept(app, ctx, { request: { kind: "deployment", body }, idempotencyKey: headers["idempotency-key"] }),
    diagnoseAlerts: (ctx, { body, headers }) =>
      accept(app, ctx, { request: { kind: "alerts", body }, idempotencyKey: headers["idempotency-key"] }),
    getDiagnosticStatus: async (ctx, { params }) => ({ status: 200, body: await getDiagnosticStatus(app, ctx, params.session_id) }),
    cancelDiagnostic: async (ctx, { params }) => ({ status: 202, body: await cancelSession(app, ctx, params.session_id) }),
    getDiagnosticSnapshot: async (ctx, { params }) => ({ status: 200, body: await getDiagnosticSnapshot(app, ctx, params.session_id) }),
    getDiagnosticEvidence: async (ctx, { params }) => ({
      status: 200,
      body: await getDiagnosticEvidence(app, ctx, { sessionId: params.session_id, evidenceId: params.evidence_id }),
    }),
    listDiagnosticHistory: async (ctx, { query: { cursor, limit, incident_id: incidentId, status } }) => ({
      status: 200,
      body: await listDiagnosticHistory(app, ctx, { filter: { incidentId, status }, cursor, limit }),
    }),
  };
}
