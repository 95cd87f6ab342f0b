import type { Migration } from "@sre/storage";
import { sql } from "kysely";

/** Until when deliveries could be taken in, and the incident that tells of the last time when they could not. */
export const intakePresence: Migration = {
  async up(db) {
    await sql`create table intake_presence (team_id uuid primary key, seen_at timestamptz not null, incident_id uuid)`.execute(db);
  },
};
