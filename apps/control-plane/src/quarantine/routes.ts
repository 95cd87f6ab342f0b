import type { quarantineOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { listQuarantinedAlerts } from "./list-quarantined-alerts.ts";
import { replayQuarantinedAlert } from "./replay-quarantined-alert.ts";

export function quarantineRoutes(app: App): Handlers<typeof quarantineOperations> {
  return {
    listQuarantinedAlerts: async (ctx, { query }) => ({
      status: 200,
      body: await listQuarantinedAlerts(app, ctx, { cursor: query.cursor, limit: query.limit }),
    }),
    replayQuarantinedAlert: async (ctx, { params }) => ({
      status: 200,
      body: await replayQuarantinedAlert(app, ctx, { quarantinedAlertId: params.quarantined_alert_id }),
    }),
  };
}
