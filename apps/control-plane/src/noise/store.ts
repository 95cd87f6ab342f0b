import type { TeamId } from "@sre/contracts/shared";
import { sql } from "kysely";
import type { AlertRow } from "../alerts/store.ts";
import type { Db, Tx } from "../migrations/tables.ts";

/** What is stored of the alerts of one fingerprint. */
export interface History {
  readonly fingerprint: string;
  /** How often it began before, within the window before this start; counted up to a limit. */
  readonly starts: number;
  /** Its latest incident that is open, or was resolved a short time ago. */
  readonly incident_id: string | null;
  readonly incident_status: "new" | "acknowledged" | "resolved" | null;
}

/** Looks up how often alerts of these fingerprints began, and into which incident they went last. */
export async function findHistories(
  tx: Tx,
  teamId: TeamId,
  input: {
    readonly integration: string;
    readonly alerts: readonly { readonly fingerprint: string; readonly starts_at: Date; readonly since: Date }[];
    readonly startsCountedMax: number;
    readonly resolvedSince: Date;
  },
): Promise<Map<string, History>> {
  const { integration, startsCountedMax, resolvedSince } = input;
  const { rows } = await sql<History>`
    select i.fingerprint, (select count(*)::int from (
        select from alerts a where a.team_id = ${teamId} and a.integration = ${integration} and a.fingerprint = i.fingerprint
          and a.starts_at > i.since and a.starts_at < i.starts_at limit ${startsCountedMax}) counted) as starts,
      e.incident_id, e.status as incident_status
    from jsonb_to_recordset(${JSON.stringify(input.alerts)}::jsonb) as i(fingerprint text, starts_at timestamptz, since timestamptz)
    left join lateral (
      select a.incident_id, n.status from alerts a join incidents n on n.team_id = a.team_id and n.id = a.incident_id
      where a.team_id = ${teamId} and a.integration = ${integration} and a.fingerprint = i.fingerprint and (n.status <> 'resolved' or n.resolved_at >= ${resolvedSince})
      order by a.starts_at desc limit 1) e on true`.execute(tx);
  return new Map(rows.map((row) => [row.fingerprint, row]));
}

/** Why an alert opens no incident; `held_by` is the maintenance window, if it is one. */
export interface Hold {
  readonly alert_id: string;
  readonly held: "maintenance" | "flapping";
  readonly held_by: string | null;
}

export async function setHeld(tx: Tx, teamId: TeamId, holds: readonly Hold[]): Promise<void> {
  if (holds.length === 0) return;
  await sql`update alerts set held = h.held, held_by = h.held_by from jsonb_to_recordset(${JSON.stringify(holds)}::jsonb) as h(alert_id uuid, held text, held_by uuid)
    where alerts.team_id = ${teamId} and alerts.id = h.alert_id`.execute(tx);
}

/** Alerts that fire and are held by nothing any more: their window is over, or they have fired for long enough. */
export function findReleasable(
  db: Db,
  input: { readonly at: Date; readonly settledBefore: Date; readonly limit: number },
): Promise<AlertRow[]> {
  return db
    .selectFrom("alerts as a")
    .selectAll("a")
    .where("a.held", "is not", null)
    .where("a.status", "=", "firing")
    .where(
      sql<boolean>`((a.held = 'flapping' and a.starts_at <= ${input.settledBefore}) or (a.held = 'maintenance' and not exists (
        select 1 from maintenance_windows w where w.team_id = a.team_id and w.id = a.held_by and w.cancelled_at is null and w.ends_at > ${input.at})))`,
    )
    .orderBy("a.team_id")
    .orderBy("a.received_at")
    .limit(input.limit)
    .execute();
}

/** Alerts that fire and are held, by the window that holds them. */
export async function countHeld(db: Db, teamId: TeamId): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom("alerts")
    .select(["held_by", sql<number>`count(*)::int`.as("count")])
    .where("team_id", "=", teamId)
    .where("held", "is not", null)
    .where("held_by", "is not", null)
    .where("status", "=", "firing")
    .groupBy("held_by")
    .execute();
  return new Map(rows.flatMap(({ held_by: id, count }) => (id === null ? [] : [[id, count]])));
}
