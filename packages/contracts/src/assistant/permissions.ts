import type { Permission } from "../shared/roles.ts";

const asking = { "control-plane": "own" } as const satisfies Permission;
/** An administrator may look into the sessions of any team, and start none past the control plane. */
const reading = { ...asking, "super-admin": "all" } as const satisfies Permission;

/** Who may do what on the assistant, which has no pages: the control plane asks it on behalf of people. Tested against `apps/assistant/src/access/permissions.csv`. */
export const assistantPermissions = {
  diagnoseDeployment: asking,
  diagnoseAlerts: asking,
  cancelDiagnostic: asking,
  getDiagnosticStatus: reading,
  getDiagnosticSnapshot: reading,
  getDiagnosticEvidence: reading,
  listDiagnosticHistory: reading,
  getToolStatus: reading,
  listWorkflowTemplates: reading,
} as const;
