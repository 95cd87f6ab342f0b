import type { TeamId } from "@sre/contracts/shared";
import type { Insertable, Selectable, Updateable } from "kysely";
import type { Db, DiagnosisTable, Tx } from "../migrations/tables.ts";

export type DiagnosisRow = Selectable<DiagnosisTable>;
/** A diagnosis without its result, which is by far its largest part. */
export type DiagnosisSummaryRow = Omit<DiagnosisRow, "team_id" | "attempts" | "result" | "cause_entity">;

/** The newest diagnoses of one incident that the API lists. */
const diagnosesListedMax = 50;

export async function insertDiagnosis(tx: Tx, row: Insertable<DiagnosisTable>): Promise<void> {
  await tx.insertInto("diagnoses").values(row).execute();
}

export function findDiagnosis(db: Db, teamId: TeamId, id: string): Promise<DiagnosisRow | undefined> {
  return db.selectFrom("diagnoses").selectAll().where("team_id", "=", teamId).where("id", "=", id).executeTakeFirst();
}

/** Reads a diagnosis and keeps others from changing it until the transaction ends. */
export function lockDiagnosis(tx: Tx, teamId: TeamId, id: string): Promise<DiagnosisRow | undefined> {
  return tx.selectFrom("diagnoses").selectAll().where("team_id", "=", teamId).where("id", "=", id).forUpdate().executeTakeFirst();
}

/** A diagnosis of the incident's alerts that has not read them yet; it stays so until the transaction ends. */
export function lockWaitingDiagnosis(tx: Tx, teamId: TeamId, incidentId: string): Promise<DiagnosisRow | undefined> {
  return tx
    .selectFrom("diagnoses")
    .selectAll()
    .where("team_id", "=", teamId)
    .where("incident_id", "=", incidentId)
    .where("kind", "=", "alerts")
    .where("status", "=", "queued")
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
}

const summaryColumns = [
  "id", "incident_id", "session_id", "trigger", "kind", "deployment", "status", "progress", "current_step", "steps",
  "requested_at", "finished_at", "requested_by", "changed", "verdict", "confidence", "headline", "error",
] as const; // prettier-ignore

export function findDiagnosesOf(db: Db, teamId: TeamId, incidentId: string): Promise<DiagnosisSummaryRow[]> {
  return db
    .selectFrom("diagnoses")
    .select(summaryColumns)
    .where("team_id", "=", teamId)
    .where("incident_id", "=", incidentId)
    .orderBy("requested_at", "desc")
    .orderBy("id", "desc")
    .limit(diagnosesListedMax)
    .execute();
}

/** The newest diagnosis of the incident's alerts that has reported, apart from `exceptId`. */
export function findLatestReported(
  db: Db,
  teamId: TeamId,
  input: { incidentId: string; exceptId?: string },
): Promise<DiagnosisRow | undefined> {
  let query = db
    .selectFrom("diagnoses")
    .selectAll()
    .where("team_id", "=", teamId)
    .where("incident_id", "=", input.incidentId)
    .where("kind", "=", "alerts")
    .where("status", "=", "reported");
  if (input.exceptId !== undefined) query = query.where("id", "<>", input.exceptId);
  return query.orderBy("requested_at", "desc").orderBy("id", "desc").limit(1).executeTakeFirst();
}

/** How many times the incident was diagnosed for this reason. */
export async function countDiagnosesOf(
  db: Db,
  teamId: TeamId,
  input: { incidentId: string; trigger: DiagnosisRow["trigger"] },
): Promise<number> {
  const row = await db
    .selectFrom("diagnoses")
    .select((query) => query.fn.countAll<string>().as("count"))
    .where("team_id", "=", teamId)
    .where("incident_id", "=", input.incidentId)
    .where("trigger", "=", input.trigger)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

export async function updateDiagnosis(tx: Tx, teamId: TeamId, input: { id: string; set: Updateable<DiagnosisTable> }): Promise<void> {
  await tx.updateTable("diagnoses").set(input.set).where("team_id", "=", teamId).where("id", "=", input.id).execute();
}
