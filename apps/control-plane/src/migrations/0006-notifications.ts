import type { Migration } from "@sre/storage";
import { sql } from "kysely";

const statements = [
  `create table notices (
    team_id uuid not null, id uuid not null, sequence bigint generated always as identity, incident_id uuid not null, kind text not null, step integer not null,
    at timestamptz not null, planned_at timestamptz, message text, primary key (team_id, id))`,
  `create index notices_to_plan on notices (team_id, incident_id, sequence) where planned_at is null`,
  `create index notices_of_incident on notices (team_id, incident_id, sequence)`,

  `create table notifications (
    team_id uuid not null, id uuid not null, sequence bigint generated always as identity, notice_id uuid not null, incident_id uuid not null, kind text not null,
    route text not null, receiver text not null, status text not null, attempts integer not null, created_at timestamptz not null, updated_at timestamptz not null,
    sent_at timestamptz, error text, primary key (team_id, id), unique (team_id, notice_id, receiver))`,
  `create index notifications_newest on notifications (team_id, created_at desc, id desc)`,
  `create index notifications_failed on notifications (team_id, created_at desc, id desc) where status = 'failed'`,
  `create index notifications_of_incident on notifications (team_id, incident_id, receiver, sequence)`,
  `create index notifications_queued on notifications (updated_at) where status = 'queued'`,
];

/** The outbox: what happened to incidents (notices), and what is told to whom because of it (notifications). */
export const notifications: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
