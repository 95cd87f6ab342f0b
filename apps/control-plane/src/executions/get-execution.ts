import type { Execution } from "@sre/contracts/control-plane";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { keysetOf } from "@sre/storage";
import { pageOfRows } from "../http/paging.ts";
import { executionOf, findExecution, findExecutionLines, findExecutions, type ExecutionRow } from "./store.ts";

async function needExecution(app: App, ctx: CallContext, executionId: string): Promise<ExecutionRow> {
  requireScope(ctx, "executions:read");
  const row = await findExecution(app.database.kysely, ctx.teamId, executionId);
  if (!row) throw new RuleBroken("not_found", "There is no such execution.");
  return row;
}

export async function getExecution(app: App, ctx: CallContext, input: { executionId: string }): Promise<Execution> {
  return executionOf(await needExecution(app, ctx, input.executionId));
}

export async function getExecutionLogs(
  app: App,
  ctx: CallContext,
  input: { executionId: string },
): Promise<{ items: { at: string; line: string }[] }> {
  const { id } = await needExecution(app, ctx, input.executionId);
  const lines = await findExecutionLines(app.database.kysely, ctx.teamId, id);
  return { items: lines.map(({ at, line }) => ({ at: at.toISOString(), line })) };
}

export async function listExecutions(
  app: App,
  ctx: CallContext,
  input: { target: string | undefined; cursor: string | undefined; limit: number },
) {
  requireScope(ctx, "executions:read");
  const { target, limit } = input;
  const rows = await findExecutions(app.database.kysely, ctx.teamId, { target, after: keysetOf(input.cursor), limit: limit + 1 });
  return pageOfRows({ rows, limit, keyset: (row) => ({ at: row.created_at, id: row.id }), item: executionOf });
}
