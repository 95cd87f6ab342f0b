import type { Incident } from "@sre/contracts/control-plane";
import { RuleBroken, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { changeIncident } from "./change-incident.ts";

/** Gives an incident to somebody, or to nobody (null). */
export function assignIncident(app: App, ctx: CallContext, input: { incidentId: string; assignee: string | null }): Promise<Incident> {
  const { incidentId, assignee } = input;
  return changeIncident(app, ctx, {
    incidentId,
    decide: (before) => {
      if (before.status === "resolved") throw new RuleBroken("conflict", "The incident is resolved already.");
      if (before.assignee === assignee) return null;
      const text =
        assignee === null
          ? { en: "Assigned to nobody", "zh-TW": "取消指派" }
          : { en: `Assigned to ${assignee}`, "zh-TW": `指派給 ${assignee}` };
      return { set: { assignee }, action: "incident.assign", kind: "assignment", text, detail: { from: before.assignee, to: assignee } };
    },
  });
}
