import type { CorrelationSettings as Shown } from "@sre/contracts/control-plane";
import type { CorrelationSettings } from "@sre/correlation";
import { requireScope, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";

/** Settings as the API shows them. */
export function settingsShown({ windowMs, stepsMax, threshold, weights }: CorrelationSettings): Shown {
  return { window_seconds: windowMs / 1_000, topology_steps: stepsMax, threshold, weights };
}

/** By which numbers alerts are grouped now. */
export function getCorrelationSettings(app: App, ctx: CallContext): Shown {
  requireScope(ctx, "incidents:read");
  return settingsShown(app.settings.correlation);
}
