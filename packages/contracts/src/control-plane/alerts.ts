import { z } from "zod";
import { EntityId } from "../evidence/index.ts";
import { Instant, Labels, Page, pageOf, Severity, text } from "../shared/values.ts";
import {
  AlertmanagerWebhook, CustomBody, GrafanaWebhook, PagerDutyEvent, PagerDutyReceipt, PostedAlerts, SnsMessage, WebhookReceipt,
} from "../webhooks/index.ts"; // prettier-ignore
import { RecordChange } from "./changes.ts";

export const Alert = z
  .object({
    id: z.uuid(),
    fingerprint: z.string(),
    integration: z.string(),
    name: z.string(),
    status: z.enum(["firing", "resolved"]),
    severity: Severity,
    entity: EntityId.nullable().meta({ description: "what it is about; null when nothing in its labels says so" }),
    environment: z.string(),
    cluster: z.string(),
    labels: Labels,
    annotations: z.record(z.string(), z.string()),
    starts_at: Instant,
    ends_at: Instant.nullable(),
    received_at: Instant,
    incident_id: z.uuid().nullable(),
    held: z.enum(["maintenance", "flapping"]).nullable().meta({ description: "why it opened no incident although it could" }),
    links: z.array(z.object({ title: z.string(), url: z.string(), host: z.string() })).meta({ description: "http and https only" }),
  })
  .meta({ id: "Alert" });
export type Alert = z.infer<typeof Alert>;

/** A kind of sender: built in, or the name of a format that the operator wrote. */
export const SenderName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/)
  .meta({
    id: "SenderName",
    description: "alertmanager, grafana, pagerduty, prometheus, cloudwatch, cloudevents, pagerduty-changes, or a format of your own",
  });

/** What a message would become, were it sent now. */
export const AlertPreview = z
  .object({
    alerts: z.array(
      Alert.pick({
        fingerprint: true, name: true, status: true, severity: true, entity: true, environment: true, cluster: true, labels: true, annotations: true, starts_at: true, ends_at: true,
      }).extend({ namespace: z.string(), service: z.string().nullable(), opens_incident: z.boolean() }), // prettier-ignore
    ),
    changes: z.array(
      RecordChange.pick({
        id: true,
        entity: true,
        kind: true,
        title: true,
        started_at: true,
        ended_at: true,
        state: true,
        by: true,
        to: true,
        url: true,
      }).strip(),
    ),
    quarantined: z.array(z.object({ index: z.number().int(), field: z.string(), reason: z.string() })),
  })
  .meta({ id: "AlertPreview" });
export type AlertPreview = z.infer<typeof AlertPreview>;

const deliveryBytesMax = 4_194_304;

export const alertOperations = {
  receiveAlertmanagerWebhook: {
    method: "POST", path: "/api/v1/webhooks/alertmanager", summary: "Alertmanager webhook, version 4", tag: "alerts", authentication: "ingest", scope: null,
    body: AlertmanagerWebhook, bodyBytesMax: deliveryBytesMax, responses: { 200: WebhookReceipt }, problems: [],
  },
  receiveGrafanaWebhook: {
    method: "POST", path: "/api/v1/webhooks/grafana", summary: "Webhook contact point of Grafana, 9 to 12, or notification channel of 8 and older", tag: "alerts", authentication: "ingest", scope: null,
    body: GrafanaWebhook, bodyBytesMax: deliveryBytesMax, responses: { 200: WebhookReceipt }, problems: [],
  },
  receivePagerDutyEvent: {
    method: "POST", path: "/api/v1/webhooks/pagerduty/v2/enqueue", summary: "Event of PagerDuty's Events API v2", tag: "alerts", authentication: "ingest", scope: null,
    body: PagerDutyEvent, bodyBytesMax: 524_288, responses: { 202: PagerDutyReceipt }, problems: [],
  },
  receiveCloudWatchAlarm: {
    method: "POST", path: "/api/v1/webhooks/cloudwatch", summary: "Alarm of Amazon CloudWatch, through Amazon SNS", tag: "alerts", authentication: "ingest", scope: null,
    body: SnsMessage, bodyBytesMax: 1_048_576, mediaTypes: ["text/plain"], responses: { 200: WebhookReceipt }, problems: [],
  },
  receiveCustomWebhook: {
    method: "POST", path: "/api/v1/webhooks/custom/{sender}", summary: "Message in a format that the operator wrote", tag: "alerts", authentication: "ingest", scope: null,
    params: z.object({ sender: SenderName }), body: CustomBody, bodyBytesMax: deliveryBytesMax, responses: { 200: WebhookReceipt }, problems: [404],
  },
  postAlerts: {
    method: "POST", path: "/api/v2/alerts", summary: "Alerts as Prometheus posts them to Alertmanager", tag: "alerts", authentication: "ingest", scope: null,
    body: PostedAlerts, bodyBytesMax: deliveryBytesMax, responses: { 200: z.object({}) }, problems: [],
  },
  previewAlerts: {
    method: "POST", path: "/api/v1/webhooks/{integration}/preview", summary: "What a message would become; nothing is stored", tag: "alerts", authentication: "principal", scope: "alerts:read",
    params: z.object({ integration: SenderName }), body: z.unknown(), responses: { 200: AlertPreview }, problems: [404, 422],
  },
  listAlerts: {
    method: "GET", path: "/api/v1/alerts", summary: "Alerts, newest first", tag: "alerts", authentication: "principal", scope: "alerts:read",
    query: Page.extend({ status: z.enum(["firing", "resolved"]).optional(), incident_id: z.uuid().optional(), held: z.enum(["maintenance", "flapping"]).optional(), severity: Severity.optional(), search: text(200).optional() }), responses: { 200: pageOf(Alert) }, problems: [],
  },
  getAlert: {
    method: "GET", path: "/api/v1/alerts/{alert_id}", summary: "One alert", tag: "alerts", authentication: "principal", scope: "alerts:read",
    params: z.object({ alert_id: z.uuid() }), responses: { 200: Alert }, problems: [404],
  },
} as const; // prettier-ignore
