import type { auditOperations } from "@sre/contracts/control-plane";
import type { Handlers } from "@sre/service-kit";
import type { App } from "../app.ts";
import { instantOrNone } from "../http/instants.ts";
import { listAuditLogs } from "./list-audit-logs.ts";

export function auditRoutes(app: App): Handlers<Pick<typeof auditOperations, "listAuditLogs">> {
  return {
    listAuditLogs: async (ctx, { query: { cursor, limit, from, to, ...filter } }) => ({
      status: 200,
      body: await listAuditLogs(app, ctx, { filter: { ...filter, from: instantOrNone(from), to: instantOrNone(to) }, cursor, limit }),
    }),
  };
}
