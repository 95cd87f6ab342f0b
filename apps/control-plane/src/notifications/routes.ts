import type { notificationOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { listNotificationRoutes, listNotifications, previewNotification } from "./list-notifications.ts";
import { resendNotification } from "./resend-notification.ts";

export function notificationRoutes(app: App): Handlers<typeof notificationOperations> {
  return {
    listNotificationRoutes: async (ctx) => ({ status: 200, body: { items: listNotificationRoutes(app, ctx) } }),
    previewNotification: async (ctx, { body }) => ({ status: 200, body: previewNotification(app, ctx, { labels: body.labels }) }),
    listNotifications: async (ctx, { query }) => ({
      status: 200,
      body: await listNotifications(app, ctx, {
        filter: { status: query.status, incidentId: query.incident_id },
        cursor: query.cursor,
        limit: query.limit,
      }),
    }),
    resendNotification: async (ctx, { params }) => ({
      status: 202,
      body: await resendNotification(app, ctx, { notificationId: params.notification_id }),
    }),
  };
}
