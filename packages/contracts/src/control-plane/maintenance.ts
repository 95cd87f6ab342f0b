import { z } from "zod";
import { Instant, Page, pageOf, text } from "../shared/values.ts";

/** A condition on one label, as Alertmanager has it; a label that is missing counts as empty. */
export const Matcher = z
  .strictObject({
    name: text(128).regex(/^[a-zA-Z_:][a-zA-Z0-9_:.]*$/),
    value: text(400),
    is_regex: z.boolean().default(false),
    is_equal: z.boolean().default(true),
  })
  .meta({ id: "Matcher" });
export type Matcher = z.infer<typeof Matcher>;
const Matchers = z.array(Matcher).min(1).max(20);

export const MaintenanceWindow = z
  .object({
    id: z.uuid(),
    reason: z.string(),
    matchers: z.array(Matcher),
    starts_at: Instant,
    ends_at: Instant,
    state: z.enum(["scheduled", "active", "ended", "cancelled"]),
    created_at: Instant,
    created_by: z.string(),
    cancelled_at: Instant.nullable(),
    cancelled_by: z.string().nullable(),
    alerts_held: z.number().int().meta({ description: "alerts that fire and open no incident because of it" }),
  })
  .meta({ id: "MaintenanceWindow" });
export type MaintenanceWindow = z.infer<typeof MaintenanceWindow>;

export const CreateMaintenanceWindow = z
  .strictObject({ reason: text(500).min(1), matchers: Matchers, starts_at: Instant, ends_at: Instant })
  .meta({ id: "CreateMaintenanceWindow" });
export type CreateMaintenanceWindow = z.infer<typeof CreateMaintenanceWindow>;

const SilencedAlert = z.object({ fingerprint: z.string(), name: z.string(), labels: z.record(z.string(), z.string()), starts_at: Instant });

/** A silence of Alertmanager, with what it hides. */
export const Silence = z
  .object({
    id: z.string(),
    comment: z.string(),
    matchers: z.array(Matcher),
    starts_at: Instant,
    ends_at: Instant,
    state: z.enum(["pending", "active", "expired"]),
    created_by: z.string(),
    alerts: z.array(SilencedAlert).meta({ description: "alerts that Alertmanager keeps to itself because of it, at most 100" }),
    alerts_total: z.number().int(),
  })
  .meta({ id: "Silence" });
export type Silence = z.infer<typeof Silence>;

export const CreateSilence = z
  .strictObject({ comment: text(500).min(1), matchers: Matchers, starts_at: Instant, ends_at: Instant })
  .meta({ id: "CreateSilence" });
export type CreateSilence = z.infer<typeof CreateSilence>;

const read = { tag: "maintenance", authentication: "principal", scope: "alerts:read" } as const;
const write = { tag: "maintenance", authentication: "principal", scope: "incidents:write" } as const;

export const maintenanceOperations = {
  listMaintenanceWindows: {
    ...read, method: "GET", path: "/api/v1/maintenance-windows", summary: "Times in which alerts open no incident and tell nobody, newest first",
    query: Page, responses: { 200: pageOf(MaintenanceWindow) }, problems: [],
  },
  createMaintenanceWindow: {
    ...write, method: "POST", path: "/api/v1/maintenance-windows", summary: "Announce a maintenance window", body: CreateMaintenanceWindow,
    responses: { 201: MaintenanceWindow }, problems: [422],
  },
  cancelMaintenanceWindow: {
    ...write, method: "POST", path: "/api/v1/maintenance-windows/{maintenance_window_id}/cancel", summary: "End a maintenance window now, or never begin it",
    params: z.object({ maintenance_window_id: z.uuid() }), responses: { 200: MaintenanceWindow }, problems: [404, 409],
  },
  listSilences: {
    ...read, method: "GET", path: "/api/v1/silences", summary: "Silences of Alertmanager that are not over, with what they hide",
    responses: { 200: z.object({ alertmanager: z.string().nullable().meta({ description: "its host; null where none is configured" }), items: z.array(Silence) }) }, problems: [],
  },
  createSilence: {
    ...write, method: "POST", path: "/api/v1/silences", summary: "Silence alerts at Alertmanager", body: CreateSilence,
    responses: { 201: z.object({ id: z.string() }) }, problems: [422],
  },
  expireSilence: {
    ...write, method: "POST", path: "/api/v1/silences/{silence_id}/expire", summary: "End a silence now",
    params: z.object({ silence_id: z.uuid() }), responses: { 204: null }, problems: [404],
  },
} as const; // prettier-ignore
