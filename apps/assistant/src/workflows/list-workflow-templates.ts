import type { WorkflowTemplate } from "@sre/contracts/assistant";
import { requireScope, type CallContext } from "@sre/service-kit";

/** The steps as a session reports them, in order. */
const steps: WorkflowTemplate["steps"] = [
  { id: "scope", title: "Settle the window, its baselines and the entities" },
  { id: "plan", title: "Plan the questions of a round from what is known" },
  { id: "collect", title: "Ask every source at once; at most three rounds" },
  { id: "reason", title: "Find what is unusual, explain it, rank the causes" },
  { id: "report", title: "Store the result with its evidence" },
];

const templates: readonly WorkflowTemplate[] = [
  {
    id: "alert-analysis",
    title: "Alert analysis",
    description: "Correlates the alerts of an incident and finds their root cause.",
    input: "POST /api/v1/diagnostics/alerts (AlertAnalysisRequest)",
    steps,
  },
  {
    id: "deployment-diagnosis",
    title: "Deployment diagnosis",
    description: "Judges one deployment: whether it broke something, and what.",
    input: "POST /api/v1/diagnostics/deployment (DiagnosticRequest)",
    steps,
  },
];

/** The workflows that a session can run. */
export function listWorkflowTemplates(ctx: CallContext): WorkflowTemplate[] {
  requireScope(ctx, "diagnostics:read");
  return [...templates];
}
