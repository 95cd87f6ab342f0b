import { sql, type Kysely, type Migration } from "@sre/storage";

const statements = [
  `create table sessions (
    team_id uuid not null, id uuid not null, kind text not null, incident_id uuid not null, severity text not null, status text not null,
    requested_by text not null, idempotency_key text, request_hash text not null, request bytea not null, traceparent text not null,
    time_limit_seconds integer not null, accepted_at timestamptz not null, started_at timestamptz, deadline_at timestamptz,
    finished_at timestamptz, attempts integer not null default 0, run_token uuid, rounds_finished integer not null default 0,
    progress integer not null default 0, current_step text not null, steps jsonb not null, evidence_bytes integer not null default 0,
    evidence_kept boolean not null default true, verdict text, headline text, result bytea, error_code text, error_detail text,
    primary key (team_id, id), unique (team_id, requested_by, idempotency_key))`,
  `create index sessions_newest on sessions (team_id, accepted_at desc, id desc)`,
  `create index sessions_of_incident on sessions (team_id, incident_id, accepted_at desc, id desc)`,
  `create index sessions_by_status on sessions (team_id, status, accepted_at desc, id desc)`,
  `create index sessions_open on sessions (team_id, accepted_at) where status in ('accepted', 'running')`,
  `create index sessions_with_evidence on sessions (finished_at) where evidence_kept and finished_at is not null`,
  `create index sessions_finished on sessions (team_id, finished_at desc) where finished_at is not null`,

  `create table session_evidence (
    team_id uuid not null, session_id uuid not null, round integer not null, chunk integer not null, evidence_ids jsonb not null,
    bytes bytea not null, raw_bytes integer not null, primary key (team_id, session_id, round, chunk))`,

  `create table source_states (
    team_id uuid not null, source text not null, last_answer_at timestamptz, last_call_at timestamptz not null, last_outcome text not null,
    last_detail text, primary key (team_id, source))`,
  `create table source_calls (
    team_id uuid not null, source text not null, hour timestamptz not null, outcome text not null, bucket integer not null,
    calls integer not null, primary key (team_id, source, hour, outcome, bucket))`,
  `create index source_calls_by_age on source_calls (hour)`,

  `create table source_slots (
    team_id uuid not null, source text not null, slot integer not null, holder uuid not null, leased_until timestamptz not null,
    primary key (team_id, source, slot))`,
];

/** The first shape of everything: each table holds the team it belongs to. */
export const sessionTables: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
