import { z } from "zod";
import { EntityId } from "../evidence/index.ts";
import { Instant, Labels, Page, pageOf, Severity } from "../shared/values.ts";
import { AlertmanagerWebhook, WebhookReceipt } from "../webhooks/index.ts";

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
    links: z.array(z.object({ title: z.string(), url: z.string(), host: z.string() })).meta({ description: "http and https only" }),
  })
  .meta({ id: "Alert" });
export type Alert = z.infer<typeof Alert>;

export const alertOperations = {
  receiveAlertmanagerWebhook: {
    method: "POST", path: "/api/v1/webhooks/alertmanager", summary: "Alertmanager webhook, version 4", tag: "alerts", authentication: "ingest", scope: null,
    body: AlertmanagerWebhook, bodyBytesMax: 4_194_304, responses: { 200: WebhookReceipt }, problems: [],
  },
  listAlerts: {
    method: "GET", path: "/api/v1/alerts", summary: "Alerts, newest first", tag: "alerts", authentication: "principal", scope: "alerts:read",
    query: Page.extend({ status: z.enum(["firing", "resolved"]).optional(), incident_id: z.uuid().optional() }), responses: { 200: pageOf(Alert) }, problems: [],
  },
  getAlert: {
    method: "GET", path: "/api/v1/alerts/{alert_id}", summary: "One alert", tag: "alerts", authentication: "principal", scope: "alerts:read",
    params: z.object({ alert_id: z.uuid() }), responses: { 200: Alert }, problems: [404],
  },
} as const; // prettier-ignore
