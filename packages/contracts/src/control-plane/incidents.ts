import { z } from "zod";
import { EntityId, LocalizedText, Verdict } from "../evidence/index.ts";
import { Instant, Page, pageOf, Severity, text } from "../shared/values.ts";

export const IncidentStatus = z.enum(["new", "acknowledged", "resolved"]).meta({ id: "IncidentStatus" });
export type IncidentStatus = z.infer<typeof IncidentStatus>;

export const Incident = z
  .object({
    id: z.uuid(),
    number: z.number().int().meta({ description: "short number that people say aloud" }),
    title: z.string(),
    status: IncidentStatus,
    severity: Severity,
    environment: z.string(),
    cluster: z.string(),
    service: z.string().nullable(),
    entities: z.array(EntityId),
    started_at: Instant,
    created_at: Instant,
    updated_at: Instant,
    acknowledged_at: Instant.nullable(),
    resolved_at: Instant.nullable(),
    assignee: z.string().nullable(),
    resolution: z.string().nullable(),
    alerts_firing: z.number().int(),
    alerts_total: z.number().int(),
    grouped_because: z.string(),
    grouped_because_text: LocalizedText.meta({ description: "the same in each language" }),
    diagnosis: z
      .object({
        id: z.uuid(),
        status: z.string(),
        progress: z.number().int(),
        verdict: Verdict.nullable(),
        confidence: z.number().nullable(),
        headline: LocalizedText.nullable(),
      })
      .nullable()
      .meta({ description: "the latest one" }),
    version: z.number().int(),
  })
  .meta({ id: "Incident" });
export type Incident = z.infer<typeof Incident>;

export const TimelineEntry = z
  .object({
    id: z.string(),
    at: Instant,
    kind: z.enum([
      "alert_fired",
      "alert_resolved",
      "change",
      "status",
      "comment",
      "assignment",
      "diagnosis_requested",
      "diagnosis_reported",
      "diagnosis_changed",
      "diagnosis_failed",
    ]),
    actor: z.string().meta({ description: "a person's name, or the system" }),
    text: LocalizedText,
    refers_to: z.string().nullable().meta({ description: "id of the alert, change or diagnosis" }),
  })
  .meta({ id: "TimelineEntry" });
export type TimelineEntry = z.infer<typeof TimelineEntry>;

const one = z.object({ incident_id: z.uuid() });
const read = { tag: "incidents", authentication: "principal", scope: "incidents:read" } as const;
const write = { tag: "incidents", authentication: "principal", scope: "incidents:write" } as const;

export const CreateIncident = z
  .strictObject({
    title: text(300).min(1),
    severity: Severity,
    environment: text(100).default(""),
    cluster: text(253).default(""),
    service: text(253).nullable().default(null),
  })
  .meta({ id: "CreateIncident" });
export type CreateIncident = z.infer<typeof CreateIncident>;

export const incidentOperations = {
  listIncidents: {
    ...read, method: "GET", path: "/api/v1/incidents", summary: "Incidents, newest first",
    query: Page.extend({ status: z.enum(["open", "new", "acknowledged", "resolved"]).optional(), severity: Severity.optional(), search: text(200).optional() }),
    responses: { 200: pageOf(Incident) }, problems: [],
  },
  createIncident: { ...write, method: "POST", path: "/api/v1/incidents", summary: "Open an incident by hand", body: CreateIncident, responses: { 201: Incident }, problems: [] },
  getIncident: { ...read, method: "GET", path: "/api/v1/incidents/{incident_id}", summary: "One incident", params: one, responses: { 200: Incident }, problems: [404] },
  updateIncident: {
    ...write, method: "PATCH", path: "/api/v1/incidents/{incident_id}", summary: "Change title or severity", params: one,
    body: z.strictObject({ title: text(300).min(1).optional(), severity: Severity.optional() }), responses: { 200: Incident }, problems: [404],
  },
  acknowledgeIncident: { ...write, method: "POST", path: "/api/v1/incidents/{incident_id}/acknowledge", summary: "Say that somebody is on it", params: one, responses: { 200: Incident }, problems: [404, 409] },
  assignIncident: {
    ...write, method: "POST", path: "/api/v1/incidents/{incident_id}/assign", summary: "Give it to somebody, or to nobody", params: one,
    body: z.strictObject({ assignee: text(200).nullable() }), responses: { 200: Incident }, problems: [404, 409],
  },
  commentOnIncident: {
    ...write, method: "POST", path: "/api/v1/incidents/{incident_id}/comments", summary: "Write into the timeline", params: one,
    body: z.strictObject({ text: text(4_000).min(1) }), responses: { 201: TimelineEntry }, problems: [404],
  },
  resolveIncident: {
    ...write, method: "POST", path: "/api/v1/incidents/{incident_id}/resolve", summary: "Close it with a reason", params: one,
    body: z.strictObject({ resolution: text(2_000).default("") }), responses: { 200: Incident }, problems: [404, 409],
  },
  getIncidentTimeline: {
    ...read, method: "GET", path: "/api/v1/incidents/{incident_id}/timeline", summary: "Alerts, changes, diagnoses and people in one order", params: one,
    responses: { 200: z.object({ items: z.array(TimelineEntry) }) }, problems: [404],
  },
  getIncidentReport: {
    ...read, method: "GET", path: "/api/v1/incidents/{incident_id}/report", summary: "The incident as Markdown", params: one,
    query: z.object({ language: z.enum(["en", "zh-TW"]).default("en") }), responses: { 200: { contentType: "text/markdown", description: "the incident, its diagnosis and its timeline" } }, problems: [404],
  },
} as const; // prettier-ignore
