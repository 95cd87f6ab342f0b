import type { Migration } from "@sre/storage";
import { sql } from "kysely";

/** Why an incident's alerts are together, in Chinese; incidents from before have it in English only. */
export const reasonsInChinese: Migration = {
  async up(db) {
    await sql`alter table incidents add column grouped_because_zh text`.execute(db);
  },
};
