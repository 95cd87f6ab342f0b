import type { ChangeRecord, EntityId } from "@sre/contracts/evidence";
import type { TeamId } from "@sre/contracts/shared";
import { sql, type Insertable, type Selectable } from "kysely";
import type { Keyset } from "@sre/storage";
import { afterKeyset } from "../http/paging.ts";
import type { ChangeTable, Db, Tx } from "../migrations/tables.ts";

export type ChangeRow = Selectable<ChangeTable>;

export interface ChangeFilter {
  readonly entity?: EntityId | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Changes that started in the window (from ≤ start < to), newest first; of an entity when it is what changed or what the change touches. */
export function findChanges(
  db: Db,
  teamId: TeamId,
  input: { filter: ChangeFilter; after: Keyset | null; limit: number },
): Promise<ChangeRow[]> {
  const { entity, from, to } = input.filter;
  let query = db.selectFrom("changes").selectAll().where("team_id", "=", teamId);
  if (from) query = query.where("started_at", ">=", from);
  if (to) query = query.where("started_at", "<", to);
  if (entity !== undefined) {
    query = query.where("id", "in", (inner) =>
      inner.selectFrom("change_entities").select("change_id").where("team_id", "=", teamId).where("entity", "=", entity),
    );
  }
  if (input.after) query = query.where(afterKeyset("started_at", "id", input.after));
  return query.orderBy("started_at", "desc").orderBy("id", "desc").limit(input.limit).execute();
}

/** Holds changes until the transaction ends, in one order, so that events about one change are put together one after the other. */
export async function lockChanges(tx: Tx, teamId: TeamId, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const keys = [...new Set(ids)].sort().map((id) => `${teamId} change ${id}`);
  await sql`select pg_advisory_xact_lock(hashtextextended(c.key, 0)) from jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb) as c(key)`.execute(
    tx,
  );
}

/** Writes a change by its sender's id; tells whether it is new. */
export async function upsertChange(tx: Tx, row: Insertable<ChangeTable>): Promise<{ created: boolean }> {
  const { team_id: _team, id: _id, recorded_at: _recorded, ...rest } = row;
  const written = await tx
    .insertInto("changes")
    .values(row)
    .onConflict((conflict) => conflict.columns(["team_id", "id"]).doUpdateSet(rest))
    .returning(sql<boolean>`xmax = 0`.as("created"))
    .executeTakeFirst();
  return { created: written?.created ?? false };
}

/** Replaces what a change concerns. */
export async function replaceChangeEntities(
  tx: Tx,
  teamId: TeamId,
  input: { changeId: string; entities: readonly EntityId[] },
): Promise<void> {
  await tx.deleteFrom("change_entities").where("team_id", "=", teamId).where("change_id", "=", input.changeId).execute();
  const rows = input.entities.map((entity) => ({ team_id: teamId, change_id: input.changeId, entity }));
  await tx.insertInto("change_entities").values(rows).execute();
}

export function findChange(db: Db, teamId: TeamId, id: string): Promise<ChangeRow | undefined> {
  return db.selectFrom("changes").selectAll().where("team_id", "=", teamId).where("id", "=", id).executeTakeFirst();
}

/** A change as the API and the assistant see it. */
export function changeOf(row: ChangeRow): ChangeRecord {
  return {
    id: row.id,
    entity: row.entity,
    kind: row.kind,
    started_at: row.started_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
    state: row.state,
    share: null,
    touches: row.touches,
    by: row.by,
    from: row.from_version,
    to: row.to_version,
    title: row.title,
    url: row.url,
    origin: row.origin,
  };
}
