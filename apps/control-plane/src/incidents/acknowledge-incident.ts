import type { Incident } from "@sre/contracts/control-plane";
import { RuleBroken, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { changeIncident } from "./change-incident.ts";

/** Says that somebody is on it; doing so twice changes nothing. A resolved incident is in conflict. */
export function acknowledgeIncident(app: App, ctx: CallContext, input: { incidentId: string }): Promise<Incident> {
  return changeIncident(app, ctx, {
    incidentId: input.incidentId,
    decide: (before) => {
      if (before.status === "resolved") throw new RuleBroken("conflict", "The incident is resolved already.");
      if (before.status === "acknowledged") return null;
      return {
        set: { status: "acknowledged", acknowledged_at: ctx.at, assignee: before.assignee ?? ctx.principal.name },
        action: "incident.acknowledge",
        kind: "status",
        text: { en: "Acknowledged", "zh-TW": "已確認，有人處理中" },
      };
    },
  });
}
