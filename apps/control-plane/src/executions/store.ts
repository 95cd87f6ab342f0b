import type { Execution } from "@sre/contracts/control-plane";
import type { TeamId } from "@sre/contracts/shared";
import type { Selectable } from "kysely";
import type { Keyset } from "@sre/storage";
import { afterKeyset } from "../http/paging.ts";
import type { Db, ExecutionLogTable, ExecutionTable } from "../migrations/tables.ts";

/** Log lines of one execution that the API shows. */
const executionLinesMax = 5_000;

export type ExecutionRow = Selectable<ExecutionTable>;

export function findExecutions(
  db: Db,
  teamId: TeamId,
  input: { target: string | undefined; after: Keyset | null; limit: number },
): Promise<ExecutionRow[]> {
  let query = db.selectFrom("executions").selectAll().where("team_id", "=", teamId);
  if (input.target !== undefined) query = query.where("target", "=", input.target);
  if (input.after) query = query.where(afterKeyset("created_at", "id", input.after));
  return query.orderBy("created_at", "desc").orderBy("id", "desc").limit(input.limit).execute();
}

export function findExecution(db: Db, teamId: TeamId, id: string): Promise<ExecutionRow | undefined> {
  return db.selectFrom("executions").selectAll().where("team_id", "=", teamId).where("id", "=", id).executeTakeFirst();
}

export function findExecutionLines(
  db: Db,
  teamId: TeamId,
  executionId: string,
): Promise<Pick<Selectable<ExecutionLogTable>, "at" | "line">[]> {
  return db
    .selectFrom("execution_logs")
    .select(["at", "line"])
    .where("team_id", "=", teamId)
    .where("execution_id", "=", executionId)
    .orderBy("line_number")
    .limit(executionLinesMax)
    .execute();
}

export function executionOf(row: ExecutionRow): Execution {
  return {
    id: row.id,
    title: row.title,
    status: row.status,
    target: row.target,
    requested_by: row.requested_by,
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}
