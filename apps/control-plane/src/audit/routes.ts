import type { auditOperations } from "@sre/contracts/control-plane";
import type { OperationRequest } from "@sre/contracts/shared";
import type { CallContext, Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { instantOrNone } from "../http/instants.ts";
import { exportAuditLogs, type ExportFormat } from "./export-audit-logs.ts";
import { listAuditLogs } from "./list-audit-logs.ts";
import { verifyAuditLogs } from "./verify-audit-logs.ts";

type AskedFilter = OperationRequest<typeof auditOperations.exportAuditLogsAsCsv>["query"];

export function auditRoutes(
  app: App,
): Handlers<Pick<typeof auditOperations, "listAuditLogs" | "verifyAuditLogs" | "exportAuditLogsAsCsv" | "exportAuditLogsAsJson">> {
  const exported = async (ctx: CallContext, { from, to, ...filter }: AskedFilter, format: ExportFormat) => ({
    body: await exportAuditLogs(app, ctx, { format, filter: { ...filter, from: instantOrNone(from), to: instantOrNone(to) } }),
    headers: { "content-disposition": `attachment; filename="audit-logs.${format}"` },
  });
  return {
    listAuditLogs: async (ctx, { query: { cursor, limit, from, to, ...filter } }) => ({
      status: 200,
      body: await listAuditLogs(app, ctx, { filter: { ...filter, from: instantOrNone(from), to: instantOrNone(to) }, cursor, limit }),
    }),
    exportAuditLogsAsCsv: async (ctx, { query }) => ({ status: 200, ...(await exported(ctx, query, "csv")) }),
    exportAuditLogsAsJson: async (ctx, { query }) => ({ status: 200, ...(await exported(ctx, query, "jsonl")) }),
    verifyAuditLogs: async (ctx, { query }) => ({ status: 200, body: await verifyAuditLogs(app, ctx, { after: query.after }) }),
  };
}
