import { z } from "zod";
import { Instant, Page, pageOf, text } from "../shared/values.ts";

/** Who did what to what, when: one row for every mutation, written in its transaction. */
export const AuditLog = z
  .object({
    id: z.uuid(),
    sequence: z.number().int(),
    at: Instant,
    actor: z.string(),
    actor_subject: z
      .string()
      .nullable()
      .meta({ description: "what identifies the actor to its issuer; null in rows from before it was kept" }),
    actor_kind: z.enum(["person", "service", "sender", "system"]),
    action: z.string().meta({ description: "noun.verb, e.g. incident.acknowledge" }),
    subject_kind: z.string(),
    subject: z.string(),
    service: z.string().nullable().meta({ description: "the user's service it concerns" }),
    outcome: z.enum(["done", "refused"]),
    detail: z.record(z.string(), z.unknown()),
    trace_id: z.string(),
    content_hash: z.string(),
    position: z.number().int().nullable().meta({ description: "place in the chain, from 1; null until it is sealed" }),
    seal: z.string().nullable(),
  })
  .meta({ id: "AuditLog" });
export type AuditLog = z.infer<typeof AuditLog>;

/** What a walk along the chain of audit rows found. */
export const AuditVerification = z
  .object({
    verified_to: z.number().int().meta({ description: "every row from the start of the walk to this position is as it was sealed" }),
    complete: z.boolean().meta({ description: "false: the chain goes on; ask again with after=verified_to" }),
    checkpoints: z.number().int().meta({ description: "signed checkpoints that agreed" }),
    unsealed: z.number().int().meta({ description: "rows that have no place in the chain yet" }),
    finding: z
      .object({
        kind: z.enum(["edited", "missing", "inserted", "reordered", "truncated", "rewritten", "checkpoint"]),
        position: z.number().int().nullable(),
        id: z.string().nullable(),
        detail: z.string(),
      })
      .nullable()
      .meta({ description: "the first thing that is not as it was sealed" }),
  })
  .meta({ id: "AuditVerification" });
export type AuditVerification = z.infer<typeof AuditVerification>;

export const Execution = z
  .object({
    id: z.uuid(),
    title: z.string(),
    status: z.enum(["queued", "running", "succeeded", "failed", "unknown"]),
    target: z.string(),
    requested_by: z.string(),
    started_at: Instant.nullable(),
    finished_at: Instant.nullable(),
  })
  .meta({ id: "Execution" });
export type Execution = z.infer<typeof Execution>;

export const DashboardSummary = z
  .object({
    incidents: z.object({ new: z.number().int(), acknowledged: z.number().int(), resolved_24h: z.number().int() }),
    alerts_firing: z.number().int(),
    diagnoses_24h: z.object({
      reported: z.number().int(),
      failed: z.number().int(),
      confirmed: z.number().int(),
      likely: z.number().int(),
      inconclusive: z.number().int(),
      nothing_wrong: z.number().int(),
    }),
    changes_24h: z.number().int(),
  })
  .meta({ id: "DashboardSummary" });
export type DashboardSummary = z.infer<typeof DashboardSummary>;

const AuditFilter = z.object({
  service: text(253).optional(),
  actor: text(200).optional(),
  subject: text(1_200).optional(),
  from: Instant.optional(),
  to: Instant.optional(),
});

export const auditOperations = {
  listAuditLogs: {
    method: "GET", path: "/api/v1/audit-logs", summary: "Who changed what, by service and time", tag: "audit", authentication: "principal", scope: "audit:read",
    query: Page.extend(AuditFilter.shape),
    responses: { 200: pageOf(AuditLog) }, problems: [],
  },
  verifyAuditLogs: {
    method: "GET", path: "/api/v1/audit-logs/verification", summary: "Whether the audit log is as it was sealed, and the first row that is not", tag: "audit", authentication: "principal", scope: "audit:read",
    query: z.object({ after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0) }),
    responses: { 200: AuditVerification }, problems: [],
  },
  exportAuditLogsAsCsv: {
    method: "GET", path: "/api/v1/audit-logs/export.csv", summary: "Audit rows for a spreadsheet, newest first; the export is audited", tag: "audit", authentication: "principal", scope: "audit:read",
    query: AuditFilter, responses: { 200: { contentType: "text/csv", description: "RFC 4180 with a header; no cell is read as a formula" } }, problems: [],
  },
  exportAuditLogsAsJson: {
    method: "GET", path: "/api/v1/audit-logs/export.jsonl", summary: "Audit rows for a program, newest first; the export is audited", tag: "audit", authentication: "principal", scope: "audit:read",
    query: AuditFilter, responses: { 200: { contentType: "application/x-ndjson", description: "an AuditLog a line" } }, problems: [],
  },
  listExecutions: {
    method: "GET", path: "/api/v1/executions", summary: "Executions of automation, newest first", tag: "executions", authentication: "principal", scope: "executions:read",
    query: Page.extend({ target: text(1_200).optional() }), responses: { 200: pageOf(Execution) }, problems: [],
  },
  getExecution: {
    method: "GET", path: "/api/v1/executions/{execution_id}", summary: "One execution", tag: "executions", authentication: "principal", scope: "executions:read",
    params: z.object({ execution_id: z.uuid() }), responses: { 200: Execution }, problems: [404],
  },
  getExecutionLogs: {
    method: "GET", path: "/api/v1/executions/{execution_id}/logs", summary: "Log lines of one execution", tag: "executions", authentication: "principal", scope: "executions:read",
    params: z.object({ execution_id: z.uuid() }), responses: { 200: z.object({ items: z.array(z.object({ at: Instant, line: z.string() })) }) }, problems: [404],
  },
  getDashboardSummary: {
    method: "GET", path: "/api/v1/dashboard/summary", summary: "The state of everything in one answer", tag: "dashboard", authentication: "principal", scope: "incidents:read",
    responses: { 200: DashboardSummary }, problems: [],
  },
} as const; // prettier-ignore
