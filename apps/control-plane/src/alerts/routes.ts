import type { alertOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { createDeliveryGate } from "./delivery-gate.ts";
import { getAlert, listAlerts } from "./get-alert.ts";
import { receiveAlerts } from "./receive-alerts.ts";

export function alertRoutes(app: App): Handlers<typeof alertOperations> {
  const gate = createDeliveryGate();
  return {
    receiveAlertmanagerWebhook: async (ctx, { body }) => ({ status: 200, body: await gate(() => receiveAlerts(app, ctx, body)) }),
    listAlerts: async (ctx, { query }) => ({
      status: 200,
      body: await listAlerts(app, ctx, {
        filter: { status: query.status, incidentId: query.incident_id },
        cursor: query.cursor,
        limit: query.limit,
      }),
    }),
    getAlert: async (ctx, { params }) => ({ status: 200, body: await getAlert(app, ctx, { alertId: params.alert_id }) }),
  };
}
