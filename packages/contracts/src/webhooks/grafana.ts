import { z } from "zod";
import { text } from "../shared/values.ts";
import { AlertmanagerAlert } from "./alertmanager.ts";

// Grafana's labels come from queries: their names may hold what Prometheus does not allow.
const looseLabels = z
  .record(z.string().max(512), text(2_048))
  .refine((labels) => Object.keys(labels).length <= 64, { error: "at most 64 labels" });
const link = z.string().max(4_096).default("");

/** One alert of Grafana Alerting (9 to 12): Alertmanager's form with Grafana's links and values. */
export const GrafanaAlert = AlertmanagerAlert.extend({
  labels: looseLabels.refine((labels) => labels["alertname"] !== undefined, { error: "must hold alertname" }),
  silenceURL: link,
  dashboardURL: link,
  panelURL: link,
  values: z.record(z.string().max(128), z.number().nullable()).nullable().default(null),
});
export type GrafanaAlert = z.infer<typeof GrafanaAlert>;

/** A rule of the alerting before Grafana 9: one state for the whole rule, and no time of its own. */
export const GrafanaRuleState = z.object({
  orgId: z.number().int().default(0),
  ruleId: z.number().int(),
  ruleName: text(500).min(1),
  ruleUrl: link,
  state: z.enum(["alerting", "ok", "no_data", "pending", "paused"]),
  title: text(500).default(""),
  message: text(8_192).default(""),
  tags: looseLabels.default({}),
  evalMatches: z.array(z.unknown()).max(1_000).nullable().default(null),
});
export type GrafanaRuleState = z.infer<typeof GrafanaRuleState>;

/** What a webhook contact point of Grafana sends: a group of alerts, or the state of one rule as Grafana 8 and older have it. */
export const GrafanaWebhook = z
  .looseObject({
    receiver: z.string().default(""),
    alerts: z.array(z.unknown()).max(10_000).optional(),
    truncatedAlerts: z.number().int().min(0).default(0),
    ruleId: z.number().int().optional(),
  })
  .refine((body) => body.alerts !== undefined || body.ruleId !== undefined, {
    path: ["alerts"],
    error: "must hold alerts, or the state of one rule",
  })
  .meta({ id: "GrafanaWebhook" });
export type GrafanaWebhook = z.infer<typeof GrafanaWebhook>;
