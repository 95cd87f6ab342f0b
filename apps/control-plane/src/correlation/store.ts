import type { TeamId } from "@sre/contracts/shared";
import type { Keyset } from "@sre/storage";
import { sql, type Insertable, type Selectable } from "kysely";
import type { AlertRow } from "../alerts/store.ts";
import { afterKeyset } from "../http/paging.ts";
import type { Db, GroupingFeedbackTable, Tx } from "../migrations/tables.ts";

export type GroupingFeedbackRow = Selectable<GroupingFeedbackTable>;

/** What of a stored alert decides where it belongs. */
export type GroupedAlert = Pick<
  AlertRow,
  "id" | "name" | "labels" | "annotations" | "entity" | "service" | "cluster" | "environment" | "namespace" | "starts_at" | "incident_id"
>;

const decisive = ["id", "name", "labels", "annotations", "entity", "service", "cluster", "environment", "namespace", "starts_at", "incident_id"] as const; // prettier-ignore

/** The alerts of an incident, the newest first. */
export function findAlertsOf(db: Db, teamId: TeamId, input: { incidentId: string; limit: number }): Promise<GroupedAlert[]> {
  const { incidentId, limit } = input;
  const alerts = db.selectFrom("alerts").select(decisive).where("team_id", "=", teamId).where("incident_id", "=", incidentId);
  return alerts.orderBy("received_at", "desc").orderBy("id", "desc").limit(limit).execute();
}

/** Alerts that are in incidents and came within a stretch of time, in the order in which they came. */
export function findGroupedAlerts(db: Db, teamId: TeamId, input: { from: Date; to: Date; limit: number }): Promise<GroupedAlert[]> {
  return db
    .selectFrom("alerts")
    .select(decisive)
    .where("team_id", "=", teamId)
    .where("received_at", ">=", input.from)
    .where("received_at", "<=", input.to)
    .where("incident_id", "is not", null)
    .orderBy("received_at")
    .orderBy("id")
    .limit(input.limit)
    .execute();
}

/** Puts alerts of one incident into another; all of them when no ids are given. Returns those that moved. */
export async function reassignAlerts(
  tx: Tx,
  teamId: TeamId,
  input: { from: string; to: string; alertIds: readonly string[] | null },
): Promise<string[]> {
  let update = tx.updateTable("alerts").set({ incident_id: input.to }).where("team_id", "=", teamId).where("incident_id", "=", input.from);
  if (input.alertIds !== null) update = update.where("id", "in", [...input.alertIds]);
  const rows = await update.returning("id").execute();
  return rows.map(({ id }) => id).sort();
}

/** Counts, times and entities of incidents, read anew from the alerts they have; without alerts the times stay. */
export async function recountIncidents(tx: Tx, teamId: TeamId, input: { ids: readonly string[]; at: Date }): Promise<void> {
  for (const id of input.ids) {
    await sql`update incidents set alerts_firing = c.firing, alerts_total = c.total, started_at = coalesce(c.first_at, started_at),
      last_alert_at = coalesce(c.last_at, last_alert_at), updated_at = ${input.at}, version = version + 1
      from (select count(*) filter (where status = 'firing')::int as firing, count(*)::int as total, min(starts_at) as first_at, max(starts_at) as last_at
        from alerts where team_id = ${teamId} and incident_id = ${id}) c
      where incidents.team_id = ${teamId} and incidents.id = ${id}`.execute(tx);
    await tx.deleteFrom("incident_entities").where("team_id", "=", teamId).where("incident_id", "=", id).execute();
    await sql`insert into incident_entities (team_id, incident_id, entity) select distinct ${teamId}::uuid, ${id}::uuid, entity from alerts
      where team_id = ${teamId} and incident_id = ${id} and entity is not null on conflict do nothing`.execute(tx);
  }
}

export async function insertFeedback(tx: Tx, row: Insertable<GroupingFeedbackTable>): Promise<void> {
  await tx.insertInto("grouping_feedback").values(row).execute();
}

export function findFeedback(db: Db, teamId: TeamId, input: { after: Keyset | null; limit: number }): Promise<GroupingFeedbackRow[]> {
  let query = db.selectFrom("grouping_feedback").selectAll().where("team_id", "=", teamId);
  if (input.after) query = query.where(afterKeyset("at", "id", input.after));
  return query.orderBy("at", "desc").orderBy("id", "desc").limit(input.limit).execute();
}
