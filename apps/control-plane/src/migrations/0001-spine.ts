import type { Migration } from "@sre/storage";
import { sql, type Kysely } from "kysely";

const statements = [
  `create table alerts (
    team_id uuid not null, id uuid not null, integration text not null, fingerprint text not null,
    starts_at timestamptz not null, ends_at timestamptz, name text not null, status text not null, severity text not null,
    opens_incident boolean not null, entity text, service text, cluster text not null, environment text not null, namespace text not null,
    labels jsonb not null, annotations jsonb not null, received_at timestamptz not null, updated_at timestamptz not null, incident_id uuid,
    primary key (team_id, id), unique (team_id, integration, fingerprint, starts_at))`,
  `create index alerts_newest on alerts (team_id, received_at desc, id desc)`,
  `create index alerts_firing on alerts (team_id, received_at desc, id desc) where status = 'firing'`,
  `create index alerts_of_incident on alerts (team_id, incident_id, received_at desc, id desc) where incident_id is not null`,

  `create table quarantined_alerts (
    team_id uuid not null, id uuid not null, integration text not null, received_at timestamptz not null, sender text not null,
    receiver text not null, field text not null, reason text not null, payload text not null, primary key (team_id, id))`,
  `create index quarantined_alerts_newest on quarantined_alerts (team_id, received_at desc, id desc)`,

  `create table incidents (
    team_id uuid not null, id uuid not null, number integer not null, title text not null, status text not null, severity text not null,
    cluster text not null, environment text not null, namespace text not null, service text,
    started_at timestamptz not null, last_alert_at timestamptz not null, created_at timestamptz not null, updated_at timestamptz not null,
    acknowledged_at timestamptz, resolved_at timestamptz, assignee text, resolution text, grouped_because text not null,
    alerts_firing integer not null, alerts_total integer not null, version integer not null,
    primary key (team_id, id), unique (team_id, number))`,
  `create index incidents_newest on incidents (team_id, created_at desc, id desc)`,
  `create index incidents_by_status on incidents (team_id, status, created_at desc, id desc)`,
  `create index incidents_to_join on incidents (team_id, cluster, environment, service, last_alert_at) where status <> 'resolved'`,

  `create table incident_entities (
    team_id uuid not null, incident_id uuid not null, entity text not null, primary key (team_id, incident_id, entity))`,
  `create index incident_entities_by_entity on incident_entities (team_id, entity)`,

  `create table timeline_entries (
    team_id uuid not null, id uuid not null, incident_id uuid not null, at timestamptz not null, kind text not null,
    actor text not null, text jsonb not null, refers_to text, primary key (team_id, id))`,
  `create index timeline_entries_of_incident on timeline_entries (team_id, incident_id, at, id)`,

  `create table diagnoses (
    team_id uuid not null, id uuid not null, incident_id uuid not null, session_id uuid, trigger text not null, kind text not null,
    deployment text, status text not null, progress integer not null, current_step text not null, steps jsonb not null,
    requested_at timestamptz not null, finished_at timestamptz, requested_by text not null, attempts integer not null,
    changed jsonb, verdict text, confidence double precision, headline jsonb, result text, error text, primary key (team_id, id))`,
  `create index diagnoses_of_incident on diagnoses (team_id, incident_id, requested_at desc, id desc)`,
  `create index diagnoses_finished on diagnoses (team_id, finished_at) where finished_at is not null`,

  `create table changes (
    team_id uuid not null, id text not null, entity text not null, kind text not null, title text not null, started_at timestamptz not null,
    ended_at timestamptz, state text not null, by text, from_version text, to_version text, url text, touches jsonb not null,
    origin text not null, recorded_at timestamptz not null, primary key (team_id, id))`,
  `create index changes_newest on changes (team_id, started_at desc, id desc)`,
  `create table change_entities (
    team_id uuid not null, change_id text not null, entity text not null, primary key (team_id, change_id, entity))`,
  `create index change_entities_by_entity on change_entities (team_id, entity)`,

  `create table resources (
    team_id uuid not null, entity text not null, origin text not null, group_name text, labels jsonb not null, seen_at timestamptz not null,
    primary key (team_id, entity, origin))`,
  `create index resources_by_origin on resources (team_id, origin)`,
  `create table edges (
    team_id uuid not null, from_entity text not null, kind text not null, to_entity text not null, origin text not null, match text not null,
    weight double precision, seen_at timestamptz not null, primary key (team_id, from_entity, kind, to_entity, origin, match))`,
  `create index edges_backwards on edges (team_id, to_entity)`,
  `create index edges_by_origin on edges (team_id, origin)`,

  `create table audit_logs (
    team_id uuid not null, id uuid not null, sequence bigint generated always as identity, at timestamptz not null, actor text not null,
    actor_kind text not null, action text not null, subject_kind text not null, subject text not null, service text, outcome text not null,
    detail jsonb not null, trace_id text not null, content_hash text not null, prev_hash text, seal text, sealed_at timestamptz,
    primary key (team_id, id), unique (sequence))`,
  `create index audit_logs_newest on audit_logs (team_id, at desc, id desc)`,
  `create index audit_logs_by_service on audit_logs (team_id, service, at desc, id desc) where service is not null`,
  `create index audit_logs_to_seal on audit_logs (sequence) where seal is null`,

  `create table executions (
    team_id uuid not null, id uuid not null, title text not null, status text not null, target text not null, requested_by text not null,
    created_at timestamptz not null, started_at timestamptz, finished_at timestamptz, primary key (team_id, id))`,
  `create index executions_newest on executions (team_id, created_at desc, id desc)`,
  `create table execution_logs (
    team_id uuid not null, execution_id uuid not null, line_number integer not null, at timestamptz not null, line text not null,
    primary key (team_id, execution_id, line_number))`,

  `create table events (
    team_id uuid not null, id bigint generated always as identity primary key, xid xid8 not null default pg_current_xact_id(),
    kind text not null, incident_id uuid, diagnosis_id uuid, at timestamptz not null)`,
  `create index events_in_order on events (team_id, xid, id)`,
  `create index events_by_age on events (at)`,

  `create table sign_ins (
    team_id uuid not null, attempt_hash text primary key, state text not null, nonce text not null, code_verifier text not null,
    return_to text not null, expires_at timestamptz not null)`,
  `create table signed_in_sessions (
    team_id uuid not null, token_hash text primary key, subject text not null, name text not null, scopes jsonb not null,
    csrf_token text not null, created_at timestamptz not null, expires_at timestamptz not null)`,
  `create table counters (team_id uuid not null, name text not null, value integer not null, primary key (team_id, name))`,
];

/** The first shape of everything: each table holds the team it belongs to. */
export const spine: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
