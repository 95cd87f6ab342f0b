import type { DiagnosticStatus, SessionStatus } from "@sre/contracts/assistant";
import type { TeamId } from "@sre/contracts/shared";
import { sql, type Selectable } from "@sre/storage";
import type { Insertable } from "kysely";
import type { Keyset } from "@sre/storage";
import type { Db, SessionTable, Tx } from "../migrations/tables.ts";

export type SessionRow = Omit<Selectable<SessionTable>, "request" | "result">;
type Step = DiagnosticStatus["steps"][number];

const openStatuses = ["accepted", "running"] as const satisfies readonly SessionStatus[];

const columns = [
  "team_id", "id", "kind", "incident_id", "severity", "status", "requested_by", "idempotency_key", "request_hash", "traceparent", "time_limit_seconds",
  "accepted_at", "started_at", "deadline_at", "finished_at", "attempts", "run_token", "rounds_finished", "progress", "current_step", "steps",
  "evidence_bytes", "evidence_kept", "verdict", "headline", "error_code", "error_detail",
] as const; // prettier-ignore

export function findSession(db: Db, teamId: TeamId, id: string): Promise<SessionRow | undefined> {
  return db.selectFrom("sessions").select(columns).where("team_id", "=", teamId).where("id", "=", id).executeTakeFirst();
}

/** The session with its result, which may be large. */
export function findSessionWithResult(
  db: Db,
  teamId: TeamId,
  id: string,
): Promise<(SessionRow & { result: Uint8Array | null }) | undefined> {
  return db.selectFrom("sessions").select([...columns, "result"]).where("team_id", "=", teamId).where("id", "=", id).executeTakeFirst(); // prettier-ignore
}

/** What the session was asked, packed. */
export async function findRequest(db: Db, teamId: TeamId, id: string): Promise<Uint8Array | undefined> {
  const row = await db.selectFrom("sessions").select("request").where("team_id", "=", teamId).where("id", "=", id).executeTakeFirst();
  return row?.request;
}

export function findSessionByKey(
  db: Db,
  teamId: TeamId,
  key: { requestedBy: string; idempotencyKey: string },
): Promise<SessionRow | undefined> {
  return db
    .selectFrom("sessions")
    .select(columns)
    .where("team_id", "=", teamId)
    .where("requested_by", "=", key.requestedBy)
    .where("idempotency_key", "=", key.idempotencyKey)
    .executeTakeFirst();
}

/** Adds a session; false when its idempotency key is taken, also by a transaction that commits meanwhile. */
export async function insertSession(tx: Tx, row: Insertable<SessionTable>): Promise<boolean> {
  const conflict = ["team_id", "requested_by", "idempotency_key"] as const;
  const added = await tx.insertInto("sessions").values(row).onConflict((on) => on.columns(conflict).doNothing()).returning("id").executeTakeFirst(); // prettier-ignore
  return added !== undefined;
}

/** Unfinished sessions of a team, counted up to `max`. */
export async function countOpenSessions(db: Db, teamId: TeamId, max: number): Promise<number> {
  const open = db.selectFrom("sessions").select("id").where("team_id", "=", teamId).where("status", "in", openStatuses).limit(max);
  const { count } = await db.selectFrom(open.as("open")).select(sql<number>`count(*)::int`.as("count")).executeTakeFirstOrThrow(); // prettier-ignore
  return count;
}

/** Mean seconds that the last finished diagnoses of a team took; null before the first. */
export async function meanDurationSeconds(db: Db, teamId: TeamId, of: number): Promise<number | null> {
  const last = db
    .selectFrom("sessions")
    .select(sql<number>`extract(epoch from finished_at - started_at)::float8`.as("seconds"))
    .where("team_id", "=", teamId)
    .where("finished_at", "is not", null)
    .where("status", "=", "completed")
    .orderBy("finished_at", "desc")
    .limit(of);
  const { mean } = await db.selectFrom(last.as("last")).select(sql<number | null>`avg(seconds)::float8`.as("mean")).executeTakeFirstOrThrow(); // prettier-ignore
  return mean;
}

export interface HistoryFilter {
  readonly incidentId?: string | undefined;
  readonly status?: SessionStatus | undefined;
}

/** Sessions of a team, newest first. */
export function findSessions(
  db: Db,
  teamId: TeamId,
  input: { filter: HistoryFilter; after: Keyset | null; limit: number },
): Promise<SessionRow[]> {
  const { filter, after, limit } = input;
  let query = db.selectFrom("sessions").select(columns).where("team_id", "=", teamId);
  if (filter.incidentId !== undefined) query = query.where("incident_id", "=", filter.incidentId);
  if (filter.status !== undefined) query = query.where("status", "=", filter.status);
  if (after) query = query.where(sql<boolean>`(accepted_at, id) < (${after.at}, ${after.id})`);
  return query.orderBy("accepted_at", "desc").orderBy("id", "desc").limit(limit).execute();
}

export interface Claim {
  readonly token: string;
  readonly at: Date;
}

/** Takes an unfinished session for one run: whoever ran it before may no longer write. Undefined when it is finished or unknown. */
export function claimSession(
  db: Db,
  teamId: TeamId,
  input: Claim & { id: string },
): Promise<(SessionRow & { request: Uint8Array }) | undefined> {
  return db
    .updateTable("sessions")
    .set((column) => ({
      status: "running" as const,
      run_token: input.token,
      attempts: sql<number>`attempts + 1`,
      started_at: column.fn.coalesce("started_at", sql<Date>`${input.at}::timestamptz`),
      // The limit is that of one run: the time in which nobody ran it does not count.
      deadline_at: sql<Date>`${input.at}::timestamptz + make_interval(secs => time_limit_seconds)`,
    }))
    .where("team_id", "=", teamId)
    .where("id", "=", input.id)
    .where("status", "in", openStatuses)
    .returning([...columns, "request"])
    .executeTakeFirst();
}

/** A session in the hands of one run. */
export interface Held {
  readonly teamId: TeamId;
  readonly id: string;
  readonly token: string;
}

export interface SessionChange {
  readonly status?: SessionStatus;
  readonly progress?: number;
  readonly current_step?: string;
  readonly finished_at?: Date;
  readonly rounds_finished?: number;
  readonly evidence_bytes?: number;
  readonly verdict?: string;
  readonly headline?: string;
  readonly result?: Uint8Array;
  readonly error_code?: string;
  readonly error_detail?: string;
}

/** Changes a session that the run still holds, and appends steps; false when it was cancelled or taken over. */
export async function changeHeldSession(db: Db, held: Held, input: { set: SessionChange; steps?: readonly Step[] }): Promise<boolean> {
  const steps = input.steps ?? [];
  const result = await db
    .updateTable("sessions")
    .set({ ...input.set, ...(steps.length === 0 ? {} : { steps: sql<string>`steps || ${JSON.stringify(steps)}::jsonb` }) })
    .where("team_id", "=", held.teamId)
    .where("id", "=", held.id)
    .where("run_token", "=", held.token)
    .where("status", "=", "running")
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Whether the run may still write. */
export async function isHeld(db: Db, held: Held): Promise<boolean> {
  const row = await db.selectFrom("sessions").select(["run_token", "status"]).where("team_id", "=", held.teamId).where("id", "=", held.id).executeTakeFirst(); // prettier-ignore
  return row?.status === "running" && row.run_token === held.token;
}

/** Cancels a session that has not finished; false when it has. */
export async function markCancelled(db: Db, teamId: TeamId, input: { id: string; at: Date; step: Step }): Promise<boolean> {
  const result = await db
    .updateTable("sessions")
    .set({
      status: "cancelled",
      finished_at: input.at,
      current_step: input.step.step,
      steps: sql<string>`steps || ${JSON.stringify([input.step])}::jsonb`,
      run_token: null,
    })
    .where("team_id", "=", teamId)
    .where("id", "=", input.id)
    .where("status", "in", openStatuses)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Unfinished sessions accepted before `before`, oldest first, of every team: for housekeeping only. */
export function findOpenSessionsOfAllTeams(
  db: Db,
  input: { before: Date; limit: number },
): Promise<Pick<SessionRow, "team_id" | "id" | "severity">[]> {
  return db
    .selectFrom("sessions")
    .select(["team_id", "id", "severity"])
    .where("status", "in", openStatuses)
    .where("accepted_at", "<", input.before)
    .orderBy("accepted_at")
    .limit(input.limit)
    .execute();
}

/** Deletes finished sessions, whose evidence is gone already; at most `limit`. */
export async function deleteOldSessions(db: Db, input: { finishedBefore: Date; limit: number }): Promise<number> {
  const { finishedBefore, limit } = input;
  const old = sql`select team_id, id from sessions where finished_at < ${finishedBefore} and not evidence_kept limit ${limit}`;
  const result = await db
    .deleteFrom("sessions")
    .where(sql<boolean>`(team_id, id) in (${old})`)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
