import type { DiagnosticStatus } from "@sre/contracts/assistant";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { SessionLost } from "./held-session.ts";
import { statusOf } from "./session-view.ts";
import { findSession, markCancelled } from "./store.ts";
import { cancelledNote } from "./step-notes.ts";

/**
 * Cancels a session that has not finished; its run stops asking at once. Cancelling twice is the same as once.
 * Throws RuleBroken: not_found, or conflict when it has completed or failed.
 */
export async function cancelSession(app: App, ctx: CallContext, sessionId: string): Promise<DiagnosticStatus> {
  requireScope(ctx, "diagnostics:run");
  const db = app.database.kysely;
  const text = cancelledNote(ctx.principal.name.slice(0, 190));
  const step = { step: "cancelled", at: ctx.at.toISOString(), note: text.en, text };
  const changed = await markCancelled(db, ctx.teamId, { id: sessionId, at: ctx.at, step });
  if (changed) app.running.get(sessionId)?.abort(new SessionLost());
  const row = await findSession(db, ctx.teamId, sessionId);
  if (!row) throw new RuleBroken("not_found", "There is no such session.");
  if (row.status !== "cancelled") throw new RuleBroken("conflict", "The session has finished already.");
  return statusOf(row);
}
