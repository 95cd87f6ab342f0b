import type { TeamId } from "@sre/contracts/shared";
import { sql, type Insertable, type Selectable } from "kysely";
import type { Keyset } from "@sre/storage";
import { afterKeyset } from "../http/paging.ts";
import type { Db, MaintenanceWindowTable, Tx } from "../migrations/tables.ts";

export type MaintenanceWindowRow = Selectable<MaintenanceWindowTable>;

export async function insertMaintenanceWindow(tx: Tx, row: Insertable<MaintenanceWindowTable>): Promise<void> {
  await tx.insertInto("maintenance_windows").values(row).execute();
}

export function findMaintenanceWindows(
  db: Db,
  teamId: TeamId,
  { after, limit }: { readonly after: Keyset | null; readonly limit: number },
): Promise<MaintenanceWindowRow[]> {
  let query = db.selectFrom("maintenance_windows").selectAll().where("team_id", "=", teamId);
  if (after) query = query.where(afterKeyset("created_at", "id", after));
  return query.orderBy("created_at", "desc").orderBy("id", "desc").limit(limit).execute();
}

export function lockMaintenanceWindow(tx: Tx, teamId: TeamId, id: string): Promise<MaintenanceWindowRow | undefined> {
  return tx.selectFrom("maintenance_windows").selectAll().where("team_id", "=", teamId).where("id", "=", id).forUpdate().executeTakeFirst();
}

export async function setCancelled(tx: Tx, teamId: TeamId, { id, at, by }: { id: string; at: Date; by: string }): Promise<void> {
  await tx
    .updateTable("maintenance_windows")
    .set({ cancelled_at: at, cancelled_by: by })
    .where("team_id", "=", teamId)
    .where("id", "=", id)
    .execute();
}

/** How many windows are to come or go on. */
export async function countWindowsToCome(db: Db, teamId: TeamId, at: Date): Promise<number> {
  const { count } = await db
    .selectFrom("maintenance_windows")
    .select(sql<number>`count(*)::int`.as("count"))
    .where("team_id", "=", teamId)
    .where("cancelled_at", "is", null)
    .where("ends_at", ">", at)
    .executeTakeFirstOrThrow();
  return count;
}
