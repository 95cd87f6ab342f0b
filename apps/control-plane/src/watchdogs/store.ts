import type { TeamId } from "@sre/contracts/shared";
import { sql, type Selectable } from "kysely";
import type { Db, Tx, WatchdogTable } from "../migrations/tables.ts";

export type WatchdogRow = Selectable<WatchdogTable>;

/** Which heartbeat: one for each kind of sender and place. */
export interface WatchdogKey {
  readonly integration: string;
  readonly cluster: string;
  readonly environment: string;
}

/** The shortest silence that counts, and how many times the usual gap it must be. */
const patience = { leastMs: 180_000, gaps: 3, heardMin: 3 } as const;

/**
 * Notes that a heartbeat was heard, and returns the incident of the silence that it ends, if any. The usual gap is the longest
 * of late, fading by a tenth with each beat; what a silence made of it is not learned.
 */
export async function hearWatchdog(tx: Tx, teamId: TeamId, { key, at }: { key: WatchdogKey; at: Date }): Promise<string | null> {
  const { integration, cluster, environment } = key;
  const { rows } = await sql<{ incident_id: string | null }>`
    with prior as (
      select * from watchdogs where team_id = ${teamId} and integration = ${integration} and cluster = ${cluster} and environment = ${environment} for update
    ), next as (
      select coalesce((select heard from prior), 0) + 1 as heard, coalesce((select case when incident_id is null
        then greatest(gap_ms * 0.9, extract(epoch from ${at}::timestamptz - heard_at) * 1000) else gap_ms end from prior), 0) as gap_ms
    )
    insert into watchdogs (team_id, integration, cluster, environment, heard, heard_at, gap_ms, due_at, incident_id)
    select ${teamId}::uuid, ${integration}::text, ${cluster}::text, ${environment}::text, heard, ${at}::timestamptz, gap_ms,
      case when heard >= ${patience.heardMin} then ${at}::timestamptz + greatest(${patience.leastMs}, ${patience.gaps} * gap_ms) * interval '1 millisecond' end, null from next
    on conflict (team_id, integration, cluster, environment) do update set
      heard = excluded.heard, heard_at = excluded.heard_at, gap_ms = excluded.gap_ms, due_at = excluded.due_at, incident_id = null
    returning (select incident_id from prior) as incident_id`.execute(tx);
  return rows[0]?.incident_id ?? null;
}

/** A heartbeat that its sender calls ended is overdue at once; one that was never heard is not waited for. */
export async function endWatchdog(tx: Tx, teamId: TeamId, { key, at }: { key: WatchdogKey; at: Date }): Promise<void> {
  const { integration, cluster, environment } = key;
  await tx
    .updateTable("watchdogs")
    .set({ due_at: at })
    .where("team_id", "=", teamId)
    .where("integration", "=", integration)
    .where("cluster", "=", cluster)
    .where("environment", "=", environment)
    .execute();
}

/** Heartbeats that are overdue and of which nobody was told, held until the transaction ends; other replicas pass them over. */
export function takeOverdueWatchdogs(tx: Tx, { at, limit }: { at: Date; limit: number }): Promise<WatchdogRow[]> {
  return tx
    .selectFrom("watchdogs")
    .selectAll()
    .where("incident_id", "is", null)
    .where("due_at", "<=", at)
    .orderBy("due_at")
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
}

export async function setWatchdogIncident(tx: Tx, row: WatchdogRow, incidentId: string): Promise<void> {
  await tx
    .updateTable("watchdogs")
    .set({ incident_id: incidentId })
    .where("team_id", "=", row.team_id)
    .where("integration", "=", row.integration)
    .where("cluster", "=", row.cluster)
    .where("environment", "=", row.environment)
    .execute();
}

export function findWatchdogs(db: Db, teamId: TeamId): Promise<WatchdogRow[]> {
  return db.selectFrom("watchdogs").selectAll().where("team_id", "=", teamId).orderBy("integration").orderBy("cluster").execute();
}
