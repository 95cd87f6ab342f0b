import type { TeamId } from "@sre/contracts/shared";
import type { Insertable, Selectable } from "kysely";
import type { Keyset } from "@sre/storage";
import { afterKeyset } from "../http/paging.ts";
import type { Db, QuarantinedAlertTable, Tx } from "../migrations/tables.ts";

export type QuarantinedAlertRow = Selectable<QuarantinedAlertTable>;

const rowsPerInsertMax = 500;

export async function insertQuarantined(tx: Tx, rows: readonly Insertable<QuarantinedAlertTable>[]): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsPerInsertMax) {
    await tx
      .insertInto("quarantined_alerts")
      .values(rows.slice(from, from + rowsPerInsertMax))
      .execute();
  }
}

export function findQuarantinedAlerts(
  db: Db,
  teamId: TeamId,
  { after, limit }: { readonly after: Keyset | null; readonly limit: number },
): Promise<QuarantinedAlertRow[]> {
  let query = db.selectFrom("quarantined_alerts").selectAll().where("team_id", "=", teamId);
  if (after) query = query.where(afterKeyset("received_at", "id", after));
  return query.orderBy("received_at", "desc").orderBy("id", "desc").limit(limit).execute();
}

/** Takes an alert out of quarantine; undefined when it is not there (any more). */
export function takeQuarantinedAlert(tx: Tx, teamId: TeamId, id: string): Promise<QuarantinedAlertRow | undefined> {
  return tx.deleteFrom("quarantined_alerts").where("team_id", "=", teamId).where("id", "=", id).returningAll().executeTakeFirst();
}
