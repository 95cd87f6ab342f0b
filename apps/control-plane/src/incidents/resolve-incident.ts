import type { Incident } from "@sre/contracts/control-plane";
import { RuleBroken, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { changeIncident } from "./change-incident.ts";

/** Closes an incident with a reason. One that is resolved already is in conflict. */
export function resolveIncident(app: App, ctx: CallContext, input: { incidentId: string; resolution: string }): Promise<Incident> {
  const { incidentId, resolution } = input;
  return changeIncident(app, ctx, {
    incidentId,
    decide: (before) => {
      if (before.status === "resolved") throw new RuleBroken("conflict", "The incident is resolved already.");
      const because = resolution === "" ? { en: "", "zh-TW": "" } : { en: `: ${resolution}`, "zh-TW": `：${resolution}` };
      return {
        set: { status: "resolved", resolved_at: ctx.at, resolution },
        action: "incident.resolve",
        kind: "status",
        text: { en: `Resolved${because.en}`, "zh-TW": `已解決${because["zh-TW"]}` },
        detail: { from: before.status, resolution },
      };
    },
  });
}
