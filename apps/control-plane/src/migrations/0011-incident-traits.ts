import type { Migration } from "@sre/storage";
import { sql } from "kysely";

/** What of an incident's alerts further ones are compared with. It is rewritten with every delivery, so room is left on its page. */
export const incidentTraits: Migration = {
  async up(db) {
    await sql`create table incident_traits (
      team_id uuid not null, incident_id uuid not null, traits text not null, primary key (team_id, incident_id)) with (fillfactor = 60)`.execute(
      db,
    );
  },
};
