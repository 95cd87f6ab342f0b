import type { Migration } from "@sre/storage";
import { sql } from "kysely";

const statements = [
  `alter table alerts add column held text, add column held_by uuid`,
  `create index alerts_held on alerts (team_id, received_at) where held is not null and status = 'firing'`,

  `create table maintenance_windows (
    team_id uuid not null, id uuid not null, reason text not null, matchers jsonb not null, starts_at timestamptz not null, ends_at timestamptz not null,
    created_at timestamptz not null, created_by text not null, cancelled_at timestamptz, cancelled_by text, primary key (team_id, id))`,
  `create index maintenance_windows_newest on maintenance_windows (team_id, created_at desc, id desc)`,
  `create index maintenance_windows_to_come on maintenance_windows (team_id, ends_at) where cancelled_at is null`,
];

/** Why an alert is kept from opening an incident; and times in which alerts are expected. */
export const noise: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
