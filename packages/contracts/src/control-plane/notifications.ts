import { z } from "zod";
import { Instant, Labels, Page, pageOf } from "../shared/values.ts";

/** What happened to an incident that people are told of. */
export const NoticeKind = z.enum(["opened", "reopened", "acknowledged", "escalated", "diagnosed", "resolved"]).meta({ id: "NoticeKind" });
export type NoticeKind = z.infer<typeof NoticeKind>;

export const Channel = z.enum(["slack", "webhook", "pagerduty", "email"]).meta({ id: "Channel" });
export type Channel = z.infer<typeof Channel>;

/** Where a route leads, without what is secret of it. */
const Receiver = z.object({ name: z.string(), channel: Channel, host: z.string() }).meta({ id: "Receiver" });

export const NotificationRoute = z
  .object({
    name: z.string(),
    matchers: z.array(z.string()).meta({ description: "conditions on labels, as Alertmanager writes them; none: every incident" }),
    receivers: z.array(Receiver),
    continue: z.boolean().meta({ description: "whether the next route that matches is told as well" }),
    escalate_after_minutes: z.number().int().nullable(),
  })
  .meta({ id: "NotificationRoute" });
export type NotificationRoute = z.infer<typeof NotificationRoute>;

/** Who would be told, one step after the other. */
export const NotificationPreview = z
  .object({
    steps: z.array(
      z.object({
        after_minutes: z.number().int().meta({ description: "since the incident opened; steps after the first are for critical ones that nobody acknowledged" }),
        routes: z.array(NotificationRoute),
      }),
    ),
  })
  .meta({ id: "NotificationPreview" }); // prettier-ignore
export type NotificationPreview = z.infer<typeof NotificationPreview>;

/** One message to one receiver. */
export const Notification = z
  .object({
    id: z.uuid().meta({ description: "the same on every attempt, so that a receiver can tell a repetition" }),
    incident_id: z.uuid(),
    incident_number: z.number().int(),
    incident_title: z.string(),
    kind: NoticeKind,
    route: z.string(),
    receiver: z.string(),
    status: z.enum(["queued", "sent", "failed"]).meta({ description: "failed: given up; it can be sent again" }),
    attempts: z.number().int(),
    created_at: Instant,
    sent_at: Instant.nullable(),
    error: z.string().nullable().meta({ description: "why the last attempt failed" }),
  })
  .meta({ id: "Notification" });
export type Notification = z.infer<typeof Notification>;

const read = { tag: "notifications", authentication: "principal", scope: "incidents:read" } as const;
const write = { tag: "notifications", authentication: "principal", scope: "incidents:write" } as const;

export const notificationOperations = {
  listNotificationRoutes: {
    ...read, method: "GET", path: "/api/v1/notification-routes", summary: "Who is told of which incidents, in order",
    responses: { 200: z.object({ items: z.array(NotificationRoute) }) }, problems: [],
  },
  previewNotification: {
    ...read, method: "POST", path: "/api/v1/notification-routes/preview", summary: "Who would be told of an incident with these labels", body: z.strictObject({ labels: Labels }),
    responses: { 200: NotificationPreview }, problems: [],
  },
  listNotifications: {
    ...read, method: "GET", path: "/api/v1/notifications", summary: "What was told to whom, newest first",
    query: Page.extend({ status: Notification.shape.status.optional(), incident_id: z.uuid().optional() }), responses: { 200: pageOf(Notification) }, problems: [],
  },
  resendNotification: {
    ...write, method: "POST", path: "/api/v1/notifications/{notification_id}/resend", summary: "Try a notification again that was given up",
    params: z.object({ notification_id: z.uuid() }), responses: { 202: Notification }, problems: [404, 409],
  },
} as const; // prettier-ignore
