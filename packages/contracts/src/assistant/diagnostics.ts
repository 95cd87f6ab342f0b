import { z } from "zod";
import { Diagnosis, EntityId, EvidenceId, Finding, Cause, Plan, Answer, Question, ScopeAlert } from "../evidence/index.ts";
import { Instant, LocalizedText, Page, pageOf, Severity, text } from "../shared/values.ts";

export const SessionId = z.uuid().meta({ id: "SessionId" });
export type SessionId = z.infer<typeof SessionId>;

const common = {
  incident_id: z.uuid(),
  severity: Severity,
  affected_services: z.array(EntityId).max(50).default([]),
  /** The moment the diagnosis reasons from; never the clock. Default: when the request is accepted. */
  as_of: Instant.optional(),
  time_limit_seconds: z.number().int().min(5).max(600).optional(),
};

/** A1: judge one deployment. */
export const DiagnosticRequest = z
  .strictObject({
    ...common,
    deployment: text(253).min(1).meta({ description: "name of the workload" }),
    namespace: text(253).min(1),
    cluster: text(253).default(""),
    alerts: z.array(ScopeAlert).max(200).default([]),
  })
  .meta({ id: "DiagnosticRequest" });
export type DiagnosticRequest = z.infer<typeof DiagnosticRequest>;

/** A2: correlate alerts and find their root cause. */
export const AlertAnalysisRequest = z
  .strictObject({
    ...common,
    alerts: z.array(ScopeAlert).min(1).max(200),
    snapshot: text(200).optional().meta({ description: "name of a recorded snapshot to answer from, where the assistant has it" }),
  })
  .meta({ id: "AlertAnalysisRequest" });
export type AlertAnalysisRequest = z.infer<typeof AlertAnalysisRequest>;

export const DiagnosticAccepted = z
  .object({
    session_id: SessionId,
    status: z.literal("accepted"),
    message: z.string(),
    estimated_time: z.number().meta({ description: "seconds" }),
  })
  .meta({ id: "DiagnosticAccepted" });
export type DiagnosticAccepted = z.infer<typeof DiagnosticAccepted>;

export const ToolUse = z
  .object({
    source: z.string(),
    evidence: EvidenceId,
    question: Question,
    text: z.string(),
    outcome: z.string(),
    took_ms: z.number(),
    round: z.number().int(),
  })
  .meta({ id: "ToolUse" });
export type ToolUse = z.infer<typeof ToolUse>;

/** A6. `diagnosis` is the whole; the fields beside it are the names the mission fixes. */
export const DiagnosticResult = z
  .object({
    summary: z.string(),
    findings: z.array(Finding),
    root_causes: z.array(Cause),
    evidence: z.array(z.object({ id: EvidenceId, source: z.string(), kind: z.enum(["answered", "unanswered"]), about: z.string() })),
    recommended_actions: z.array(z.string()),
    execution_plan: Plan,
    tools_used: z.array(ToolUse),
    execution_time: z.number().meta({ description: "seconds" }),
    diagnosis: Diagnosis,
    snapshot_hash: z.string(),
  })
  .meta({ id: "DiagnosticResult" });
export type DiagnosticResult = z.infer<typeof DiagnosticResult>;

export const SessionStatus = z.enum(["accepted", "running", "completed", "failed", "cancelled"]).meta({ id: "SessionStatus" });
export type SessionStatus = z.infer<typeof SessionStatus>;

/** What has been found so far, for people who wait. */
export const SessionStep = z
  .object({ step: z.string(), at: Instant, note: z.string(), text: LocalizedText.optional().meta({ description: "the note in each language" }) })
  .meta({ id: "SessionStep" }); // prettier-ignore
export type SessionStep = z.infer<typeof SessionStep>;

export const DiagnosticStatus = z
  .object({
    session_id: SessionId,
    incident_id: z.uuid(),
    kind: z.enum(["alerts", "deployment"]),
    status: SessionStatus,
    progress: z.number().int().min(0).max(100),
    current_step: z.string(),
    steps: z.array(SessionStep),
    accepted_at: Instant,
    finished_at: Instant.nullable(),
    result: DiagnosticResult.nullable(),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
  })
  .meta({ id: "DiagnosticStatus" });
export type DiagnosticStatus = z.infer<typeof DiagnosticStatus>;

export const SessionSummary = DiagnosticStatus.omit({ result: true, steps: true })
  .extend({ verdict: z.string().nullable(), headline: z.string().nullable() })
  .meta({ id: "SessionSummary" });

const m2m = { tag: "diagnostics", authentication: "principal" } as const;
const session = z.object({ session_id: SessionId });
const idempotency = z.object({ "idempotency-key": z.string().min(8).max(200).optional() });

export const diagnosticOperations = {
  diagnoseDeployment: {
    ...m2m, method: "POST", path: "/api/v1/diagnostics/deployment", summary: "Diagnose one deployment", scope: "diagnostics:run",
    headers: idempotency, body: DiagnosticRequest, bodyBytesMax: 1_048_576, responses: { 202: DiagnosticAccepted }, problems: [409, 422, 429],
  },
  diagnoseAlerts: {
    ...m2m, method: "POST", path: "/api/v1/diagnostics/alerts", summary: "Find the root cause of alerts", scope: "diagnostics:run",
    headers: idempotency, body: AlertAnalysisRequest, bodyBytesMax: 1_048_576, responses: { 202: DiagnosticAccepted }, problems: [409, 422, 429],
  },
  getDiagnosticStatus: {
    ...m2m, method: "GET", path: "/api/v1/diagnostics/{session_id}/status", summary: "Status, progress and result of a session", scope: "diagnostics:read",
    params: session, responses: { 200: DiagnosticStatus }, problems: [404],
  },
  cancelDiagnostic: {
    ...m2m, method: "POST", path: "/api/v1/diagnostics/{session_id}/cancel", summary: "Cancel a session that has not finished", scope: "diagnostics:run",
    params: session, responses: { 202: DiagnosticStatus }, problems: [404, 409],
  },
  getDiagnosticSnapshot: {
    ...m2m, method: "GET", path: "/api/v1/diagnostics/{session_id}/snapshot", summary: "Everything the session saw, as a snapshot", scope: "diagnostics:read",
    params: session, responses: { 200: { contentType: "application/x-ndjson", description: "the evidence snapshot" } }, problems: [404],
  },
  getDiagnosticEvidence: {
    ...m2m, method: "GET", path: "/api/v1/diagnostics/{session_id}/evidence/{evidence_id}", summary: "One answer: question, exact text, window and data", scope: "diagnostics:read",
    params: z.object({ session_id: SessionId, evidence_id: EvidenceId }), responses: { 200: Answer }, problems: [404],
  },
  listDiagnosticHistory: {
    ...m2m, method: "GET", path: "/api/v1/diagnostics/history", summary: "Sessions, newest first", scope: "diagnostics:read",
    query: Page.extend({ incident_id: z.uuid().optional(), status: SessionStatus.optional() }), responses: { 200: pageOf(SessionSummary) }, problems: [],
  },
} as const; // prettier-ignore
