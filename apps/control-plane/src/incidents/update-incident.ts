import type { Incident } from "@sre/contracts/control-plane";
import type { Severity } from "@sre/contracts/evidence";
import type { CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { changeIncident } from "./change-incident.ts";

interface UpdateIncident {
  readonly incidentId: string;
  readonly title: string | undefined;
  readonly severity: Severity | undefined;
}

/** Changes title or severity; what is not given stays. */
export function reviseIncident(app: App, ctx: CallContext, input: UpdateIncident): Promise<Incident> {
  return changeIncident(app, ctx, {
    incidentId: input.incidentId,
    decide: (before) => {
      const title = input.title ?? before.title;
      const severity = input.severity ?? before.severity;
      if (title === before.title && severity === before.severity) return null;
      const parts = [
        ...(title === before.title ? [] : [{ en: `title: ${title}`, "zh-TW": `標題：${title}` }]),
        ...(severity === before.severity
          ? []
          : [{ en: `severity: ${before.severity} → ${severity}`, "zh-TW": `嚴重度：${before.severity} → ${severity}` }]),
      ];
      return {
        set: { title, severity },
        action: "incident.update",
        kind: "status",
        text: {
          en: `Changed ${parts.map((part) => part.en).join(", ")}`,
          "zh-TW": `已更改${parts.map((part) => part["zh-TW"]).join("，")}`,
        },
        detail: { from: { title: before.title, severity: before.severity }, to: { title, severity } },
      };
    },
  });
}
