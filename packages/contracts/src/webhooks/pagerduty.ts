import { z } from "zod";
import { Severity, text } from "../shared/values.ts";

const details = z.record(z.string().max(200), z.unknown());
// With a zone as "+0000" or "+00:00"; one that cannot be read is no reason to lose what it dates.
const moment = z.string().max(64);
const links = z
  .array(z.object({ href: z.string().max(4_096), text: text(500).optional() }))
  .max(50)
  .default([]);

/** What a trigger says of its alert, in the words of PagerDuty's common event format. */
const PagerDutyPayload = z.object({
  summary: text(1_024).min(1),
  source: text(2_048).min(1),
  severity: Severity,
  timestamp: moment.optional(),
  component: text(2_048).optional(),
  group: text(2_048).optional(),
  class: text(2_048).optional(),
  custom_details: z.union([details, text(8_192)]).optional(),
});

/** An event of PagerDuty's Events API v2. Only a trigger carries a payload; the key says which alert the others speak of. */
export const PagerDutyEvent = z
  .object({
    routing_key: z.string().max(200).optional().meta({ description: "not read: the sender proves itself by its token" }),
    event_action: z.enum(["trigger", "acknowledge", "resolve"]),
    dedup_key: text(255).min(1).optional(),
    payload: PagerDutyPayload.optional(),
    client: text(500).optional(),
    client_url: z.string().max(4_096).optional(),
    links,
    images: z.array(z.unknown()).max(50).default([]),
  })
  .refine((event) => event.event_action !== "trigger" || event.payload !== undefined, {
    path: ["payload"],
    error: "must stand in a trigger",
  })
  .refine((event) => event.event_action === "trigger" || event.dedup_key !== undefined, {
    path: ["dedup_key"],
    error: "must say which alert is meant",
  })
  .meta({ id: "PagerDutyEvent" });
export type PagerDutyEvent = z.infer<typeof PagerDutyEvent>;

/** PagerDuty's own answer, so that its clients understand it. */
export const PagerDutyReceipt = z
  .object({ status: z.literal("success"), message: z.string(), dedup_key: z.string() })
  .meta({ id: "PagerDutyReceipt" });

/** A change event of PagerDuty's Events API v2. It has no key: the same event sent again is the same change. */
export const PagerDutyChangeEvent = z
  .object({
    routing_key: z.string().max(200).optional().meta({ description: "not read: the sender proves itself by its token" }),
    payload: z.object({
      summary: text(1_024).min(1),
      source: text(2_048).optional(),
      timestamp: moment.optional(),
      custom_details: details.optional(),
    }),
    links,
  })
  .meta({ id: "PagerDutyChangeEvent" });
export type PagerDutyChangeEvent = z.infer<typeof PagerDutyChangeEvent>;

export const PagerDutyChangeReceipt = z
  .object({ status: z.literal("success"), message: z.string() })
  .meta({ id: "PagerDutyChangeReceipt" });
