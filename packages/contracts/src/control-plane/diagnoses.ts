import { z } from "zod";
import { DiagnosticResult, SessionStep, ToolStatus } from "../assistant/index.ts";
import { Answer, EvidenceId, LocalizedText, Verdict } from "../evidence/index.ts";
import { Instant, text } from "../shared/values.ts";

export const DiagnosisRun = z
  .object({
    id: z.uuid(),
    incident_id: z.uuid(),
    session_id: z.uuid().nullable(),
    trigger: z.enum(["new_incident", "new_entity", "higher_severity", "recheck", "person", "deployment"]),
    kind: z.enum(["alerts", "deployment"]),
    deployment: z.string().nullable(),
    status: z.enum(["queued", "running", "reported", "failed", "cancelled"]),
    progress: z.number().int(),
    current_step: z.string(),
    steps: z.array(SessionStep),
    requested_at: Instant,
    finished_at: Instant.nullable(),
    requested_by: z.string(),
    changed: LocalizedText.nullable().meta({ description: "what is different from the diagnosis before" }),
    result: DiagnosticResult.nullable(),
    error: z.string().nullable(),
    error_text: LocalizedText.nullable().meta({ description: "the error in each language" }),
  })
  .meta({ id: "DiagnosisRun" });
export type DiagnosisRun = z.infer<typeof DiagnosisRun>;

/** A diagnosis among others: what it came to, without the result itself. */
export const DiagnosisSummary = DiagnosisRun.omit({ result: true })
  .extend({ verdict: Verdict.nullable(), confidence: z.number().nullable(), headline: LocalizedText.nullable() })
  .meta({ id: "DiagnosisSummary" });
export type DiagnosisSummary = z.infer<typeof DiagnosisSummary>;

export const RequestDiagnosis = z
  .strictObject({
    deployment: z
      .strictObject({ cluster: text(253).default(""), namespace: text(253).min(1), name: text(253).min(1) })
      .nullable()
      .default(null),
  })
  .meta({ id: "RequestDiagnosis" });
export type RequestDiagnosis = z.infer<typeof RequestDiagnosis>;

const tag = { tag: "diagnoses", authentication: "principal" } as const;

export const diagnosisOperations = {
  listIncidentDiagnoses: {
    ...tag, method: "GET", path: "/api/v1/incidents/{incident_id}/diagnoses", summary: "Diagnoses of an incident, newest first, without their results", scope: "incidents:read",
    params: z.object({ incident_id: z.uuid() }), responses: { 200: z.object({ items: z.array(DiagnosisSummary) }) }, problems: [404],
  },
  requestDiagnosis: {
    ...tag, method: "POST", path: "/api/v1/incidents/{incident_id}/diagnoses", summary: "Diagnose again, or judge one deployment", scope: "diagnoses:write",
    params: z.object({ incident_id: z.uuid() }), body: RequestDiagnosis, responses: { 202: DiagnosisRun }, problems: [404, 409],
  },
  getDiagnosis: {
    ...tag, method: "GET", path: "/api/v1/diagnoses/{diagnosis_id}", summary: "One diagnosis with its result", scope: "incidents:read",
    params: z.object({ diagnosis_id: z.uuid() }), responses: { 200: DiagnosisRun }, problems: [404],
  },
  getDiagnosisEvidence: {
    ...tag, method: "GET", path: "/api/v1/diagnoses/{diagnosis_id}/evidence/{evidence_id}", summary: "One answer: exact query, window and samples", scope: "incidents:read",
    params: z.object({ diagnosis_id: z.uuid(), evidence_id: EvidenceId }), responses: { 200: Answer }, problems: [404],
  },
  getDiagnosisSnapshot: {
    ...tag, method: "GET", path: "/api/v1/diagnoses/{diagnosis_id}/snapshot", summary: "Everything it saw, to replay or attach to a bug", scope: "incidents:read",
    params: z.object({ diagnosis_id: z.uuid() }), responses: { 200: { contentType: "application/x-ndjson", description: "the evidence snapshot" } }, problems: [404],
  },
  listSources: {
    ...tag, tag: "sources", method: "GET", path: "/api/v1/sources", summary: "State of the assistant's sources of evidence", scope: "incidents:read",
    responses: { 200: z.object({ tools: z.array(ToolStatus) }) }, problems: [],
  },
} as const; // prettier-ignore
