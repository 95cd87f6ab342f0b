import { DiagnosticResult } from "@sre/contracts/assistant";
import type { DiagnosisRun } from "@sre/contracts/control-plane";
import type { DiagnosisRow } from "./store.ts";

/** The stored result of a diagnosis, null while there is none. */
export function resultOf(row: DiagnosisRow): DiagnosticResult | null {
  return row.result === null ? null : DiagnosticResult.parse(JSON.parse(row.result));
}

/** A diagnosis as the API shows it. */
export function diagnosisRunOf(row: DiagnosisRow): DiagnosisRun {
  return {
    id: row.id,
    incident_id: row.incident_id,
    session_id: row.session_id,
    trigger: row.trigger,
    kind: row.kind,
    deployment: row.deployment,
    status: row.status,
    progress: row.progress,
    current_step: row.current_step,
    steps: row.steps,
    requested_at: row.requested_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
    requested_by: row.requested_by,
    changed: row.changed,
    result: resultOf(row),
    error: row.error,
  };
}
