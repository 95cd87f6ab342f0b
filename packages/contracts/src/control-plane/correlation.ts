import { z } from "zod";
import { LocalizedText } from "../evidence/index.ts";
import { Instant, Page, pageOf, text } from "../shared/values.ts";
import { Incident } from "./incidents.ts";

const share = z.number().min(0).max(1);
const CorrelationWeights = z.strictObject({ topology: share, time: share, labels: share, text: share });

/** The numbers by which alerts are grouped. */
export const CorrelationSettings = z
  .strictObject({
    window_seconds: z.number().int().min(1).max(86_400),
    topology_steps: z.number().int().min(0).max(3).meta({ description: "0: alerts join those of their own service only" }),
    threshold: z.number().min(0.1).max(1).meta({ description: "the score from which on an alert joins" }),
    weights: CorrelationWeights.meta({ description: "what each part of the score counts" }),
  })
  .meta({ id: "CorrelationSettings" });
export type CorrelationSettings = z.infer<typeof CorrelationSettings>;

/** Settings to try; what is left out is as it is now. */
export const PreviewCorrelation = z
  .strictObject({ ...CorrelationSettings.partial().shape, hours: z.number().int().min(1).max(72).default(24) })
  .meta({ id: "PreviewCorrelation" });
export type PreviewCorrelation = z.infer<typeof PreviewCorrelation>;

/** What the settings would have made of stored alerts; nothing is changed. */
export const CorrelationPreview = z
  .object({
    settings: CorrelationSettings,
    from: Instant,
    to: Instant,
    alerts: z.number().int(),
    complete: z
      .boolean()
      .meta({ description: "false: only the earliest alerts of the stretch were looked at, or not all groups are listed" }),
    incidents_now: z.number().int().meta({ description: "incidents that these alerts are in" }),
    groups_then: z.number().int(),
    merged: z.array(
      z.object({ incident_ids: z.array(z.uuid()), alerts: z.number().int(), because: z.array(LocalizedText).meta({ description: "why, of the alerts by which they meet" }) }),
    ), // prettier-ignore
    divided: z.array(z.object({ incident_id: z.uuid(), groups: z.number().int(), alerts: z.number().int() })),
  })
  .meta({ id: "CorrelationPreview" });
export type CorrelationPreview = z.infer<typeof CorrelationPreview>;

/** What somebody changed in the grouping by hand. It is kept, and nothing is learned from it by itself. */
export const GroupingFeedback = z
  .object({
    id: z.uuid(),
    at: Instant,
    actor: z.string(),
    kind: z.enum(["merge", "split", "move"]),
    from_incident_id: z.uuid(),
    to_incident_id: z.uuid(),
    alerts: z.number().int(),
    alert_ids: z.array(z.uuid()).meta({ description: "at most the first 100" }),
    reason: z.string(),
  })
  .meta({ id: "GroupingFeedback" });
export type GroupingFeedback = z.infer<typeof GroupingFeedback>;

const write = { tag: "incidents", authentication: "principal", scope: "incidents:write" } as const;
const read = { tag: "incidents", authentication: "principal", scope: "incidents:read" } as const;
const incident = z.object({ incident_id: z.uuid() });
const reason = text(2_000).default("");

export const correlationOperations = {
  getCorrelationSettings: { ...read, method: "GET", path: "/api/v1/correlation/settings", summary: "By which numbers alerts are grouped now", responses: { 200: CorrelationSettings }, problems: [] },
  previewCorrelation: { ...read, method: "POST", path: "/api/v1/correlation/preview", summary: "What other settings would have made of stored alerts", body: PreviewCorrelation, responses: { 200: CorrelationPreview }, problems: [] },
  listGroupingFeedback: { ...read, method: "GET", path: "/api/v1/correlation/feedback", summary: "What people changed in the grouping, newest first", query: Page, responses: { 200: pageOf(GroupingFeedback) }, problems: [] },
  mergeIncident: {
    ...write, method: "POST", path: "/api/v1/incidents/{incident_id}/merge", summary: "Move all alerts into another incident, and resolve this one", params: incident,
    body: z.strictObject({ into: z.uuid(), reason }), responses: { 200: Incident }, problems: [404, 409],
  },
  splitIncident: {
    ...write, method: "POST", path: "/api/v1/incidents/{incident_id}/split", summary: "Move some of its alerts into a new incident", params: incident,
    body: z.strictObject({ alert_ids: z.array(z.uuid()).min(1).max(1_000), title: text(300).min(1).optional(), reason }), responses: { 201: Incident }, problems: [404, 409],
  },
  moveAlert: {
    ...write, method: "POST", path: "/api/v1/alerts/{alert_id}/move", summary: "Move one alert into another incident", params: z.object({ alert_id: z.uuid() }),
    body: z.strictObject({ incident_id: z.uuid(), reason }), responses: { 200: Incident }, problems: [404, 409],
  },
} as const; // prettier-ignore
