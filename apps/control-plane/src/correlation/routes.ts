import type { correlationOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { listGroupingFeedback } from "./list-feedback.ts";
import { mergeIncident } from "./merge-incident.ts";
import { moveAlert } from "./move-alert.ts";
import { previewCorrelation } from "./preview-correlation.ts";
import { getCorrelationSettings } from "./settings.ts";
import { splitIncident } from "./split-incident.ts";

export function correlationRoutes(app: App): Handlers<typeof correlationOperations> {
  return {
    getCorrelationSettings: async (ctx) => ({ status: 200, body: getCorrelationSettings(app, ctx) }),
    previewCorrelation: async (ctx, { body }) => ({ status: 200, body: await previewCorrelation(app, ctx, body) }),
    listGroupingFeedback: async (ctx, { query }) => ({
      status: 200,
      body: await listGroupingFeedback(app, ctx, { cursor: query.cursor, limit: query.limit }),
    }),
    mergeIncident: async (ctx, { params, body }) => ({
      status: 200,
      body: await mergeIncident(app, ctx, { incidentId: params.incident_id, into: body.into, reason: body.reason }),
    }),
    splitIncident: async (ctx, { params, body: { alert_ids: alertIds, title, reason } }) => ({
      status: 201,
      body: await splitIncident(app, ctx, { incidentId: params.incident_id, alertIds, title, reason }),
    }),
    moveAlert: async (ctx, { params, body }) => ({
      status: 200,
      body: await moveAlert(app, ctx, { alertId: params.alert_id, incidentId: body.incident_id, reason: body.reason }),
    }),
  };
}
