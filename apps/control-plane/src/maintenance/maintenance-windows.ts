import type { CreateMaintenanceWindow, MaintenanceWindow } from "@sre/contracts/control-plane";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import { keysetOf } from "@sre/storage";
import { transact, type App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { pageOfRows } from "../http/paging.ts";
import { countHeld } from "../noise/store.ts";
import {
  countWindowsToCome, findMaintenanceWindows, insertMaintenanceWindow, lockMaintenanceWindow, setCancelled, type MaintenanceWindowRow,
} from "./store.ts"; // prettier-ignore
import { requireBounded, stateOf } from "./window-rules.ts";

const windowsToComeMax = 200;

function windowOfRow(row: MaintenanceWindowRow, at: Date, held: number): MaintenanceWindow {
  const { id, reason, matchers, created_by, cancelled_by } = row;
  return {
    id,
    reason,
    matchers,
    starts_at: row.starts_at.toISOString(),
    ends_at: row.ends_at.toISOString(),
    state: stateOf(row, at),
    created_at: row.created_at.toISOString(),
    created_by,
    cancelled_at: row.cancelled_at?.toISOString() ?? null,
    cancelled_by,
    alerts_held: held,
  };
}

/** Windows with what they hold, newest first. */
export async function listMaintenanceWindows(app: App, ctx: CallContext, input: { cursor: string | undefined; limit: number }) {
  requireScope(ctx, "alerts:read");
  const { cursor, limit } = input;
  const db = app.database.kysely;
  const rows = await findMaintenanceWindows(db, ctx.teamId, { after: keysetOf(cursor), limit: limit + 1 });
  const held = rows.some((row) => stateOf(row, ctx.at) === "active") ? await countHeld(db, ctx.teamId) : new Map<string, number>();
  const item = (row: MaintenanceWindowRow) => windowOfRow(row, ctx.at, held.get(row.id) ?? 0);
  return pageOfRows({ rows, limit, keyset: (row) => ({ at: row.created_at, id: row.id }), item });
}

/** Announces a window. Throws RuleBroken unprocessable where it would hide everything, or for too long. */
export async function createMaintenanceWindow(app: App, ctx: CallContext, input: CreateMaintenanceWindow): Promise<MaintenanceWindow> {
  requireScope(ctx, "incidents:write");
  const [startsAt, endsAt] = [new Date(input.starts_at), new Date(input.ends_at)];
  requireBounded({ matchers: input.matchers, startsAt, endsAt, at: ctx.at });
  return transact(app, async (tx) => {
    if ((await countWindowsToCome(tx, ctx.teamId, ctx.at)) >= windowsToComeMax)
      throw new RuleBroken("unprocessable", `At most ${windowsToComeMax} windows can be to come: cancel some first.`);
    const row: MaintenanceWindowRow = {
      team_id: ctx.teamId, id: app.newId(), reason: input.reason, matchers: input.matchers, starts_at: startsAt, ends_at: endsAt,
      created_at: ctx.at, created_by: ctx.principal.name, cancelled_at: null, cancelled_by: null,
    }; // prettier-ignore
    await insertMaintenanceWindow(tx, { ...row, matchers: JSON.stringify(row.matchers) });
    const detail = { reason: input.reason, matchers: input.matchers, starts_at: input.starts_at, ends_at: input.ends_at };
    await recordAudit(tx, ctx, {
      id: app.newId(),
      action: "maintenance_window.create",
      subjectKind: "maintenance_window",
      subject: row.id,
      detail,
    });
    return windowOfRow(row, ctx.at, 0);
  });
}

/** Ends a window now, or never begins it. Throws RuleBroken not_found, or conflict when it is over. */
export async function cancelMaintenanceWindow(
  app: App,
  ctx: CallContext,
  { maintenanceWindowId: id }: { maintenanceWindowId: string },
): Promise<MaintenanceWindow> {
  requireScope(ctx, "incidents:write");
  return transact(app, async (tx) => {
    const row = await lockMaintenanceWindow(tx, ctx.teamId, id);
    if (!row) throw new RuleBroken("not_found", "There is no such maintenance window.");
    const state = stateOf(row, ctx.at);
    if (state === "ended" || state === "cancelled") throw new RuleBroken("conflict", `The window is ${state} already.`);
    const by = ctx.principal.name;
    await setCancelled(tx, ctx.teamId, { id, at: ctx.at, by });
    const detail = { reason: row.reason, was: state };
    await recordAudit(tx, ctx, {
      id: app.newId(),
      action: "maintenance_window.cancel",
      subjectKind: "maintenance_window",
      subject: id,
      detail,
    });
    return windowOfRow({ ...row, cancelled_at: ctx.at, cancelled_by: by }, ctx.at, 0);
  });
}
