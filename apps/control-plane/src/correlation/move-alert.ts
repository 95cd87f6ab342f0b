import type { Incident } from "@sre/contracts/control-plane";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import { findAlert } from "../alerts/store.ts";
import { transact, type App } from "../app.ts";
import { lockEnds, moveAlerts, shown } from "./regroup.ts";

/** Moves one alert into another incident. One that is in none yet is in conflict. */
export async function moveAlert(
  app: App,
  ctx: CallContext,
  input: { alertId: string; incidentId: string; reason: string },
): Promise<Incident> {
  requireScope(ctx, "incidents:write");
  const call = { app, ctx };
  return transact(app, async (tx) => {
    const alert = await findAlert(tx, ctx.teamId, input.alertId);
    if (!alert) throw new RuleBroken("not_found", "There is no such alert.");
    if (alert.incident_id === null) throw new RuleBroken("conflict", "The alert is in no incident: it opens none.");
    if (alert.incident_id === input.incidentId) throw new RuleBroken("conflict", "The alert is in this incident already.");
    const ends = await lockEnds(tx, call, { from: alert.incident_id, to: input.incidentId });
    await moveAlerts(tx, call, { ...ends, kind: "move", alertIds: [alert.id], reason: input.reason });
    return shown(tx, call, ends.to.id);
  });
}
