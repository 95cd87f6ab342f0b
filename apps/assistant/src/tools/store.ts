import type { TeamId } from "@sre/contracts/shared";
import { sql, type Selectable } from "@sre/storage";
import type { Insertable } from "kysely";
import type { Db, SourceCallTable, SourceStateTable } from "../migrations/tables.ts";

export type SourceStateRow = Selectable<SourceStateTable>;
export type SourceCallRow = Selectable<SourceCallTable>;

/** Adds counted calls to what is stored. Rows are sorted by their key, so that replicas never wait for each other in a circle. */
export async function addSourceCalls(db: Db, rows: readonly Insertable<SourceCallTable>[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto("source_calls")
    .values(rows)
    .onConflict((on) =>
      on
        .columns(["team_id", "source", "hour", "outcome", "bucket"])
        .doUpdateSet({ calls: sql<number>`source_calls.calls + excluded.calls` }),
    )
    .execute();
}

/** Keeps the newest state of each source. */
export async function upsertSourceStates(db: Db, rows: readonly Insertable<SourceStateTable>[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto("source_states")
    .values(rows)
    .onConflict((on) =>
      on
        .columns(["team_id", "source"])
        .doUpdateSet({
          last_answer_at: sql<Date>`greatest(source_states.last_answer_at, excluded.last_answer_at)`,
          last_call_at: sql<Date>`excluded.last_call_at`,
          last_outcome: sql<string>`excluded.last_outcome`,
          last_detail: sql<string>`excluded.last_detail`,
        })
        .where(sql<boolean>`source_states.last_call_at <= excluded.last_call_at`),
    )
    .execute();
}

export function findSourceStates(db: Db, teamId: TeamId): Promise<SourceStateRow[]> {
  return db.selectFrom("source_states").selectAll().where("team_id", "=", teamId).execute();
}

/** Calls to every source since a moment, by outcome and latency bucket. */
export function findSourceCalls(
  db: Db,
  teamId: TeamId,
  since: Date,
): Promise<Pick<SourceCallRow, "source" | "outcome" | "bucket" | "calls">[]> {
  return db
    .selectFrom("source_calls")
    .select(["source", "outcome", "bucket", sql<number>`sum(calls)::int`.as("calls")])
    .where("team_id", "=", teamId)
    .where("hour", ">=", since)
    .groupBy(["source", "outcome", "bucket"])
    .execute();
}

/** Deletes counts that no window reads any more, of every team: for housekeeping only. */
export async function deleteOldSourceCalls(db: Db, before: Date): Promise<void> {
  await db.deleteFrom("source_calls").where("hour", "<", before).execute();
}
