import type { Notification, NotificationRoute } from "@sre/contracts/control-plane";
import { matcherText } from "../matchers/matchers.ts";
import type { NotificationRules, Route } from "./notification-rules.ts";
import type { NotificationOverview } from "./store.ts";

/** A route as the API shows it: of its receivers the host alone, because the rest of an address may be a secret. */
export function routeOf({ receivers, mailServer }: NotificationRules, route: Route): NotificationRoute {
  return {
    name: route.name,
    matchers: route.matchers.map(matcherText),
    receivers: route.receivers.flatMap((name) => {
      const config = receivers[name];
      const url = config && ("url" in config ? config.url : mailServer?.url);
      return url === undefined ? [] : [{ name, channel: config!.kind, host: new URL(url).host }];
    }),
    continue: route.goesOn,
    escalate_after_minutes: route.escalateAfterMinutes,
  };
}

export function notificationOf(row: NotificationOverview): Notification {
  const { id, incident_id, incident_number, incident_title, kind, route, receiver, status, attempts, error } = row;
  const times = { created_at: row.created_at.toISOString(), sent_at: row.sent_at?.toISOString() ?? null };
  return { id, incident_id, incident_number, incident_title, kind, route, receiver, status, attempts, ...times, error };
}
