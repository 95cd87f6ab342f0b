import type { alertOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { customDeliveryOf, deliveryOf } from "./formats/index.ts";
import { dedupKeyOf } from "./formats/pagerduty.ts";
import { getAlert, listAlerts } from "./get-alert.ts";
import { previewAlerts } from "./preview-alerts.ts";
import { openIntake } from "./receive-alerts.ts";

export function alertRoutes(app: App): Handlers<typeof alertOperations> {
  const receive = openIntake(app);
  return {
    receiveAlertmanagerWebhook: async (ctx, { body }) => ({ status: 200, body: await receive(ctx, deliveryOf("alertmanager", body)) }),
    receiveGrafanaWebhook: async (ctx, { body }) => ({ status: 200, body: await receive(ctx, deliveryOf("grafana", body)) }),
    receivePagerDutyEvent: async (ctx, { body }) => {
      await receive(ctx, deliveryOf("pagerduty", body));
      return { status: 202, body: { status: "success", message: "Event processed", dedup_key: dedupKeyOf(body) } };
    },
    receiveCloudWatchAlarm: async (ctx, { body }) => {
      await app.verifySns?.(ctx, body);
      return { status: 200, body: await receive(ctx, deliveryOf("cloudwatch", body)) };
    },
    receiveCustomWebhook: async (ctx, { params, body }) => ({
      status: 200,
      body: await receive(ctx, customDeliveryOf(app.settings.customFormats, params.sender, body)),
    }),
    postAlerts: async (ctx, { body }) => {
      await receive(ctx, deliveryOf("prometheus", body));
      return { status: 200, body: {} };
    },
    previewAlerts: async (ctx, { params, body }) => ({
      status: 200,
      body: await previewAlerts(app, ctx, { integration: params.integration, body }),
    }),
    listAlerts: async (ctx, { query }) => ({
      status: 200,
      body: await listAlerts(app, ctx, {
        filter: { status: query.status, incidentId: query.incident_id, held: query.held, severity: query.severity, search: query.search },
        cursor: query.cursor,
        limit: query.limit,
      }),
    }),
    getAlert: async (ctx, { params }) => ({ status: 200, body: await getAlert(app, ctx, { alertId: params.alert_id }) }),
  };
}
