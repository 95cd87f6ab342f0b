import type { controlPlaneOperations, OperationCall, OperationResult } from "@sre/contracts/control-plane";

type Operations = typeof controlPlaneOperations;

/** The compiler holds every row against the contract, so that the page need not ship the schemas. */
export const routes = {
  getSignedIn: "GET /auth/session",
  signOut: "POST /auth/logout",
  listIncidents: "GET /api/v1/incidents",
  getIncident: "GET /api/v1/incidents/{incident_id}",
  getIncidentTimeline: "GET /api/v1/incidents/{incident_id}/timeline",
  getIncidentReport: "GET /api/v1/incidents/{incident_id}/report",
  acknowledgeIncident: "POST /api/v1/incidents/{incident_id}/acknowledge",
  resolveIncident: "POST /api/v1/incidents/{incident_id}/resolve",
  assignIncident: "POST /api/v1/incidents/{incident_id}/assign",
  commentOnIncident: "POST /api/v1/incidents/{incident_id}/comments",
  listIncidentDiagnoses: "GET /api/v1/incidents/{incident_id}/diagnoses",
  requestDiagnosis: "POST /api/v1/incidents/{incident_id}/diagnoses",
  getDiagnosis: "GET /api/v1/diagnoses/{diagnosis_id}",
  getDiagnosisEvidence: "GET /api/v1/diagnoses/{diagnosis_id}/evidence/{evidence_id}",
  getDiagnosisSnapshot: "GET /api/v1/diagnoses/{diagnosis_id}/snapshot",
  mergeIncident: "POST /api/v1/incidents/{incident_id}/merge",
  splitIncident: "POST /api/v1/incidents/{incident_id}/split",
  moveAlert: "POST /api/v1/alerts/{alert_id}/move",
  getCorrelationSettings: "GET /api/v1/correlation/settings",
  previewCorrelation: "POST /api/v1/correlation/preview",
  listGroupingFeedback: "GET /api/v1/correlation/feedback",
  listAlerts: "GET /api/v1/alerts",
  getAlertStorm: "GET /api/v1/alerts/storm",
  listNotificationRoutes: "GET /api/v1/notification-routes",
  previewNotification: "POST /api/v1/notification-routes/preview",
  listNotifications: "GET /api/v1/notifications",
  resendNotification: "POST /api/v1/notifications/{notification_id}/resend",
  listMaintenanceWindows: "GET /api/v1/maintenance-windows",
  createMaintenanceWindow: "POST /api/v1/maintenance-windows",
  cancelMaintenanceWindow: "POST /api/v1/maintenance-windows/{maintenance_window_id}/cancel",
  listSilences: "GET /api/v1/silences",
  createSilence: "POST /api/v1/silences",
  expireSilence: "POST /api/v1/silences/{silence_id}/expire",
  listAuditLogs: "GET /api/v1/audit-logs",
  verifyAuditLogs: "GET /api/v1/audit-logs/verification",
  exportAuditLogsAsCsv: "GET /api/v1/audit-logs/export.csv",
  exportAuditLogsAsJson: "GET /api/v1/audit-logs/export.jsonl",
  listQuarantinedAlerts: "GET /api/v1/quarantined-alerts",
  replayQuarantinedAlert: "POST /api/v1/quarantined-alerts/{quarantined_alert_id}/replay",
  listSources: "GET /api/v1/sources",
  streamEvents: "GET /api/v1/events",
} as const satisfies { readonly [Name in keyof Operations]?: `${Operations[Name]["method"]} ${Operations[Name]["path"]}` };

export type RouteName = keyof typeof routes;
export type CallOf<Name extends RouteName> = OperationCall<Operations[Name]>;
export type ResultOf<Name extends RouteName> = OperationResult<Operations[Name]>;
