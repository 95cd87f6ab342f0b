import { requireScope, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { keysetOf } from "@sre/storage";
import { pageOfRows } from "../http/paging.ts";
import { auditLogOf, findAuditLogs, type AuditFilter } from "./store.ts";

export async function listAuditLogs(app: App, ctx: CallContext, input: { filter: AuditFilter; cursor: string | undefined; limit: number }) {
  requireScope(ctx, "audit:read");
  const { filter, limit } = input;
  const rows = await findAuditLogs(app.database.kysely, ctx.teamId, { filter, after: keysetOf(input.cursor), limit: limit + 1 });
  return pageOfRows({ rows, limit, keyset: (row) => ({ at: row.at, id: row.id }), item: auditLogOf });
}
