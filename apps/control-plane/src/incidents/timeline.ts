import type { TimelineEntry } from "@sre/contracts/control-plane";
import type { LocalizedText } from "@sre/contracts/evidence";
import type { TeamId } from "@sre/contracts/shared";
import { sql, type Selectable } from "kysely";
import type { Db, TimelineEntryTable, Tx } from "../migrations/tables.ts";

export interface NewTimelineEntry {
  readonly id: string;
  readonly incidentId: string;
  readonly at: Date;
  readonly kind: TimelineEntry["kind"];
  readonly actor: string;
  readonly text: LocalizedText;
  readonly refersTo?: string | null;
}

/** The newest entries that the API shows of one incident. */
const timelineEntriesMax = 2_000;

/** Writes into the timelines of incidents, in the transaction of what happened. An entry whose id is already there is left as it is. */
export async function appendTimeline(tx: Tx, teamId: TeamId, entries: readonly NewTimelineEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await sql`insert into timeline_entries (team_id, id, incident_id, at, kind, actor, text, refers_to)
    select ${teamId}::uuid, e.id, e."incidentId", e.at, e.kind, e.actor, e.text, e."refersTo"
    from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) as e(id uuid, "incidentId" uuid, at timestamptz, kind text, actor text, text jsonb, "refersTo" text)
    on conflict do nothing`.execute(tx);
}

/** The timeline of an incident, oldest first; of a very long one, its newest part. */
export async function findTimeline(db: Db, teamId: TeamId, incidentId: string): Promise<Selectable<TimelineEntryTable>[]> {
  const newestFirst = await db
    .selectFrom("timeline_entries")
    .selectAll()
    .where("team_id", "=", teamId)
    .where("incident_id", "=", incidentId)
    .orderBy("at", "desc")
    .orderBy("id", "desc")
    .limit(timelineEntriesMax)
    .execute();
  return newestFirst.reverse();
}

export function timelineEntryOf(row: Selectable<TimelineEntryTable>): TimelineEntry {
  return { id: row.id, at: row.at.toISOString(), kind: row.kind, actor: row.actor, text: row.text, refers_to: row.refers_to };
}
