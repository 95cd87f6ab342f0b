import { defaultTeamId } from "@sre/service-kit";
import { insertIncidents } from "../incidents/store.ts";
import type { Harness } from "./harness.ts";

/** Two incidents between which calls move alerts; the first has three. */
export const spare = {
  incidents: ["00000000-0000-7000-8000-0000000000a1", "00000000-0000-7000-8000-0000000000a2"],
  alerts: ["00000000-0000-7000-8000-0000000000b1", "00000000-0000-7000-8000-0000000000b2", "00000000-0000-7000-8000-0000000000b3"],
} as const;

const at = new Date("2026-11-24T09:00:00.000Z");
const place = { team_id: defaultTeamId, cluster: "eu-1", environment: "production", namespace: "spare", service: "spare" } as const;

/** Writes them as they would stand after intake. */
export async function openSpare(harness: Harness): Promise<void> {
  const { database } = harness.controlPlane.app;
  await database.transaction(async (tx) => {
    const rows = spare.incidents.map((id, index) => ({
      ...place, id, number: 9_001 + index, title: "Spare", status: "new" as const, severity: "error" as const, started_at: at, last_alert_at: at, created_at: at, updated_at: at,
      acknowledged_at: null, resolved_at: null, assignee: null, resolution: null, grouped_because: "", grouped_because_zh: null, alerts_firing: index === 0 ? 3 : 0, alerts_total: index === 0 ? 3 : 0, version: 1,
    })); // prettier-ignore
    await insertIncidents(tx, rows);
    const alerts = spare.alerts.map((id, index) => ({
      ...place, id, integration: "alertmanager", fingerprint: `5baf${index}`, starts_at: at, ends_at: null, name: "Spare", status: "firing" as const, severity: "error" as const,
      opens_incident: true, entity: "eu-1/spare/service/spare", labels: "{}", annotations: "{}", received_at: at, updated_at: at, incident_id: spare.incidents[0],
    })); // prettier-ignore
    await tx.insertInto("alerts").values(alerts).execute();
  });
}
