import type { Notification, NotificationPreview, NotificationRoute } from "@sre/contracts/control-plane";
import { defaultTeamId, requireScope, type CallContext } from "@sre/service-kit";
import { keysetOf } from "@sre/storage";
import type { App } from "../app.ts";
import { pageOfRows } from "../http/paging.ts";
import type { Labels } from "../matchers/matchers.ts";
import { stepsFor } from "./notification-rules.ts";
import { notificationOf, routeOf } from "./notification-view.ts";
import { findNotifications } from "./store.ts";

const rulesOf = (app: App, ctx: CallContext) => (ctx.teamId === defaultTeamId ? app.notifications?.rules : undefined);

/** The routes in their order; none where nobody is told of anything. */
export function listNotificationRoutes(app: App, ctx: CallContext): NotificationRoute[] {
  requireScope(ctx, "incidents:read");
  const rules = rulesOf(app, ctx);
  return rules ? rules.routes.map((route) => routeOf(rules, route)) : [];
}

/** Who would be told of an incident with these labels; nobody is. */
export function previewNotification(app: App, ctx: CallContext, { labels }: { labels: Labels }): NotificationPreview {
  requireScope(ctx, "incidents:read");
  const rules = rulesOf(app, ctx);
  if (!rules) return { steps: [] };
  const steps = stepsFor(rules, labels);
  return {
    steps: steps.map(({ afterMinutes, routes }) => ({ after_minutes: afterMinutes, routes: routes.map((route) => routeOf(rules, route)) })),
  };
}

interface ListNotifications {
  readonly filter: { readonly status: Notification["status"] | undefined; readonly incidentId: string | undefined };
  readonly cursor: string | undefined;
  readonly limit: number;
}

/** What was told to whom, newest first. */
export async function listNotifications(app: App, ctx: CallContext, { filter, cursor, limit }: ListNotifications) {
  requireScope(ctx, "incidents:read");
  const rows = await findNotifications(app.database.kysely, ctx.teamId, { filter, after: keysetOf(cursor), limit: limit + 1 });
  return pageOfRows({ rows, limit, keyset: (row) => ({ at: row.created_at, id: row.id }), item: notificationOf });
}
