import type { StreamEvent } from "@sre/contracts/control-plane";
import type { TeamId } from "@sre/contracts/shared";
import { sql } from "kysely";
import type { Db, Tx } from "../migrations/tables.ts";

export interface NewEvent {
  readonly kind: StreamEvent["kind"];
  readonly incidentId?: string | null;
  readonly diagnosisId?: string | null;
}

export const eventLimits = { eventsPerReadMax: 200, retentionDays: 7 } as const;

/** Writes events inside the transaction of what they tell. */
export async function publishEvents(tx: Tx, scope: { teamId: TeamId; at: Date }, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await sql`insert into events (team_id, kind, incident_id, diagnosis_id, at)
    select ${scope.teamId}::uuid, e.kind, e."incidentId", e."diagnosisId", ${scope.at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(events)}::jsonb) as e(kind text, "incidentId" uuid, "diagnosisId" uuid)`.execute(tx);
}

/** A place in the stream: events are ordered by transaction first, because ids are not committed in their order. */
export interface StreamPosition {
  readonly xid: string;
  readonly id: string;
}

/** The end of the stream now: whatever commits later comes after it. */
export async function currentPosition(db: Db): Promise<StreamPosition> {
  const { rows } = await sql<{ xid: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`.execute(db);
  return { xid: rows[0]?.xid ?? "0", id: "0" };
}

/** The place of an event that a reader has seen; null when it is not kept any more. */
export async function positionOfEvent(db: Db, teamId: TeamId, id: string): Promise<StreamPosition | null> {
  const { rows } =
    await sql<StreamPosition>`select xid::text as xid, id::text as id from events where team_id = ${teamId} and id = ${id}::bigint`.execute(
      db,
    );
  return rows[0] ?? null;
}

/**
 * Events after a position, in order. Only those below the oldest transaction that still runs are read: later ones
 * could still be preceded by it, and would make a reader skip what it commits.
 */
export async function eventsAfter(
  db: Db,
  teamId: TeamId,
  after: StreamPosition,
): Promise<(StreamEvent & { readonly position: StreamPosition })[]> {
  const { rows } = await sql<{
    id: string;
    xid: string;
    kind: StreamEvent["kind"];
    incident_id: string | null;
    diagnosis_id: string | null;
  }>`
    select id::text as id, xid::text as xid, kind, incident_id, diagnosis_id from events
    where team_id = ${teamId} and (xid, id) > (${after.xid}::xid8, ${after.id}::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
    order by xid, id limit ${eventLimits.eventsPerReadMax}`.execute(db);
  return rows.map(({ xid, ...event }) => ({ ...event, position: { xid, id: event.id } }));
}

/** Forgets events that are older than the retention; a reader that comes back later starts over. */
export async function deleteEventsBefore(db: Db, at: Date): Promise<void> {
  await db.deleteFrom("events").where("at", "<", at).execute();
}
