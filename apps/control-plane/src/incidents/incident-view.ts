import type { Incident } from "@sre/contracts/control-plane";
import type { IncidentOverview } from "./store.ts";

const instant = (at: Date | null): string | null => at?.toISOString() ?? null;

/** An incident as the API shows it. */
export function incidentOf(row: IncidentOverview): Incident {
  return {
    id: row.id,
    number: row.number,
    title: row.title,
    status: row.status,
    severity: row.severity,
    environment: row.environment,
    cluster: row.cluster,
    service: row.service,
    entities: row.entities,
    started_at: row.started_at.toISOString(),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    acknowledged_at: instant(row.acknowledged_at),
    resolved_at: instant(row.resolved_at),
    assignee: row.assignee,
    resolution: row.resolution,
    alerts_firing: row.alerts_firing,
    alerts_total: row.alerts_total,
    grouped_because: row.grouped_because,
    grouped_because_text: { en: row.grouped_because, "zh-TW": row.grouped_because_zh ?? row.grouped_because },
    diagnosis: row.diagnosis,
    version: row.version,
  };
}
