import { z } from "zod";
import { Instant, Severity } from "../shared/values.ts";
import { Incident } from "./incidents.ts";

const count = z.number().int().min(0);

/** How many alerts of each fate: those that fire, those that are over, those that are held back. */
const Fates = z.object({
  firing: count.meta({ description: "fire, and are not held back" }),
  resolved: count,
  held: count.meta({ description: "fire, and are held back by a maintenance window or because they flap" }),
});

const StormShare = z.object({ value: z.string(), alerts: count }).meta({ id: "StormShare" });
const shares = z.array(StormShare).meta({ description: "the ten with most alerts" });

/** The alerts of a stretch of time, and the incidents they became. An alert is counted when it was first received, with its state of now. */
export const AlertStorm = z
  .object({
    from: Instant,
    to: Instant,
    complete: z.boolean().meta({ description: "false: more alerts came than are counted, and those before `from` are not" }),
    under_way: z
      .boolean()
      .meta({ description: "whether alerts arrive now faster than people can read them: 100 or more within five minutes" }),
    bucket_seconds: count,
    buckets: z.array(
      Fates.extend({
        at: Instant.meta({ description: "where the bucket begins" }),
        quarantined: count,
        incidents: count.meta({ description: "incidents that were opened" }),
      }),
    ),
    totals: Fates.extend({
      alerts: count,
      distinct: count.meta({ description: "different alerts: one that fired twice counts once" }),
      quarantined: count,
      incidents: count.meta({ description: "incidents that the alerts are in" }),
      incidents_opened: count,
    }),
    incidents: z
      .array(
        z.object({
          id: z.uuid(),
          number: z.number().int(),
          title: z.string(),
          status: Incident.shape.status,
          severity: Severity,
          service: z.string().nullable(),
          alerts: count.meta({ description: "alerts of this stretch that it took" }),
        }),
      )
      .meta({ description: "the twenty that took most" }),
    services: shares,
    namespaces: shares,
    names: shares,
    senders: shares,
  })
  .meta({ id: "AlertStorm" });
export type AlertStorm = z.infer<typeof AlertStorm>;

export const stormOperations = {
  getAlertStorm: {
    method: "GET", path: "/api/v1/alerts/storm", summary: "How many alerts arrive, and what became of them", tag: "alerts", authentication: "principal", scope: "alerts:read",
    query: z.object({ minutes: z.coerce.number().int().min(5).max(360).default(60).meta({ description: "how far back" }) }), responses: { 200: AlertStorm }, problems: [],
  },
} as const; // prettier-ignore
