import { DiagnosticResult } from "@sre/contracts/assistant";
import type { DiagnosisRun, DiagnosisSummary } from "@sre/contracts/control-plane";
import { wordsForFailure } from "./diagnosis-words.ts";
import type { DiagnosisRow, DiagnosisSummaryRow } from "./store.ts";

/** The stored result of a diagnosis, null while there is none. */
export function resultOf(row: DiagnosisRow): DiagnosticResult | null {
  return row.result === null ? null : DiagnosticResult.parse(JSON.parse(row.result));
}

function commonOf(row: DiagnosisSummaryRow): Omit<DiagnosisRun, "result"> {
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
    error: row.error,
    error_text: row.error === null ? null : wordsForFailure(row.error),
  };
}

/** A diagnosis as the API shows it. */
export function diagnosisRunOf(row: DiagnosisRow): DiagnosisRun {
  return { ...commonOf(row), result: resultOf(row) };
}

/** A diagnosis as the API lists it. */
export function diagnosisSummaryOf(row: DiagnosisSummaryRow): DiagnosisSummary {
  const { verdict, confidence, headline } = row;
  return { ...commonOf(row), verdict, confidence, headline };
}
