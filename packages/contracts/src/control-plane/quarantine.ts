import { z } from "zod";
import { Instant, Page, pageOf } from "../shared/values.ts";
import { WebhookReceipt } from "../webhooks/index.ts";

/** An alert, or an event about a change, that was acknowledged to its sender and could not be read. */
export const QuarantinedAlert = z
  .object({
    id: z.uuid(),
    integration: z.string(),
    received_at: Instant,
    sender: z.string(),
    receiver: z.string(),
    field: z.string().meta({ description: "path of the first field at fault" }),
    reason: z.string(),
    payload: z.string().meta({ description: "JSON as it came, cut at 65,536 characters" }),
  })
  .meta({ id: "QuarantinedAlert" });
export type QuarantinedAlert = z.infer<typeof QuarantinedAlert>;

export const quarantineOperations = {
  listQuarantinedAlerts: {
    method: "GET", path: "/api/v1/quarantined-alerts", summary: "Alerts that could not be read, newest first", tag: "alerts", authentication: "principal", scope: "alerts:read",
    query: Page, responses: { 200: pageOf(QuarantinedAlert) }, problems: [],
  },
  replayQuarantinedAlert: {
    method: "POST", path: "/api/v1/quarantined-alerts/{quarantined_alert_id}/replay", summary: "Read a quarantined alert once more, and take it in", tag: "alerts", authentication: "principal", scope: "incidents:write",
    params: z.object({ quarantined_alert_id: z.uuid() }), responses: { 200: WebhookReceipt }, problems: [404, 422],
  },
} as const; // prettier-ignore
