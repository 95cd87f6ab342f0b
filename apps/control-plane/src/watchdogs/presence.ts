import type { TeamId } from "@sre/contracts/shared";
import { sql } from "kysely";
import type { Db, Tx } from "../migrations/tables.ts";

/** Notes that deliveries could be taken in at `at`; returns what was noted before, held until the transaction ends. */
export async function notePresence(
  tx: Tx,
  teamId: TeamId,
  at: Date,
): Promise<{ readonly seen_at: Date; readonly incident_id: string | null } | undefined> {
  const before = await tx
    .selectFrom("intake_presence")
    .select(["seen_at", "incident_id"])
    .where("team_id", "=", teamId)
    .forUpdate()
    .executeTakeFirst();
  await tx
    .insertInto("intake_presence")
    .values({ team_id: teamId, seen_at: at, incident_id: null })
    // Clocks of replicas differ: what one has seen already is not taken back by another.
    .onConflict((conflict) => conflict.column("team_id").doUpdateSet({ seen_at: sql`greatest(intake_presence.seen_at, excluded.seen_at)` }))
    .execute();
  return before;
}

export async function setGapIncident(tx: Tx, teamId: TeamId, incidentId: string): Promise<void> {
  await tx.updateTable("intake_presence").set({ incident_id: incidentId }).where("team_id", "=", teamId).execute();
}

/** The incidents that people still work on, the latest first. */
export async function findOpenIncidents(db: Db, teamId: TeamId, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom("incidents")
    .select("id")
    .where("team_id", "=", teamId)
    .where("status", "!=", "resolved")
    .orderBy("created_at", "desc")
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}
