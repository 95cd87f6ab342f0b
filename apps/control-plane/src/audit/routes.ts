import type { auditOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { instantOrNone } from "../http/instants.ts";
import { listAuditLogs } from "./list-audit-logs.ts";
import { verifyAuditLogs } from "./verify-audit-logs.ts";

export function auditRoutes(app: App): Handlers<Pick<typeof auditOperations, "listAuditLogs" | "verifyAuditLogs">> {
  return {
    listAuditLogs: async (ctx, { query: { cursor, limit, from, to, ...filter } }) => ({
      status: 200,
      body: await listAuditLogs(app, ctx, { filter: { ...filter, from: instantOrNone(from), to: instantOrNone(to) }, cursor, limit }),
    }),
    verifyAuditLogs: async (ctx, { query }) => ({ status: 200, body: await verifyAuditLogs(app, ctx, { after: query.after }) }),
  };
}
