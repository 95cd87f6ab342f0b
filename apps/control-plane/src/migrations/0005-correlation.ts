import type { Migration } from "@sre/storage";
import { sql } from "kysely";

/** What a diagnosis found to be the cause, for alerts that are symptoms of it; and what people changed in the grouping. */
export const correlation: Migration = {
  async up(db) {
    await sql`alter table diagnoses add column cause_entity text`.execute(db);
    await sql`create table grouping_feedback (
      team_id uuid not null, id uuid not null, at timestamptz not null, actor text not null, kind text not null, from_incident uuid not null, to_incident uuid not null,
      alert_ids jsonb not null, alerts integer not null, reason text not null, primary key (team_id, id))`.execute(db);
    await sql`create index grouping_feedback_newest on grouping_feedback (team_id, at desc, id desc)`.execute(db);
  },
};
