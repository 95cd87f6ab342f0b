import type { AlertAnalysisRequest, DiagnosticRequest } from "@sre/contracts/assistant";
import { entityId, entityParts, type EntityId, type ScopeAlert } from "@sre/contracts/evidence";
import type { AlertRow } from "../alerts/store.ts";
import type { IncidentOverview } from "../incidents/store.ts";
import type { DiagnosisRow } from "./store.ts";

export const analysisLimits = { alertsMax: 200, affectedServicesMax: 50 } as const;

/** The label by which an alert belongs to a recorded scenario, and the one that says as of when it is to be judged. */
const scenarioLabels = { scenario: "scenario", asOf: "scenario_as_of" } as const;

export interface AnalysisInput {
  readonly incident: IncidentOverview;
  readonly diagnosis: DiagnosisRow;
  readonly alerts: readonly AlertRow[];
  readonly timeLimitSeconds: number;
  /** Alerts whose label names a recorded scenario are judged from the recording: for demonstrations only. */
  readonly recordedScenarios: boolean;
}

/** An alert about nothing known still needs an id to be talked about. */
function subjectOf(alert: AlertRow): EntityId {
  return alert.entity ?? entityId({ cluster: alert.cluster, namespace: alert.namespace, kind: "alert", name: alert.name });
}

function scopeAlertOf(alert: AlertRow): ScopeAlert {
  return {
    name: alert.name.slice(0, 300),
    entity: subjectOf(alert),
    fingerprint: alert.fingerprint,
    severity: alert.severity,
    starts_at: alert.starts_at.toISOString(),
    ends_at: alert.ends_at?.toISOString() ?? null,
    labels: alert.labels,
    annotations: alert.annotations,
  };
}

const latest = (times: readonly number[]): Date | null => (times.length === 0 ? null : new Date(Math.max(...times)));

/** The alerts of a recorded scenario; none unless recordings are asked for. */
function recordedAlerts({ alerts, recordedScenarios }: Pick<AnalysisInput, "alerts" | "recordedScenarios">): readonly AlertRow[] {
  return recordedScenarios ? alerts.filter(({ labels }) => labels[scenarioLabels.scenario]) : [];
}

function recordedAsOf(alerts: readonly AlertRow[]): Date | null {
  const said = alerts.map(({ labels }) => Date.parse(labels[scenarioLabels.asOf] ?? "")).filter((atMs) => !Number.isNaN(atMs));
  return latest(said) ?? latest(alerts.map(({ starts_at: startsAt }) => startsAt.getTime()));
}

/**
 * The moment a diagnosis reasons from: for a recorded scenario the one it names; for the first look when the alerts were
 * received; for a later one when it was asked for, as long as something fires, and otherwise when the last alert ended.
 */
export function asOfFor(input: Pick<AnalysisInput, "diagnosis" | "alerts" | "incident" | "recordedScenarios">): Date {
  const { diagnosis, alerts, incident } = input;
  const recorded = recordedAsOf(recordedAlerts(input));
  if (recorded) return recorded;
  const firing = alerts.filter(({ status }) => status === "firing");
  const firstLook = diagnosis.trigger === "new_incident" || diagnosis.trigger === "new_entity" || diagnosis.trigger === "higher_severity";
  if (firstLook) return latest(alerts.map(({ updated_at: receivedAt }) => receivedAt.getTime())) ?? diagnosis.requested_at;
  if (firing.length > 0 || alerts.length === 0) return incident.resolved_at ?? diagnosis.requested_at;
  return latest(alerts.flatMap(({ ends_at: endsAt }) => (endsAt ? [endsAt.getTime()] : []))) ?? diagnosis.requested_at;
}

function common(input: AnalysisInput) {
  const { incident, alerts, timeLimitSeconds } = input;
  return {
    incident_id: incident.id,
    severity: incident.severity,
    affected_services: incident.entities.slice(0, analysisLimits.affectedServicesMax),
    as_of: asOfFor(input).toISOString(),
    time_limit_seconds: timeLimitSeconds,
    alerts: alerts.slice(0, analysisLimits.alertsMax).map(scopeAlertOf),
  };
}

/** What the assistant is asked: to find the cause of the incident's alerts. */
export function alertAnalysisRequest(input: AnalysisInput): AlertAnalysisRequest {
  const snapshot = recordedAlerts(input)[0]?.labels[scenarioLabels.scenario]?.slice(0, 200);
  return { ...common(input), ...(snapshot ? { snapshot } : {}) };
}

/** What the assistant is asked: to judge one deployment. */
export function deploymentRequest(input: AnalysisInput, deployment: EntityId): DiagnosticRequest {
  const { cluster, namespace, name } = entityParts(deployment);
  return { ...common(input), cluster, namespace, deployment: name };
}
