// oxlint-disable-next-line no-restricted-imports -- support of tests: only they import it
import type { ContractCall } from "@sre/testkit";
import type { controlPlaneOperations } from "@sre/contracts/control-plane";
import { allScopes, sampleCustomMessage, webhook, type Harness } from "./harness.ts";
import { cases, type Case, type Known } from "./operation-cases.ts";
import { sampleAlert } from "./sample-alert.ts";

/** What calls are made of. */
export interface World {
  readonly harness: Harness;
  readonly known: Known;
  readonly right: { readonly authorization: string };
  readonly sender: { readonly authorization: string };
}

type MakesCall = (world: World) => ContractCall | Promise<ContractCall>;

/** How the statuses of one operation are provoked. Refusals that all operations share are not listed. */
interface ContractCase {
  /** The status of success, and a call that has it. */
  readonly success: readonly [number, MakesCall];
  /** Statuses that the operation has reasons of its own for. */
  readonly own?: Readonly<Record<number, MakesCall>>;
  /** A call that needs the database, where the one that succeeds does without. */
  readonly stored?: MakesCall;
}

const session = { cookie: "sre_session=unknown" };
const byPrincipal = ({ path, status, body }: Case): ContractCase => ({
  success: [status, ({ known, right }) => ({ path: path(known), headers: right, ...(body === undefined ? {} : { body }) })],
});
const hidesAll = {
  matchers: [{ name: "alertname", value: ".*", is_regex: true }],
  starts_at: "2026-11-24T10:00:00Z",
  ends_at: new Date(Date.now() + 3_600_000).toISOString(),
};
const open = (path: string): ContractCase => ({ success: [200, () => ({ path })] });

type Own = NonNullable<ContractCase["own"]>;
const resolved = (name: keyof typeof cases): Own => ({ 409: byPrincipal(cases[name]).success[1] });
const principals = Object.fromEntries(Object.entries(cases).map(([name, one]) => [name, byPrincipal(one)])) as Record<
  keyof typeof cases,
  ContractCase
>;

/** The browser's way back from the issuer, for a person whose token says `team`. */
async function comeBack({ harness }: World, team: string): Promise<ContractCall> {
  const begun = await harness.anonymous("/auth/login");
  const asked = new URL(begun.headers.get("location") ?? "").searchParams;
  const claims = {
    sub: "oncall",
    aud: "control-plane",
    azp: "console",
    scope: allScopes.join(" "),
    team_id: team,
    name: "On-call",
    realm_access: { roles: ["responder"] },
  };
  const code = harness.issuer.code({ client: "console", nonce: asked.get("nonce") ?? "", claims });
  const cookie = begun.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  return { path: `/auth/callback?code=${code}&state=${asked.get("state")}&session_state=s`, headers: { cookie } };
}

async function withoutAlert({ harness, right }: World): Promise<ContractCall> {
  const caller = await harness.as();
  const { id } = (await caller("/api/v1/incidents", { body: { title: "By hand", severity: "info" } })).body as { id: string };
  return { path: `/api/v1/incidents/${id}/diagnoses`, headers: right, body: {} };
}

const bySender = (status: number, path: string, body: unknown): ContractCase => ({
  success: [status, ({ sender }) => ({ path, headers: sender, body })],
});

/** Every operation of the contract; the order is one in which all can succeed. */
export const contractCases: Readonly<Record<keyof typeof controlPlaneOperations, ContractCase>> = {
  receiveAlertmanagerWebhook: bySender(200, "/api/v1/webhooks/alertmanager", webhook([sampleAlert({ fingerprint: "a2" })])),
  receiveGrafanaWebhook: bySender(200, "/api/v1/webhooks/grafana", { status: "firing", alerts: [sampleAlert({ fingerprint: "a2" })] }),
  receivePagerDutyEvent: bySender(202, "/api/v1/webhooks/pagerduty/v2/enqueue", { event_action: "resolve", dedup_key: "k" }),
  postAlerts: bySender(200, "/api/v2/alerts", [{ labels: { alertname: "A" } }]),
  receiveCloudWatchAlarm: bySender(200, "/api/v1/webhooks/cloudwatch", { Type: "UnsubscribeConfirmation" }),
  receiveCustomWebhook: bySender(200, "/api/v1/webhooks/custom/sample", sampleCustomMessage),
  receiveCloudEvents: bySender(200, "/api/v1/webhooks/cloudevents", [{ specversion: "1.0" }]),
  receivePagerDutyChange: bySender(202, "/api/v1/webhooks/pagerduty/v2/change/enqueue", { payload: { summary: "checkout 4.7.1" } }),
  signIn: { success: [302, () => ({ path: "/auth/login?return_to=/incidents" })] },
  finishSignIn: {
    success: [302, (world) => comeBack(world, "00000000-0000-7000-8000-000000000001")],
    own: { 400: () => ({ path: "/auth/callback?code=c&state=s" }), 403: (world) => comeBack(world, "no team of ours") },
    stored: () => ({ path: "/auth/callback?code=c&state=s", headers: { cookie: "sre_sign_in=unknown" } }),
  },
  streamEvents: { success: [200, ({ right }) => ({ path: "/api/v1/events", headers: { ...right, "last-event-id": "1" } })] },
  ...principals,
  previewAlerts: {
    ...principals.previewAlerts,
    own: { 422: ({ right }) => ({ path: "/api/v1/webhooks/alertmanager/preview", headers: right, body: { version: "3" } }) },
  },
  replayQuarantinedAlert: {
    ...principals.replayQuarantinedAlert,
    own: { 422: ({ known, right }) => ({ path: `/api/v1/quarantined-alerts/${known.unreadable}/replay`, headers: right }) },
  },
  createMaintenanceWindow: {
    ...principals.createMaintenanceWindow,
    own: { 422: ({ right }) => ({ path: "/api/v1/maintenance-windows", headers: right, body: { ...hidesAll, reason: "All of it" } }) },
  },
  cancelMaintenanceWindow: { ...principals.cancelMaintenanceWindow, own: { 409: principals.cancelMaintenanceWindow.success[1] } },
  listSilences: { ...principals.listSilences, stored: () => ({ path: "/api/v1/silences", headers: session }) },
  createSilence: {
    ...principals.createSilence,
    own: { 422: ({ right }) => ({ path: "/api/v1/silences", headers: right, body: { ...hidesAll, comment: "All of it" } }) },
  },
  listNotificationRoutes: {
    ...principals.listNotificationRoutes,
    stored: () => ({ path: "/api/v1/notification-routes", headers: session }),
  },
  previewNotification: {
    ...principals.previewNotification,
    stored: () => ({ path: "/api/v1/notification-routes/preview", headers: session, body: { labels: {} } }),
  },
  resendNotification: { ...principals.resendNotification, own: { 409: principals.resendNotification.success[1] } },
  acknowledgeIncident: { ...principals.acknowledgeIncident, own: resolved("acknowledgeIncident") },
  assignIncident: { ...principals.assignIncident, own: resolved("assignIncident") },
  mergeIncident: { ...principals.mergeIncident, own: resolved("mergeIncident") },
  splitIncident: { ...principals.splitIncident, own: resolved("splitIncident") },
  moveAlert: { ...principals.moveAlert, own: resolved("moveAlert") },
  getCorrelationSettings: {
    ...principals.getCorrelationSettings,
    stored: () => ({ path: "/api/v1/correlation/settings", headers: session }),
  },
  resolveIncident: { ...principals.resolveIncident, own: resolved("resolveIncident") },
  requestDiagnosis: { ...principals.requestDiagnosis, own: { 409: withoutAlert } },
  recordChange: { ...principals.recordChange, own: { 200: principals.recordChange.success[1] } },
  listSources: { ...principals.listSources, stored: () => ({ path: "/api/v1/sources", headers: session }) },
  getSignedIn: { ...principals.getSignedIn, stored: () => ({ path: "/auth/session", headers: session }) },
  getHealth: open("/healthz"),
  getReadiness: open("/readyz"),
  getMetrics: open("/metrics"),
  getOpenApi: open("/openapi.json"),
};
