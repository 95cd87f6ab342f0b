import type { Incident } from "@sre/contracts/control-plane";
import { RuleBroken, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import type { Tx } from "../migrations/tables.ts";
import { changeIncident, changeLocked, type IncidentChange } from "./change-incident.ts";
import type { IncidentRow } from "./store.ts";

function acknowledgement(ctx: CallContext, before: IncidentRow, assignee: string | null): IncidentChange | null {
  if (before.status !== "new") return null;
  return {
    set: { status: "acknowledged", acknowledged_at: ctx.at, assignee: before.assignee ?? assignee },
    action: "incident.acknowledge",
    kind: "status",
    text: { en: "Acknowledged", "zh-TW": "已確認，有人處理中" },
  };
}

/** Says that somebody is on it; doing so twice changes nothing. A resolved incident is in conflict. */
export function acknowledgeIncident(app: App, ctx: CallContext, input: { incidentId: string }): Promise<Incident> {
  return changeIncident(app, ctx, {
    incidentId: input.incidentId,
    decide: (before) => {
      if (before.status === "resolved") throw new RuleBroken("conflict", "The incident is resolved already.");
      return acknowledgement(ctx, before, ctx.principal.name);
    },
  });
}

/** Somebody acknowledged the alert where it came from, and who is not told. Nothing is done where it is too late. */
export async function acknowledgeForSender(
  tx: Tx,
  call: { readonly app: App; readonly ctx: CallContext },
  input: { readonly incidentId: string },
): Promise<void> {
  await changeLocked(tx, call, { incidentId: input.incidentId, decide: (before) => acknowledgement(call.ctx, before, null) });
}
