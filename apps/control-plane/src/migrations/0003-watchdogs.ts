import type { Migration } from "@sre/storage";
import { sql } from "kysely";

/** Since when each sender's heartbeat was heard, how far apart, and until when the next one is waited for. */
export const watchdogs: Migration = {
  async up(db) {
    await sql`create table watchdogs (
      team_id uuid not null, integration text not null, cluster text not null, environment text not null, heard integer not null, heard_at timestamptz not null,
      gap_ms double precision not null, due_at timestamptz, incident_id uuid, primary key (team_id, integration, cluster, environment))`.execute(
      db,
    );
    await sql`create index watchdogs_due on watchdogs (due_at) where incident_id is null`.execute(db);
  },
};
