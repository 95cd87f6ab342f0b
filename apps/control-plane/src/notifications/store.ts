import type { Notification } from "@sre/contracts/control-plane";
import type { TeamId } from "@sre/contracts/shared";
import { sql, type Insertable, type Selectable } from "kysely";
import type { Keyset } from "@sre/storage";
import { afterKeyset } from "../http/paging.ts";
import type { Db, NoticeTable, NotificationTable, Tx } from "../migrations/tables.ts";

export type NoticeRow = Selectable<NoticeTable>;
export type NotificationRow = Selectable<NotificationTable>;

const rowsPerInsertMax = 500;
const noticesPlannedMax = 50;

export async function insertNotices(tx: Tx, rows: readonly Insertable<NoticeTable>[]): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsPerInsertMax) {
    await tx
      .insertInto("notices")
      .values(rows.slice(from, from + rowsPerInsertMax))
      .execute();
  }
}

/** Notices of an incident for which nobody decided who is told, in their order; held until the transaction ends. */
export function lockNoticesToPlan(tx: Tx, teamId: TeamId, incidentId: string): Promise<NoticeRow[]> {
  return tx
    .selectFrom("notices")
    .selectAll()
    .where("team_id", "=", teamId)
    .where("incident_id", "=", incidentId)
    .where("planned_at", "is", null)
    .orderBy("sequence")
    .limit(noticesPlannedMax)
    .forUpdate()
    .execute();
}

export async function setNoticePlanned(tx: Tx, teamId: TeamId, input: { id: string; at: Date; message: string }): Promise<void> {
  const { id, at, message } = input;
  await tx.updateTable("notices").set({ planned_at: at, message }).where("team_id", "=", teamId).where("id", "=", id).execute();
}

/** The latest notice that an incident opened or opened again. */
export function findLatestOpening(db: Db, teamId: TeamId, incidentId: string): Promise<NoticeRow | undefined> {
  return db
    .selectFrom("notices")
    .selectAll()
    .where("team_id", "=", teamId)
    .where("incident_id", "=", incidentId)
    .where("kind", "in", ["opened", "reopened"])
    .orderBy("sequence", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** Who was told of an incident before, with the route by which. */
export function findTold(db: Db, teamId: TeamId, incidentId: string): Promise<Pick<NotificationRow, "route" | "receiver">[]> {
  return db
    .selectFrom("notifications")
    .distinctOn("receiver")
    .select(["route", "receiver"])
    .where("team_id", "=", teamId)
    .where("incident_id", "=", incidentId)
    .orderBy("receiver")
    .orderBy("sequence")
    .execute();
}

/** The labels that every one of an incident's alerts has with the same value; of very many alerts, those of the newest. */
export async function findCommonLabels(db: Db, teamId: TeamId, incidentId: string): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string; value: string }>`
    with newest as (select labels from alerts where team_id = ${teamId} and incident_id = ${incidentId} order by received_at desc, id desc limit 200)
    select l.key as name, min(l.value) as value from newest, jsonb_each_text(newest.labels) as l
    group by l.key having count(*) = (select count(*) from newest) and min(l.value) = max(l.value)`.execute(db);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

/** Those of the receivers for which an earlier notification about the incident waits; held until the transaction ends. */
export async function lockWaitingReceivers(tx: Tx, teamId: TeamId, incidentId: string): Promise<Set<string>> {
  const rows = await tx
    .selectFrom("notifications")
    .select("receiver")
    .where("team_id", "=", teamId)
    .where("incident_id", "=", incidentId)
    .where("status", "=", "queued")
    .orderBy("id")
    .forUpdate()
    .execute();
  return new Set(rows.map(({ receiver }) => receiver));
}

export async function insertNotifications(tx: Tx, rows: readonly Insertable<NotificationTable>[]): Promise<void> {
  if (rows.length > 0) await tx.insertInto("notifications").values(rows).execute();
}

/** Counts an attempt and returns what is to be told; undefined when it is not waiting (any more). */
export async function beginAttempt(
  db: Db,
  teamId: TeamId,
  { id, at }: { id: string; at: Date },
): Promise<(NotificationRow & { message: string | null }) | undefined> {
  return db
    .updateTable("notifications as n")
    .from("notices as m")
    .set({ attempts: sql`n.attempts + 1`, updated_at: at })
    .whereRef("m.team_id", "=", "n.team_id")
    .whereRef("m.id", "=", "n.notice_id")
    .where("n.team_id", "=", teamId)
    .where("n.id", "=", id)
    .where("n.status", "=", "queued")
    .returningAll("n")
    .returning("m.message")
    .executeTakeFirst();
}

export async function noteFailedAttempt(db: Db, teamId: TeamId, { id, error }: { id: string; error: string }): Promise<void> {
  await db.updateTable("notifications").set({ error }).where("team_id", "=", teamId).where("id", "=", id).execute();
}

/** Ends a notification that waits, and returns the next one for the same receiver about the same incident. */
export async function endNotification(
  tx: Tx,
  teamId: TeamId,
  input: { readonly id: string; readonly set: Pick<Insertable<NotificationTable>, "status" | "updated_at" | "sent_at" | "error"> },
): Promise<string | undefined> {
  const ended = await tx
    .updateTable("notifications")
    .set(input.set)
    .where("team_id", "=", teamId)
    .where("id", "=", input.id)
    .where("status", "=", "queued")
    .returning(["incident_id", "receiver"])
    .executeTakeFirst();
  if (!ended) return undefined;
  const next = await tx
    .selectFrom("notifications")
    .select("id")
    .where("team_id", "=", teamId)
    .where("incident_id", "=", ended.incident_id)
    .where("receiver", "=", ended.receiver)
    .where("status", "=", "queued")
    .orderBy("sequence")
    .limit(1)
    .executeTakeFirst();
  return next?.id;
}

const withIncident = (db: Db, teamId: TeamId) =>
  db
    .selectFrom("notifications as n")
    .innerJoin("incidents as i", (join) => join.onRef("i.team_id", "=", "n.team_id").onRef("i.id", "=", "n.incident_id"))
    .selectAll("n")
    .select(["i.number as incident_number", "i.title as incident_title"])
    .where("n.team_id", "=", teamId);

export type NotificationOverview = NotificationRow & { readonly incident_number: number; readonly incident_title: string };

export function findNotifications(
  db: Db,
  teamId: TeamId,
  input: {
    readonly filter: { readonly status?: Notification["status"] | undefined; readonly incidentId?: string | undefined };
    readonly after: Keyset | null;
    readonly limit: number;
  },
): Promise<NotificationOverview[]> {
  const { status, incidentId } = input.filter;
  let query = withIncident(db, teamId);
  if (status !== undefined) query = query.where("n.status", "=", status);
  if (incidentId !== undefined) query = query.where("n.incident_id", "=", incidentId);
  if (input.after) query = query.where(afterKeyset("n.created_at", "n.id", input.after));
  return query.orderBy("n.created_at", "desc").orderBy("n.id", "desc").limit(input.limit).execute();
}

export function findNotification(db: Db, teamId: TeamId, id: string): Promise<NotificationOverview | undefined> {
  return withIncident(db, teamId).where("n.id", "=", id).executeTakeFirst();
}

/** Puts a notification that was given up back into the queue with all of its attempts; false when it was not given up. */
export async function requeueNotification(tx: Tx, teamId: TeamId, { id, at }: { id: string; at: Date }): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("notifications")
    .set({ status: "queued", attempts: 0, updated_at: at })
    .where("team_id", "=", teamId)
    .where("id", "=", id)
    .where("status", "=", "failed")
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Notifications that wait although nothing stands before them, and that nobody touched since `before`. */
export function findStalled(
  db: Db,
  { before, limit }: { before: Date; limit: number },
): Promise<Pick<NotificationRow, "team_id" | "id">[]> {
  return db
    .selectFrom("notifications as n")
    .select(["n.team_id", "n.id"])
    .where("n.status", "=", "queued")
    .where("n.updated_at", "<", before)
    .where(
      sql<boolean>`not exists (select 1 from notifications e where e.team_id = n.team_id and e.incident_id = n.incident_id and e.receiver = n.receiver
        and e.status = 'queued' and e.sequence < n.sequence)`,
    )
    .orderBy("n.updated_at")
    .limit(limit)
    .execute();
}
