import { requireScope, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { keysetOf } from "@sre/storage";
import { pageOfRows } from "../http/paging.ts";
import { changeOf, findChanges, type ChangeFilter } from "./store.ts";

const anyChangeId = /^[\s\S]{1,200}$/;

export async function listChanges(app: App, ctx: CallContext, input: { filter: ChangeFilter; cursor: string | undefined; limit: number }) {
  requireScope(ctx, "changes:read");
  const { filter, limit } = input;
  const rows = await findChanges(app.database.kysely, ctx.teamId, { filter, after: keysetOf(input.cursor, anyChangeId), limit: limit + 1 });
  return pageOfRows({ rows, limit, keyset: (row) => ({ at: row.started_at, id: row.id }), item: changeOf });
}
