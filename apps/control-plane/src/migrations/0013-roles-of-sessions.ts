import { sql, type Kysely } from "kysely";
import type { Migration } from "@sre/storage";

/** A session holds the roles of its person, and the ID token that ends it at the issuer. One of before knows no roles, so its person signs in again. */
export const rolesOfSessions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`delete from signed_in_sessions`.execute(db);
    await sql`alter table signed_in_sessions add column roles jsonb not null, add column id_token text`.execute(db);
  },
};
