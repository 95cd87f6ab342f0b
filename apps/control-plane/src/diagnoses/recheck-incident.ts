import type { CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { findIncident } from "../incidents/store.ts";
import { scheduleDiagnoses } from "./schedule-diagnoses.ts";

/** Diagnoses an incident once more, some minutes after it began, if it is still open. */
export async function recheckIncident(app: App, ctx: CallContext, input: { incidentId: string }): Promise<void> {
  await transact(app, async (tx) => {
    const incident = await findIncident(tx, ctx.teamId, input.incidentId);
    if (!incident || incident.status === "resolved") return;
    await scheduleDiagnoses(tx, { app, ctx }, [{ incidentId: incident.id, trigger: "recheck" }]);
  });
}
