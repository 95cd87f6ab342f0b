import { z } from "zod";
import { SenderInstant, Labels, text } from "../shared/values.ts";

const annotations = z.record(text(128), text(8_192)).refine((all) => Object.keys(all).length <= 64, { error: "at most 64 annotations" });

/** One alert of a group. A firing one carries the zero time `0001-01-01T00:00:00Z` as `endsAt`. */
export const AlertmanagerAlert = z.object({
  status: z.enum(["firing", "resolved"]),
  labels: Labels.refine((labels) => labels["alertname"] !== undefined, { error: "must hold alertname" }),
  annotations: annotations.default({}),
  startsAt: SenderInstant,
  endsAt: SenderInstant.optional(),
  generatorURL: z.string().max(4_096).default(""),
  fingerprint: z.string().regex(/^[0-9a-f]{1,32}$/),
});
export type AlertmanagerAlert = z.infer<typeof AlertmanagerAlert>;

/**
 * Alertmanager's webhook body, version 4. Alerts are checked one by one after the envelope: a malformed one is
 * quarantined and never sinks its siblings, because the sender drops the whole message for ever on any 4xx.
 */
export const AlertmanagerWebhook = z
  .object({
    version: z.literal("4"),
    groupKey: z.string(),
    truncatedAlerts: z.number().int().min(0).default(0),
    status: z.enum(["firing", "resolved"]),
    receiver: z.string(),
    groupLabels: z.record(z.string(), z.string()).default({}),
    commonLabels: z.record(z.string(), z.string()).default({}),
    commonAnnotations: z.record(z.string(), z.string()).default({}),
    externalURL: z.string().default(""),
    alerts: z.array(z.unknown()).max(10_000),
  })
  .meta({ id: "AlertmanagerWebhook" });
export type AlertmanagerWebhook = z.infer<typeof AlertmanagerWebhook>;

/** What became of a delivery; every accepted alert is committed before this is sent. */
export const WebhookReceipt = z
  .object({ accepted: z.number().int(), quarantined: z.number().int(), incident_ids: z.array(z.uuid()).max(10_000) })
  .meta({ id: "WebhookReceipt" });
export type WebhookReceipt = z.infer<typeof WebhookReceipt>;
