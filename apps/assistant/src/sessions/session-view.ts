import type { DiagnosticResult, DiagnosticStatus, SessionSummary } from "@sre/contracts/assistant";
import type { z } from "zod";
import { unpackJson } from "./packed.ts";
import type { SessionRow } from "./store.ts";

function common(row: SessionRow) {
  return {
    session_id: row.id,
    incident_id: row.incident_id,
    kind: row.kind,
    status: row.status,
    progress: row.progress,
    current_step: row.current_step,
    accepted_at: row.accepted_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
    error: row.error_code === null ? null : { code: row.error_code, detail: row.error_detail ?? "" },
  };
}

/** A session as its status shows it, with the result once there is one. */
export function statusOf(row: SessionRow & { result?: Uint8Array | null }): DiagnosticStatus {
  const result = row.result ? unpackJson<DiagnosticResult>(row.result) : null;
  return { ...common(row), steps: row.steps, result };
}

/** A session as the history lists it. */
export function summaryOf(row: SessionRow): z.output<typeof SessionSummary> {
  return { ...common(row), verdict: row.verdict, headline: row.headline };
}
