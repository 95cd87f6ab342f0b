import { z } from "zod";
import { Instant } from "../shared/values.ts";

/** True state of one source: what it answered last, and how it did over 24 hours. */
export const ToolStatus = z
  .object({
    name: z.string(),
    kind: z.enum(["prometheus", "loki", "kubernetes", "control-plane", "snapshot"]),
    cluster: z.string().nullable(),
    state: z.enum(["ok", "degraded", "down", "not_configured", "unknown"]),
    breaker: z.enum(["closed", "open", "half_open"]),
    last_answer_at: Instant.nullable(),
    last_outcome: z.string().nullable(),
    last_detail: z.string().nullable(),
    calls_24h: z.number().int(),
    success_rate_24h: z.number().min(0).max(1).nullable(),
    p95_ms_24h: z.number().nullable(),
    in_flight: z.number().int(),
    in_flight_max: z.number().int(),
  })
  .meta({ id: "ToolStatus" });
export type ToolStatus = z.infer<typeof ToolStatus>;

export const WorkflowTemplate = z
  .object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    input: z.string(),
    steps: z.array(z.object({ id: z.string(), title: z.string() })),
  })
  .meta({ id: "WorkflowTemplate" });
export type WorkflowTemplate = z.infer<typeof WorkflowTemplate>;

export const toolOperations = {
  getToolStatus: {
    method: "GET", path: "/api/v1/tools/status", summary: "State of every source of evidence", tag: "tools", authentication: "principal", scope: "diagnostics:read",
    responses: { 200: z.object({ tools: z.array(ToolStatus) }) }, problems: [],
  },
  listWorkflowTemplates: {
    method: "GET", path: "/api/v1/workflows/templates", summary: "The workflows a session can run, with their steps", tag: "workflows", authentication: "principal", scope: "diagnostics:read",
    responses: { 200: z.object({ templates: z.array(WorkflowTemplate) }) }, problems: [], cannotFail: true,
  },
} as const; // prettier-ignore
