import type { QuarantinedAlert } from "@sre/contracts/control-plane";
import { requireScope, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { pageOfRows } from "../http/paging.ts";
import { keysetOf } from "@sre/storage";
import { findQuarantinedAlerts, type QuarantinedAlertRow } from "./store.ts";

function quarantinedAlertOf(row: QuarantinedAlertRow): QuarantinedAlert {
  const { id, integration, sender, receiver, field, reason, payload } = row;
  return { id, integration, received_at: row.received_at.toISOString(), sender, receiver, field, reason, payload };
}

/** What was kept apart because it could not be read, newest first. */
export async function listQuarantinedAlerts(app: App, ctx: CallContext, input: { cursor: string | undefined; limit: number }) {
  requireScope(ctx, "alerts:read");
  const { cursor, limit } = input;
  const rows = await findQuarantinedAlerts(app.database.kysely, ctx.teamId, { after: keysetOf(cursor), limit: limit + 1 });
  return pageOfRows({ rows, limit, keyset: (row) => ({ at: row.received_at, id: row.id }), item: quarantinedAlertOf });
}
