import type {
  Alert,
  GroupingFeedback,
  Incident,
  Matcher,
  NoticeKind,
  Notification,
  RecordChange,
  StreamEvent,
} from "@sre/contracts/control-plane";
import type { DiagnosisRun, TimelineEntry } from "@sre/contracts/control-plane";
import type { EntityId, LocalizedText, Severity } from "@sre/contracts/evidence";
import type { ColumnType, Generated, Kysely, Transaction } from "kysely";

/** A jsonb column: read as the value, written as JSON text. */
type Json<T> = ColumnType<T, string, string>;
/** A bigint or xid8 column: text on both drivers, because it may pass 2^53. */
type BigNumber = string;

interface Owned {
  team_id: string;
}

export interface AlertTable extends Owned {
  id: string;
  integration: string;
  fingerprint: string;
  starts_at: Date;
  ends_at: Date | null;
  name: string;
  status: Alert["status"];
  severity: Severity;
  opens_incident: boolean;
  entity: EntityId | null;
  service: string | null;
  cluster: string;
  environment: string;
  namespace: string;
  labels: Json<Record<string, string>>;
  annotations: Json<Record<string, string>>;
  received_at: Date;
  updated_at: Date;
  incident_id: string | null;
  /** Why it opens no incident although it could; the last reason stays when it resolves. */
  held: ColumnType<Alert["held"], Alert["held"] | undefined, Alert["held"]>;
  /** The maintenance window that holds it. */
  held_by: ColumnType<string | null, string | null | undefined, string | null>;
}

/** The names and services that alerts have: what a search goes through. */
export interface AlertWordTable extends Owned {
  kind: "name" | "service";
  word: string;
}

export interface QuarantinedAlertTable extends Owned {
  id: string;
  integration: string;
  received_at: Date;
  sender: string;
  receiver: string;
  field: string;
  reason: string;
  payload: string;
}

interface IntakePresenceTable extends Owned {
  seen_at: Date;
  incident_id: string | null;
}

export interface WatchdogTable extends Owned {
  integration: string;
  cluster: string;
  environment: string;
  heard: number;
  heard_at: Date;
  gap_ms: number;
  due_at: Date | null;
  incident_id: string | null;
}

export interface IncidentTable extends Owned {
  id: string;
  number: number;
  title: string;
  status: Incident["status"];
  severity: Severity;
  cluster: string;
  environment: string;
  namespace: string;
  service: string | null;
  started_at: Date;
  last_alert_at: Date;
  created_at: Date;
  updated_at: Date;
  acknowledged_at: Date | null;
  resolved_at: Date | null;
  assignee: string | null;
  resolution: string | null;
  grouped_because: string;
  grouped_because_zh: string | null;
  alerts_firing: number;
  alerts_total: number;
  version: number;
}

interface IncidentEntityTable extends Owned {
  incident_id: string;
  entity: EntityId;
}

interface IncidentTraitsTable extends Owned {
  incident_id: string;
  /** JSON text, read and written whole. */
  traits: string;
}

export interface TimelineEntryTable extends Owned {
  id: string;
  incident_id: string;
  at: Date;
  kind: TimelineEntry["kind"];
  actor: string;
  text: Json<LocalizedText>;
  refers_to: string | null;
}

export interface DiagnosisTable extends Owned {
  id: string;
  incident_id: string;
  session_id: string | null;
  trigger: DiagnosisRun["trigger"];
  kind: DiagnosisRun["kind"];
  deployment: EntityId | null;
  status: DiagnosisRun["status"];
  progress: number;
  current_step: string;
  steps: Json<DiagnosisRun["steps"]>;
  requested_at: Date;
  finished_at: Date | null;
  requested_by: string;
  attempts: number;
  changed: ColumnType<LocalizedText | null, string | null, string | null>;
  verdict: NonNullable<Incident["diagnosis"]>["verdict"];
  confidence: number | null;
  /** What the first cause names, for alerts that are its symptoms. */
  cause_entity: EntityId | null;
  headline: ColumnType<LocalizedText | null, string | null, string | null>;
  /** The result as JSON text: large values are slow and hungry as jsonb. */
  result: string | null;
  error: string | null;
}

export interface ChangeTable extends Owned {
  id: string;
  entity: EntityId;
  kind: RecordChange["kind"];
  title: string;
  started_at: Date;
  ended_at: Date | null;
  state: RecordChange["state"];
  by: string | null;
  from_version: string | null;
  to_version: string | null;
  url: string | null;
  touches: Json<EntityId[]>;
  origin: string;
  recorded_at: Date;
}

interface ChangeEntityTable extends Owned {
  change_id: string;
  entity: EntityId;
}

export interface ResourceTable extends Owned {
  entity: EntityId;
  origin: string;
  group_name: string | null;
  labels: Json<Record<string, string>>;
  seen_at: Date;
}

export interface EdgeTable extends Owned {
  from_entity: EntityId;
  kind: string;
  to_entity: EntityId;
  origin: string;
  match: string;
  weight: number | null;
  seen_at: Date;
}

export interface AuditLogTable extends Owned {
  id: string;
  sequence: Generated<BigNumber>;
  at: Date;
  actor: string;
  actor_kind: "person" | "service" | "sender" | "system";
  action: string;
  subject_kind: string;
  subject: string;
  service: string | null;
  outcome: "done" | "refused";
  detail: Json<Record<string, unknown>>;
  trace_id: string;
  content_hash: string;
  prev_hash: string | null;
  seal: string | null;
  sealed_at: Date | null;
}

export interface ExecutionTable extends Owned {
  id: string;
  title: string;
  status: "queued" | "running" | "succeeded" | "failed" | "unknown";
  target: string;
  requested_by: string;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

export interface ExecutionLogTable extends Owned {
  execution_id: string;
  line_number: number;
  at: Date;
  line: string;
}

interface EventTable extends Owned {
  id: Generated<BigNumber>;
  xid: Generated<BigNumber>;
  kind: StreamEvent["kind"];
  incident_id: string | null;
  diagnosis_id: string | null;
  at: Date;
}

export interface NoticeTable extends Owned {
  id: string;
  sequence: Generated<BigNumber>;
  incident_id: string;
  kind: NoticeKind;
  /** Which step of the routes it belongs to: 0 when the incident opens. */
  step: number;
  at: Date;
  planned_at: Date | null;
  /** What receivers are told, as JSON text, from when it is planned. */
  message: string | null;
}

export interface NotificationTable extends Owned {
  id: string;
  sequence: Generated<BigNumber>;
  notice_id: string;
  incident_id: string;
  kind: NoticeKind;
  route: string;
  receiver: string;
  status: Notification["status"];
  attempts: number;
  created_at: Date;
  updated_at: Date;
  sent_at: Date | null;
  error: string | null;
}

export interface MaintenanceWindowTable extends Owned {
  id: string;
  reason: string;
  matchers: Json<Matcher[]>;
  starts_at: Date;
  ends_at: Date;
  created_at: Date;
  created_by: string;
  cancelled_at: Date | null;
  cancelled_by: string | null;
}

export interface SignInTable extends Owned {
  attempt_hash: string;
  state: string;
  nonce: string;
  code_verifier: string;
  return_to: string;
  expires_at: Date;
}

export interface SignedInSessionTable extends Owned {
  token_hash: string;
  subject: string;
  name: string;
  scopes: Json<string[]>;
  roles: Json<string[]>;
  /** What the issuer said of the sign-in; null when it is too long to be sent back. */
  id_token: string | null;
  csrf_token: string;
  created_at: Date;
  expires_at: Date;
}

interface CounterTable extends Owned {
  name: string;
  value: number;
}

export interface GroupingFeedbackTable extends Owned {
  id: string;
  at: Date;
  actor: string;
  kind: GroupingFeedback["kind"];
  from_incident: string;
  to_incident: string;
  /** The first of them. */
  alert_ids: Json<string[]>;
  alerts: number;
  reason: string;
}

export interface Tables {
  grouping_feedback: GroupingFeedbackTable;
  alerts: AlertTable;
  alert_words: AlertWordTable;
  quarantined_alerts: QuarantinedAlertTable;
  watchdogs: WatchdogTable;
  intake_presence: IntakePresenceTable;
  incidents: IncidentTable;
  incident_entities: IncidentEntityTable;
  incident_traits: IncidentTraitsTable;
  timeline_entries: TimelineEntryTable;
  diagnoses: DiagnosisTable;
  changes: ChangeTable;
  change_entities: ChangeEntityTable;
  resources: ResourceTable;
  edges: EdgeTable;
  audit_logs: AuditLogTable;
  executions: ExecutionTable;
  execution_logs: ExecutionLogTable;
  events: EventTable;
  maintenance_windows: MaintenanceWindowTable;
  notices: NoticeTable;
  notifications: NotificationTable;
  sign_ins: SignInTable;
  signed_in_sessions: SignedInSessionTable;
  counters: CounterTable;
}

/** Either the database or an open transaction: what a query is run on. */
export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;
