import type { DiagnosticResult, DiagnosticStatus } from "@sre/contracts/assistant";
import type { TimelineEntry } from "@sre/contracts/control-plane";
import type { LocalizedText } from "@sre/contracts/evidence";
import type { CallContext } from "@sre/service-kit";
import type { Updateable } from "kysely";
import { transact, type App } from "../app.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { publishEvents } from "../events/store.ts";
import { appendTimeline } from "../incidents/timeline.ts";
import type { DiagnosisTable, Tx } from "../migrations/tables.ts";
import { noteIncidents } from "../notifications/note-incidents.ts";
import { wordsForChange, wordsForFailure } from "./diagnosis-words.ts";
import { resultOf } from "./diagnosis-view.ts";
import { findLatestReported, lockDiagnosis, updateDiagnosis, type DiagnosisRow } from "./store.ts";

export const finalStatuses: ReadonlySet<DiagnosisRow["status"]> = new Set(["reported", "failed", "cancelled"]);

interface Ending {
  readonly set: Updateable<DiagnosisTable>;
  readonly action: string;
  readonly entries: readonly { readonly kind: TimelineEntry["kind"]; readonly text: LocalizedText }[];
  readonly detail: Readonly<Record<string, unknown>>;
  /** Of a closed set: the label of its metric. */
  readonly outcome: string;
}

/** Changes a diagnosis that has not ended; `change` sees the locked row. Does nothing to one that has. */
async function changeRunning(
  app: App,
  ctx: CallContext,
  input: { diagnosisId: string; change: (tx: Tx, row: DiagnosisRow) => Promise<void> },
): Promise<void> {
  await transact(app, async (tx) => {
    const row = await lockDiagnosis(tx, ctx.teamId, input.diagnosisId);
    if (!row || finalStatuses.has(row.status)) return;
    await input.change(tx, row);
    await publishEvents(tx, ctx, [{ kind: "diagnosis.updated", incidentId: row.incident_id, diagnosisId: row.id }]);
  });
}

async function end(
  app: App,
  ctx: CallContext,
  input: { diagnosisId: string; ending: (tx: Tx, row: DiagnosisRow) => Promise<Ending> },
): Promise<void> {
  const ended: { readonly outcome: string; readonly seconds: number }[] = [];
  const change = async (tx: Tx, row: DiagnosisRow) => {
    const { set, action, entries, detail, outcome } = await input.ending(tx, row);
    ended.push({ outcome, seconds: Math.max(0, ctx.at.getTime() - row.requested_at.getTime()) / 1_000 });
    await updateDiagnosis(tx, ctx.teamId, { id: row.id, set: { ...set, finished_at: ctx.at } });
    await appendTimeline(
      tx,
      ctx.teamId,
      entries.map(({ kind, text }) => ({
        id: app.newId(),
        incidentId: row.incident_id,
        at: ctx.at,
        kind,
        actor: "assistant",
        text,
        refersTo: row.id,
      })),
    );
    await recordAudit(tx, ctx, {
      id: app.newId(),
      action,
      subjectKind: "diagnosis",
      subject: row.id,
      detail: { incident: row.incident_id, ...detail },
    });
    await publishEvents(tx, ctx, [{ kind: "incident.updated", incidentId: row.incident_id }]);
  };
  await changeRunning(app, ctx, { diagnosisId: input.diagnosisId, change });
  for (const one of ended) diagnosisEnded(app, input.diagnosisId, one);
}

function diagnosisEnded(app: App, diagnosisId: string, { outcome, seconds }: { outcome: string; seconds: number }): void {
  app.metrics.diagnosis(outcome, seconds);
  app.log.info({ diagnosis: diagnosisId, outcome, seconds }, "diagnosis ended");
}

/** Notes that the assistant works on it, and how far it is. */
export function recordProgress(app: App, ctx: CallContext, input: { diagnosisId: string; status: DiagnosticStatus }): Promise<void> {
  const { progress, current_step: step, steps } = input.status;
  const change = (tx: Tx, row: DiagnosisRow) =>
    updateDiagnosis(tx, ctx.teamId, {
      id: row.id,
      set: { status: "running", progress, current_step: step, steps: JSON.stringify(steps), error: null },
    });
  return changeRunning(app, ctx, { diagnosisId: input.diagnosisId, change });
}

/** Notes the session that the assistant opened for it. */
export function recordSession(app: App, ctx: CallContext, input: { diagnosisId: string; sessionId: string }): Promise<void> {
  const set = { status: "running", session_id: input.sessionId, current_step: "accepted", error: null } as const;
  return changeRunning(app, ctx, {
    diagnosisId: input.diagnosisId,
    change: (tx, row) => updateDiagnosis(tx, ctx.teamId, { id: row.id, set }),
  });
}

/** Notes that the assistant could not be asked and will be asked again. */
export function recordPause(app: App, ctx: CallContext, input: { diagnosisId: string; because: string }): Promise<void> {
  const change = (tx: Tx, row: DiagnosisRow) => {
    const status = row.session_id === null ? "queued" : "running";
    return updateDiagnosis(tx, ctx.teamId, {
      id: row.id,
      set: { status, current_step: "waiting for the assistant", error: input.because },
    });
  };
  return changeRunning(app, ctx, { diagnosisId: input.diagnosisId, change });
}

/** Stores what the assistant concluded, and in words what differs from the diagnosis before. */
export function recordResult(
  app: App,
  ctx: CallContext,
  input: { diagnosisId: string; status: DiagnosticStatus; result: DiagnosticResult },
): Promise<void> {
  const { status, result } = input;
  const { diagnosis } = result;
  const ending = async (tx: Tx, row: DiagnosisRow): Promise<Ending> => {
    const before =
      row.kind === "alerts" ? await findLatestReported(tx, ctx.teamId, { incidentId: row.incident_id, exceptId: row.id }) : undefined;
    const earlier = before ? resultOf(before) : null;
    const changed = earlier ? wordsForChange(earlier.diagnosis, diagnosis) : null;
    const set: Updateable<DiagnosisTable> = {
      status: "reported", progress: 100, current_step: "reported", steps: JSON.stringify(status.steps), result: JSON.stringify(result), error: null,
      changed: changed && JSON.stringify(changed), verdict: diagnosis.verdict, confidence: diagnosis.causes[0]?.confidence ?? null, cause_entity: diagnosis.causes[0]?.entity ?? null, headline: JSON.stringify(diagnosis.headline),
    }; // prettier-ignore
    const entries = [
      { kind: "diagnosis_reported" as const, text: diagnosis.headline },
      ...(changed ? [{ kind: "diagnosis_changed" as const, text: changed }] : []),
    ];
    // The first verdict and those that differ: the others would only be noise.
    if (row.kind === "alerts" && (earlier === null || changed !== null))
      await noteIncidents(tx, { app, ctx }, [{ incidentId: row.incident_id, kind: "diagnosed" }]);
    return {
      set,
      action: "diagnosis.report",
      entries,
      detail: { session: status.session_id, verdict: diagnosis.verdict, snapshot_hash: result.snapshot_hash },
      outcome: diagnosis.verdict,
    };
  };
  return end(app, ctx, { diagnosisId: input.diagnosisId, ending });
}

/** Ends it without a result, and says why. */
export function recordFailure(
  app: App,
  ctx: CallContext,
  input: { diagnosisId: string; status: "failed" | "cancelled"; because: string },
): Promise<void> {
  const { status, because } = input;
  const text =
    status === "failed"
      ? { en: `Diagnosis failed: ${because}`, "zh-TW": `診斷失敗：${wordsForFailure(because)["zh-TW"]}` }
      : { en: "Diagnosis cancelled", "zh-TW": "診斷已取消" };
  const ending = async (): Promise<Ending> => ({
    set: { status, current_step: status, error: because },
    action: status === "failed" ? "diagnosis.fail" : "diagnosis.cancel",
    entries: [{ kind: "diagnosis_failed", text }],
    detail: { because },
    outcome: status,
  });
  return end(app, ctx, { diagnosisId: input.diagnosisId, ending });
}
