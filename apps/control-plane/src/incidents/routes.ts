import type { incidentOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { acknowledgeIncident } from "./acknowledge-incident.ts";
import { assignIncident } from "./assign-incident.ts";
import { commentOnIncident } from "./comment-on-incident.ts";
import { createIncident } from "./create-incident.ts";
import { getIncidentReport } from "./get-incident-report.ts";
import { getIncident, getIncidentTimeline, listIncidents } from "./get-incident.ts";
import { resolveIncident } from "./resolve-incident.ts";
import { reviseIncident } from "./update-incident.ts";

export function incidentRoutes(app: App): Handlers<typeof incidentOperations> {
  return {
    listIncidents: async (ctx, { query: { cursor, limit, ...filter } }) => ({
      status: 200,
      body: await listIncidents(app, ctx, { filter, cursor, limit }),
    }),
    createIncident: async (ctx, { body }) => ({ status: 201, body: await createIncident(app, ctx, body) }),
    getIncident: async (ctx, { params }) => ({ status: 200, body: await getIncident(app, ctx, { incidentId: params.incident_id }) }),
    updateIncident: async (ctx, { params, body }) => ({
      status: 200,
      body: await reviseIncident(app, ctx, { incidentId: params.incident_id, title: body.title, severity: body.severity }),
    }),
    acknowledgeIncident: async (ctx, { params }) => ({
      status: 200,
      body: await acknowledgeIncident(app, ctx, { incidentId: params.incident_id }),
    }),
    assignIncident: async (ctx, { params, body }) => ({
      status: 200,
      body: await assignIncident(app, ctx, { incidentId: params.incident_id, assignee: body.assignee }),
    }),
    commentOnIncident: async (ctx, { params, body }) => ({
      status: 201,
      body: await commentOnIncident(app, ctx, { incidentId: params.incident_id, text: body.text }),
    }),
    resolveIncident: async (ctx, { params, body }) => ({
      status: 200,
      body: await resolveIncident(app, ctx, { incidentId: params.incident_id, resolution: body.resolution }),
    }),
    getIncidentTimeline: async (ctx, { params }) => ({
      status: 200,
      body: { items: await getIncidentTimeline(app, ctx, { incidentId: params.incident_id }) },
    }),
    getIncidentReport: async (ctx, { params, query }) => ({
      status: 200,
      body: await getIncidentReport(app, ctx, { incidentId: params.incident_id, language: query.language }),
    }),
  };
}
