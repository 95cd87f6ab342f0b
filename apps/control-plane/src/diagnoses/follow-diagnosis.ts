import { setTimeout as pause } from "node:timers/promises";
import { canonicalJson, sha256 } from "@sre/contracts/canonical";
import type { DiagnosticStatus } from "@sre/contracts/assistant";
import type { ApiFailure, CallContext } from "@sre/service-kit";
import { transact, type App } from "../app.ts";
import { findAlertsToDiagnose } from "../alerts/store.ts";
import { findIncident } from "../incidents/store.ts";
import { alertAnalysisRequest, analysisLimits, deploymentRequest, type AnalysisInput } from "./analysis-request.ts";
import { finalStatuses, recordFailure, recordPause, recordProgress, recordResult, recordSession } from "./record-diagnosis.ts";
import { lockDiagnosis, updateDiagnosis, type DiagnosisRow } from "./store.ts";

/** Milliseconds between two polls: the first, the longest, and by how much they grow; and what a session may take beyond its own limit. */
export const followLimits = { pollMs: 200, pollMsMax: 1_000, pollGrowth: 1.3, graceSeconds: 120 } as const;

/** The assistant cannot be asked now; the job is run again after a pause. */
class AssistantUnavailable extends Error {
  constructor(because: string) {
    super(`The assistant cannot be asked: ${because}`);
    this.name = "AssistantUnavailable";
  }
}

interface Run {
  readonly app: App;
  readonly ctx: CallContext;
  readonly diagnosisId: string;
  /** Whether the job is run again when this run throws. */
  readonly lastAttempt: boolean;
}

const wordsFor = (failure: ApiFailure) => `${failure.because}${failure.status === undefined ? "" : ` (${failure.status})`}`;

// Refused for good: asking again with the same words cannot help. Anything else may be an outage.
function isFinal({ because, status }: ApiFailure): boolean {
  return because === "refused" && status !== undefined && status >= 400 && status < 500 && status !== 429;
}

async function giveUpOrWait(run: Run, failure: ApiFailure): Promise<never> {
  const { app, ctx, diagnosisId } = run;
  const because = wordsFor(failure);
  app.log.warn(
    { diagnosis: diagnosisId, because: failure.because, status: failure.status, detail: failure.detail },
    "the assistant could not be asked",
  );
  if (run.lastAttempt)
    await recordFailure(app, ctx, { diagnosisId, status: "failed", because: `the assistant could not be asked: ${because}` });
  else await recordPause(app, ctx, { diagnosisId, because });
  throw new AssistantUnavailable(because);
}

/** Marks it as being asked for, so that alerts which join from now on ask for a diagnosis of their own, and reads what it is about. */
async function claim({ app, ctx, diagnosisId }: Run): Promise<{ row: DiagnosisRow; input: AnalysisInput | null } | null> {
  return transact(app, async (tx) => {
    const row = await lockDiagnosis(tx, ctx.teamId, diagnosisId);
    if (!row || finalStatuses.has(row.status)) return null;
    if (row.session_id !== null) return { row, input: null };
    await updateDiagnosis(tx, ctx.teamId, {
      id: row.id,
      set: { status: "running", attempts: row.attempts + 1, current_step: "asking the assistant" },
    });
    const incident = await findIncident(tx, ctx.teamId, row.incident_id);
    if (!incident) return null;
    const alerts = await findAlertsToDiagnose(tx, ctx.teamId, { incidentId: incident.id, limit: analysisLimits.alertsMax });
    const { timeoutSeconds: timeLimitSeconds, recordedScenarios } = app.settings.diagnosis;
    return { row, input: { incident, diagnosis: row, alerts, timeLimitSeconds, recordedScenarios } };
  });
}

/** Asks the assistant for a session; asking again with the same words gives the same one. Null when it refused for good. */
async function openSession(run: Run, { row, input }: { row: DiagnosisRow; input: AnalysisInput }): Promise<string | null> {
  const { app, ctx, diagnosisId } = run;
  const deployment = row.deployment;
  const keyed = <Body>(body: Body) => ({
    headers: { "idempotency-key": `${diagnosisId}:${sha256(canonicalJson(body)).slice(0, 16)}` },
    body,
  });
  const answer =
    deployment === null
      ? await app.assistant.diagnoseAlerts(keyed(alertAnalysisRequest(input)), ctx.signal)
      : await app.assistant.diagnoseDeployment(keyed(deploymentRequest(input, deployment)), ctx.signal);
  if (answer.kind === "answered") {
    await recordSession(app, ctx, { diagnosisId, sessionId: answer.value.session_id });
    return answer.value.session_id;
  }
  if (!isFinal(answer)) return giveUpOrWait(run, answer);
  await recordFailure(app, ctx, {
    diagnosisId,
    status: "failed",
    because: `the assistant refused: ${answer.problem?.detail ?? wordsFor(answer)}`,
  });
  return null;
}

async function finish({ app, ctx, diagnosisId }: Run, status: DiagnosticStatus): Promise<void> {
  const at = app.clock.now();
  if (status.status === "completed" && status.result)
    return recordResult(app, { ...ctx, at }, { diagnosisId, status, result: status.result });
  const because = status.error?.detail ?? (status.status === "cancelled" ? "cancelled" : "the assistant reported no result");
  return recordFailure(app, { ...ctx, at }, { diagnosisId, status: status.status === "cancelled" ? "cancelled" : "failed", because });
}

const isOver = (status: DiagnosticStatus) => status.status === "completed" || status.status === "failed" || status.status === "cancelled";

/** Polls a session until it is over, and notes each step. */
async function poll(run: Run, sessionId: string): Promise<void> {
  const { app, ctx, diagnosisId } = run;
  const deadlineMs = app.clock.monotonicMs() + (app.settings.diagnosis.timeoutSeconds + followLimits.graceSeconds) * 1_000;
  let seen = "";
  for (let waitMs: number = followLimits.pollMs; ; waitMs = Math.min(waitMs * followLimits.pollGrowth, followLimits.pollMsMax)) {
    const answer = await app.assistant.getDiagnosticStatus({ params: { session_id: sessionId } }, ctx.signal);
    ctx.signal.throwIfAborted();
    if (answer.kind === "failed") {
      if (!isFinal(answer)) return giveUpOrWait(run, answer);
      return recordFailure(app, ctx, { diagnosisId, status: "failed", because: "the assistant does not know the session any more" });
    }
    const status = answer.value;
    if (isOver(status)) return finish(run, status);
    const now = `${status.progress} ${status.current_step} ${status.steps.length}`;
    if (now !== seen) await recordProgress(app, ctx, { diagnosisId, status });
    seen = now;
    if (app.clock.monotonicMs() > deadlineMs)
      return recordFailure(app, ctx, { diagnosisId, status: "failed", because: "the assistant did not finish in time" });
    await pause(waitMs, undefined, { signal: ctx.signal });
  }
}

/**
 * Runs one diagnosis: asks the assistant, follows the session and stores its result. Every step is idempotent, so that
 * after a crash the job simply runs again. Throws AssistantUnavailable when it should be run again later.
 */
export async function followDiagnosis(app: App, ctx: CallContext, input: { diagnosisId: string; lastAttempt: boolean }): Promise<void> {
  const run = { app, ctx, ...input };
  const claimed = await claim(run);
  if (!claimed) return;
  const sessionId = claimed.input === null ? claimed.row.session_id : await openSession(run, { row: claimed.row, input: claimed.input });
  if (sessionId !== null) await poll(run, sessionId);
}
