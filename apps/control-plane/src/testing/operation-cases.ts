import type { controlPlaneOperations } from "@sre/contracts/control-plane";
import { defaultTeamId, newUuid } from "@sre/service-kit";
import { eventually, silenceId, webhook, type Caller, type Harness } from "./harness.ts";
import { openSpare, spare } from "./spare-incidents.ts";
import { sampleAlert } from "./sample-alert.ts";
import { sampleEvidenceId } from "./sample-result.ts";

/** What an operation is called with: once well, once badly, and how the other team's caller is answered. */
export interface Case {
  readonly path: (known: Known) => string;
  readonly body?: unknown;
  readonly status: number;
  /** A call that breaks the schema; null when there is nothing to break. */
  readonly bad: { readonly path?: (known: Known) => string; readonly body?: unknown } | null;
  readonly otherTeam: number;
}

/** Ids of what `openKnown` made. */
export interface Known {
  readonly incident: string;
  readonly alert: string;
  readonly diagnosis: string;
  readonly execution: string;
  /** A quarantined alert that can be read by now, and one that cannot. */
  readonly readable: string;
  readonly unreadable: string;
  /** A notification that was given up. */
  readonly notification: string;
  /** A maintenance window to come. */
  readonly window: string;
}

const page = (path: string): Case => ({ path: () => path, status: 200, bad: { path: () => `${path}?limit=0` }, otherTeam: 200 });
const byId = (path: (known: Known) => string): Case => ({
  path,
  status: 200,
  bad: {
    path: () =>
      path({ incident: "x", alert: "x", diagnosis: "x", execution: "x", readable: "x", unreadable: "x", notification: "x", window: "x" }),
  },
  otherTeam: 404,
});
const plain = (path: string): Case => ({ path: () => path, status: 200, bad: null, otherTeam: 200 });
const change = {
  id: "deploy-1",
  entity: "eu-1/shop/deployment/checkout",
  kind: "deployment",
  title: "checkout 4.7.1",
  started_at: "2026-11-24T09:58:00Z",
};

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const window = {
  reason: "Database upgrade",
  matchers: [{ name: "team", value: "payments|search", is_regex: true }],
  starts_at: inHours(1),
  ends_at: inHours(2),
};
const { reason: comment, ...silence } = window;

/** Operations that a principal calls, in an order in which all can succeed. */
export const cases = {
  listAlerts: page("/api/v1/alerts"),
  getAlertStorm: {
    path: () => "/api/v1/alerts/storm?minutes=15",
    status: 200,
    bad: { path: () => "/api/v1/alerts/storm?minutes=4" },
    otherTeam: 200,
  },
  getAlert: byId(({ alert }) => `/api/v1/alerts/${alert}`),
  previewAlerts: {
    path: () => "/api/v1/webhooks/alertmanager/preview",
    body: webhook([sampleAlert({ fingerprint: "a3", labels: { pod: "checkout-1" } })]),
    status: 200,
    bad: { path: () => "/api/v1/webhooks/Carrier%20Pigeon/preview" },
    otherTeam: 200,
  },
  listQuarantinedAlerts: page("/api/v1/quarantined-alerts"),
  replayQuarantinedAlert: byId(({ readable }) => `/api/v1/quarantined-alerts/${readable}/replay`),
  listMaintenanceWindows: page("/api/v1/maintenance-windows"),
  createMaintenanceWindow: {
    path: () => "/api/v1/maintenance-windows",
    body: window,
    status: 201,
    bad: { body: { ...window, matchers: [] } },
    otherTeam: 201,
  },
  cancelMaintenanceWindow: byId((known) => `/api/v1/maintenance-windows/${known.window}/cancel`),
  listSilences: plain("/api/v1/silences"),
  createSilence: {
    path: () => "/api/v1/silences",
    body: { ...silence, comment },
    status: 201,
    bad: { body: { ...silence, comment: "" } },
    otherTeam: 422,
  },
  expireSilence: {
    path: () => `/api/v1/silences/${silenceId}/expire`,
    status: 204,
    bad: { path: () => "/api/v1/silences/x/expire" },
    otherTeam: 404,
  },
  listNotificationRoutes: plain("/api/v1/notification-routes"),
  previewNotification: {
    path: () => "/api/v1/notification-routes/preview",
    body: { labels: { team: "payments" } },
    status: 200,
    bad: { body: { labels: { "not a name": "x" } } },
    otherTeam: 200,
  },
  listNotifications: page("/api/v1/notifications"),
  resendNotification: { ...byId(({ notification }) => `/api/v1/notifications/${notification}/resend`), status: 202 },
  listIncidents: page("/api/v1/incidents"),
  createIncident: {
    path: () => "/api/v1/incidents",
    body: { title: "By hand", severity: "warning" },
    status: 201,
    bad: { body: { title: "", severity: "warning" } },
    otherTeam: 201,
  },
  getIncident: byId(({ incident }) => `/api/v1/incidents/${incident}`),
  updateIncident: {
    ...byId(({ incident }) => `/api/v1/incidents/${incident}`),
    body: { title: "Another title" },
    bad: { body: { severity: "dire" } },
  },
  acknowledgeIncident: byId(({ incident }) => `/api/v1/incidents/${incident}/acknowledge`),
  assignIncident: { ...byId(({ incident }) => `/api/v1/incidents/${incident}/assign`), body: { assignee: "Ada" }, bad: { body: {} } },
  commentOnIncident: {
    ...byId(({ incident }) => `/api/v1/incidents/${incident}/comments`),
    body: { text: "Looking" },
    status: 201,
    bad: { body: { text: "" } },
  },
  getCorrelationSettings: plain("/api/v1/correlation/settings"),
  previewCorrelation: {
    path: () => "/api/v1/correlation/preview",
    body: { topology_steps: 2 },
    status: 200,
    bad: { body: { hours: 1_000 } },
    otherTeam: 200,
  },
  moveAlert: {
    path: () => `/api/v1/alerts/${spare.alerts[0]}/move`,
    body: { incident_id: spare.incidents[1] },
    status: 200,
    bad: { body: {} },
    otherTeam: 404,
  },
  splitIncident: {
    path: () => `/api/v1/incidents/${spare.incidents[0]}/split`,
    body: { alert_ids: [spare.alerts[1]] },
    status: 201,
    bad: { body: { alert_ids: [] } },
    otherTeam: 404,
  },
  mergeIncident: {
    path: () => `/api/v1/incidents/${spare.incidents[0]}/merge`,
    body: { into: spare.incidents[1] },
    status: 200,
    bad: { body: { into: "x" } },
    otherTeam: 404,
  },
  listGroupingFeedback: page("/api/v1/correlation/feedback"),
  getIncidentTimeline: byId(({ incident }) => `/api/v1/incidents/${incident}/timeline`),
  getIncidentReport: byId(({ incident }) => `/api/v1/incidents/${incident}/report`),
  listIncidentDiagnoses: byId(({ incident }) => `/api/v1/incidents/${incident}/diagnoses`),
  requestDiagnosis: {
    ...byId(({ incident }) => `/api/v1/incidents/${incident}/diagnoses`),
    body: { deployment: { namespace: "shop", name: "checkout" } },
    status: 202,
    bad: { body: { deployment: { name: "" } } },
  },
  getDiagnosis: byId(({ diagnosis }) => `/api/v1/diagnoses/${diagnosis}`),
  getDiagnosisEvidence: byId(({ diagnosis }) => `/api/v1/diagnoses/${diagnosis}/evidence/${sampleEvidenceId}`),
  getDiagnosisSnapshot: byId(({ diagnosis }) => `/api/v1/diagnoses/${diagnosis}/snapshot`),
  listSources: plain("/api/v1/sources"),
  listChanges: page("/api/v1/changes"),
  recordChange: {
    path: () => "/api/v1/changes",
    body: change,
    status: 201,
    bad: { body: { ...change, entity: "checkout" } },
    otherTeam: 201,
  },
  listResources: page("/api/v1/resources"),
  listResourceGroups: plain("/api/v1/resource-groups"),
  getTopology: {
    path: () => "/api/v1/topology?of=eu-1/shop/service/checkout",
    status: 200,
    bad: { path: () => "/api/v1/topology?of=checkout" },
    otherTeam: 200,
  },
  declareTopology: {
    path: () => "/api/v1/topology",
    body: { resources: [{ entity: "eu-1/shop/service/checkout" }] },
    status: 200,
    bad: { body: { edges: [{}] } },
    otherTeam: 200,
  },
  listAuditLogs: page("/api/v1/audit-logs"),
  listExecutions: page("/api/v1/executions"),
  getExecution: byId(({ execution }) => `/api/v1/executions/${execution}`),
  getExecutionLogs: byId(({ execution }) => `/api/v1/executions/${execution}/logs`),
  getDashboardSummary: plain("/api/v1/dashboard/summary"),
  getSignedIn: plain("/auth/session"),
  // Last of all, because it ends what the others need.
  resolveIncident: {
    ...byId(({ incident }) => `/api/v1/incidents/${incident}/resolve`),
    body: { resolution: "Rolled back" },
    bad: { body: { resolution: 7 } },
  },
  signOut: { path: () => "/auth/logout", status: 200, bad: null, otherTeam: 200 },
} satisfies Partial<Record<keyof typeof controlPlaneOperations, Case>>;

async function recordExecution(harness: Harness): Promise<string> {
  const execution = newUuid();
  const { kysely } = harness.controlPlane.app.database;
  const at = new Date("2026-11-24T10:00:00.000Z");
  await kysely
    .insertInto("executions")
    .values({
      team_id: defaultTeamId,
      id: execution,
      title: "Roll back",
      status: "succeeded",
      target: "checkout",
      requested_by: "oncall",
      created_at: at,
      started_at: at,
      finished_at: null,
    })
    .execute();
  await kysely
    .insertInto("execution_logs")
    .values({ team_id: defaultTeamId, execution_id: execution, line_number: 1, at, line: "rolled back" })
    .execute();
  return execution;
}

async function quarantine(harness: Harness, item: unknown): Promise<string> {
  const id = newUuid();
  const row = {
    team_id: defaultTeamId,
    id,
    integration: "alertmanager",
    received_at: new Date("2026-11-24T10:00:00.000Z"),
    sender: "sender",
    receiver: "sre",
  };
  await harness.controlPlane.app.database.kysely
    .insertInto("quarantined_alerts")
    .values({ ...row, field: "labels", reason: "must hold alertname", payload: JSON.stringify(item) })
    .execute();
  return id;
}

async function failNotification(harness: Harness, incidentId: string): Promise<string> {
  const id = newUuid();
  const at = new Date("2026-11-24T10:00:00.000Z");
  await harness.controlPlane.app.database.kysely
    .insertInto("notifications")
    .values({
      team_id: defaultTeamId, id, notice_id: newUuid(), incident_id: incidentId, kind: "opened", route: "all", receiver: "chat", status: "failed",
      attempts: 60, created_at: at, updated_at: at, sent_at: null, error: "receiver chat answered 404",
    })
    .execute(); // prettier-ignore
  return id;
}

/** An alert with its incident, a reported diagnosis, an execution and what else is known, for the cases to speak of. */
export async function openKnown(harness: Harness, right: Caller): Promise<Known> {
  const { incident_ids: ids } = await harness.send([sampleAlert({ fingerprint: "a1" })]);
  const reported = await eventually(async () => {
    const incident = (await right(`/api/v1/incidents/${ids[0]}`)).body as {
      id: string;
      diagnosis: { id: string; status: string };
    };
    return incident.diagnosis.status === "reported" && incident;
  });
  await openSpare(harness);
  const [alert] = (await right(`/api/v1/alerts?incident_id=${ids[0]}`)).body["items"] as { id: string }[];
  return {
    incident: reported.id,
    alert: alert?.id ?? "",
    diagnosis: reported.diagnosis.id,
    execution: await recordExecution(harness),
    readable: await quarantine(harness, sampleAlert({ fingerprint: "a4" })),
    unreadable: await quarantine(harness, {}),
    notification: await failNotification(harness, reported.id),
    window: ((await right("/api/v1/maintenance-windows", { body: window })).body as { id: string }).id,
  };
}
