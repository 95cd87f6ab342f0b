import type { Incident } from "@sre/contracts/control-plane";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { changeLocked } from "../incidents/change-incident.ts";
import { lockEnds, moveAlerts, shown } from "./regroup.ts";

/** Moves all alerts of an incident into another, and resolves the one that is left without. */
export async function mergeIncident(
  app: App,
  ctx: CallContext,
  input: { incidentId: string; into: string; reason: string },
): Promise<Incident> {
  requireScope(ctx, "incidents:write");
  const call = { app, ctx };
  return transact(app, async (tx) => {
    const ends = await lockEnds(tx, call, { from: input.incidentId, to: input.into });
    if (ends.from.status === "resolved") throw new RuleBroken("conflict", "The incident is resolved already.");
    await moveAlerts(tx, call, { ...ends, kind: "merge", alertIds: null, reason: input.reason });
    const resolution = `Merged into #${ends.to.number}`;
    await changeLocked(tx, call, {
      incidentId: ends.from.id,
      decide: (before) => ({
        set: { status: "resolved", resolved_at: ctx.at, resolution },
        action: "incident.resolve",
        kind: "status",
        text: { en: resolution, "zh-TW": `已合併至 #${ends.to.number}` },
        detail: { from: before.status, resolution },
      }),
    });
    return shown(tx, call, ends.to.id);
  });
}
