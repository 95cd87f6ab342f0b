import type { Permission } from "../shared/roles.ts";

const team = { "team-manager": "own", "super-admin": "all" } as const satisfies Permission;
const response = { responder: "own", ...team } as const satisfies Permission;
const people = { viewer: "own", approver: "own", ...response, auditor: "all" } as const satisfies Permission;

/** For every person of the team, and for the assistant, which needs it as context of a diagnosis. */
const reading = { ...people, assistant: "own" } as const satisfies Permission;
const asking = { viewer: "own", approver: "own", ...response } as const satisfies Permission;
const responding = response;
const managing = team;
const auditing = { auditor: "all", ...team, assistant: "own" } as const satisfies Permission;
const sending = { "ingest-key": "own" } as const satisfies Permission;
const self = { everyone: "own" } as const satisfies Permission;

/**
 * Who may do what on the control plane. From it come the guards, the `security` of the OpenAPI document and
 * `docs/operations/permissions.md`; it is tested against `apps/control-plane/src/access/permissions.csv`, never against itself.
 */
export const controlPlanePermissions = {
  receiveAlertmanagerWebhook: sending,
  receiveGrafanaWebhook: sending,
  receivePagerDutyEvent: sending,
  receiveCloudWatchAlarm: sending,
  receiveCustomWebhook: sending,
  postAlerts: sending,
  receiveCloudEvents: sending,
  receivePagerDutyChange: sending,

  listAlerts: reading,
  getAlert: reading,
  getAlertStorm: people,
  previewAlerts: asking,
  listQuarantinedAlerts: people,
  replayQuarantinedAlert: responding,

  listIncidents: reading,
  getIncident: reading,
  getIncidentTimeline: reading,
  getIncidentReport: reading,
  createIncident: responding,
  updateIncident: responding,
  acknowledgeIncident: responding,
  assignIncident: responding,
  commentOnIncident: responding,
  resolveIncident: responding,

  getCorrelationSettings: people,
  previewCorrelation: asking,
  listGroupingFeedback: people,
  mergeIncident: responding,
  splitIncident: responding,
  moveAlert: responding,

  listIncidentDiagnoses: reading,
  requestDiagnosis: responding,
  getDiagnosis: reading,
  getDiagnosisEvidence: reading,
  getDiagnosisSnapshot: reading,
  listSources: asking,

  listChanges: reading,
  recordChange: responding,
  listResources: reading,
  listResourceGroups: reading,
  getTopology: reading,
  declareTopology: managing,

  listAuditLogs: auditing,
  listExecutions: reading,
  getExecution: reading,
  getExecutionLogs: reading,
  getDashboardSummary: people,
  streamEvents: people,

  listMaintenanceWindows: people,
  createMaintenanceWindow: responding,
  cancelMaintenanceWindow: responding,
  listSilences: people,
  createSilence: responding,
  expireSilence: responding,
  listNotificationRoutes: people,
  previewNotification: people,
  listNotifications: people,
  resendNotification: responding,

  getSignedIn: self,
  signOut: self,
} as const;
