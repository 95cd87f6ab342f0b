import type { Alert } from "@sre/contracts/control-plane";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { keysetOf } from "@sre/storage";
import { pageOfRows } from "../http/paging.ts";
import { alertOf } from "./alert-view.ts";
import { findAlerts, type AlertFilter } from "./find-alerts.ts";
import { findAlert } from "./store.ts";

export async function getAlert(app: App, ctx: CallContext, input: { alertId: string }): Promise<Alert> {
  requireScope(ctx, "alerts:read");
  const row = await findAlert(app.database.kysely, ctx.teamId, input.alertId);
  if (!row) throw new RuleBroken("not_found", "There is no such alert.");
  return alertOf(row);
}

export async function listAlerts(app: App, ctx: CallContext, input: { filter: AlertFilter; cursor: string | undefined; limit: number }) {
  requireScope(ctx, "alerts:read");
  const { filter, limit } = input;
  const rows = await findAlerts(app.database.kysely, ctx.teamId, { filter, after: keysetOf(input.cursor), limit: limit + 1 });
  return pageOfRows({ rows, limit, keyset: (row) => ({ at: row.received_at, id: row.id }), item: alertOf });
}
