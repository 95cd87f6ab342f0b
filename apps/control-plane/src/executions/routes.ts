import type { auditOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { getExecution, getExecutionLogs, listExecutions } from "./get-execution.ts";

type ExecutionOperations = Pick<typeof auditOperations, "listExecutions" | "getExecution" | "getExecutionLogs">;

export function executionRoutes(app: App): Handlers<ExecutionOperations> {
  return {
    listExecutions: async (ctx, { query: { target, cursor, limit } }) => ({
      status: 200,
      body: await listExecutions(app, ctx, { target, cursor, limit }),
    }),
    getExecution: async (ctx, { params }) => ({ status: 200, body: await getExecution(app, ctx, { executionId: params.execution_id }) }),
    getExecutionLogs: async (ctx, { params }) => ({
      status: 200,
      body: await getExecutionLogs(app, ctx, { executionId: params.execution_id }),
    }),
  };
}
