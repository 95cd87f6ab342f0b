import type { maintenanceOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { createSilence, expireSilence, listSilences } from "../silences/silences.ts";
import { cancelMaintenanceWindow, createMaintenanceWindow, listMaintenanceWindows } from "./maintenance-windows.ts";

export function maintenanceRoutes(app: App): Handlers<typeof maintenanceOperations> {
  return {
    listMaintenanceWindows: async (ctx, { query }) => ({
      status: 200,
      body: await listMaintenanceWindows(app, ctx, { cursor: query.cursor, limit: query.limit }),
    }),
    createMaintenanceWindow: async (ctx, { body }) => ({ status: 201, body: await createMaintenanceWindow(app, ctx, body) }),
    cancelMaintenanceWindow: async (ctx, { params }) => ({
      status: 200,
      body: await cancelMaintenanceWindow(app, ctx, { maintenanceWindowId: params.maintenance_window_id }),
    }),
    listSilences: async (ctx) => ({ status: 200, body: await listSilences(app, ctx) }),
    createSilence: async (ctx, { body }) => ({ status: 201, body: await createSilence(app, ctx, body) }),
    expireSilence: async (ctx, { params }) => {
      await expireSilence(app, ctx, { silenceId: params.silence_id });
      return { status: 204, body: null };
    },
  };
}
