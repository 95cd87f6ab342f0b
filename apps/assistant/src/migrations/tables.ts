import type { DiagnosticStatus, SessionStatus } from "@sre/contracts/assistant";
import type { Severity } from "@sre/contracts/evidence";
import type { Generated, Kysely, Transaction } from "@sre/storage";
import type { ColumnType } from "kysely";

/** A jsonb column: read as the value, written as JSON text. */
type Json<T> = ColumnType<T, string, string>;

interface Owned {
  team_id: string;
}

export interface SessionTable extends Owned {
  id: string;
  kind: DiagnosticStatus["kind"];
  incident_id: string;
  severity: Severity;
  status: SessionStatus;
  requested_by: string;
  idempotency_key: string | null;
  request_hash: string;
  /** Compressed JSON of a `SessionRequest`: senders' texts may hold what a text column refuses. */
  request: Uint8Array;
  traceparent: string;
  time_limit_seconds: number;
  accepted_at: Date;
  started_at: Date | null;
  deadline_at: Date | null;
  finished_at: Date | null;
  /** Runs begun, including those that crashed. */
  attempts: Generated<number>;
  /** Of the run that may write; any other run has been superseded. */
  run_token: string | null;
  rounds_finished: Generated<number>;
  progress: Generated<number>;
  current_step: string;
  steps: Json<DiagnosticStatus["steps"]>;
  evidence_bytes: Generated<number>;
  evidence_kept: Generated<boolean>;
  verdict: string | null;
  headline: string | null;
  /** Compressed JSON of a `DiagnosticResult`. */
  result: Uint8Array | null;
  error_code: string | null;
  error_detail: string | null;
}

interface SessionEvidenceTable extends Owned {
  session_id: string;
  round: number;
  chunk: number;
  evidence_ids: Json<string[]>;
  /** Compressed JSON array of answers. */
  bytes: Uint8Array;
  raw_bytes: number;
}

export interface SourceStateTable extends Owned {
  source: string;
  last_answer_at: Date | null;
  last_call_at: Date;
  last_outcome: string;
  last_detail: string | null;
}

export interface SourceCallTable extends Owned {
  source: string;
  hour: Date;
  outcome: string;
  /** Index into the bounds of latency. */
  bucket: number;
  calls: number;
}

interface SourceSlotTable extends Owned {
  source: string;
  slot: number;
  holder: string;
  leased_until: Date;
}

export interface Tables {
  sessions: SessionTable;
  session_evidence: SessionEvidenceTable;
  source_states: SourceStateTable;
  source_calls: SourceCallTable;
  source_slots: SourceSlotTable;
}

/** Either the database or an open transaction: what a query is run on. */
export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;
