import { sha256 } from "@sre/contracts/canonical";
import type { LocalizedText } from "@sre/contracts/evidence";
import { TeamId } from "@sre/contracts/shared";
import { failPoints, runWithTraceparent } from "@sre/service-kit";
import type { Job } from "@sre/storage";
import type { App, SessionJob } from "../app.ts";
import { diagnoseScope, type Progress, type Report, type RoundNumber, type Tools } from "../diagnose/diagnose.ts";
import { resultOf, snapshotText } from "../diagnose/result.ts";
import { sourcesFor } from "../sources/open-sources.ts";
import { priorityOf } from "../sources/priority.ts";
import { collectRound, type Collecting } from "./collect-round.ts";
import { findRounds } from "./evidence-store.ts";
import { holdSession, SessionLost, type HeldSession } from "./held-session.ts";
import { packJson, unpackJson } from "./packed.ts";
import { scopeInputOf, type SessionRequest } from "./session-request.ts";
import { failedNote, progressNote, reportedNote } from "./step-notes.ts";
import { claimSession, type SessionRow } from "./store.ts";

interface Run {
  readonly app: App;
  readonly row: SessionRow & { deadline_at: Date; started_at: Date };
  readonly request: SessionRequest;
  readonly session: HeldSession;
}

const progressBefore: Record<RoundNumber, number> = { 1: 10, 2: 45, 3: 70 };

function percentOf(progress: Progress): number {
  if (progress.step === "plan") return progressBefore[progress.round];
  return progress.step === "scope" ? 5 : 90;
}

function progressOf(progress: Progress): { set: { progress: number; current_step: string }; note: LocalizedText } {
  return { set: { progress: percentOf(progress), current_step: progress.step }, note: progressNote(progress) };
}

async function collectingFor({ app, row, request, session }: Run): Promise<Collecting> {
  const name = request.kind === "alerts" ? request.body.snapshot : undefined;
  const snapshot = name === undefined ? null : await app.snapshots.open(name);
  return {
    app,
    session,
    sources: sourcesFor(app.sources, snapshot),
    asOf: request.asOf,
    priority: priorityOf(row.severity),
    deadlineAt: row.deadline_at,
    timeLimitSeconds: row.time_limit_seconds,
  };
}

async function toolsFor(run: Run): Promise<Tools> {
  const { app, row, session } = run;
  const db = app.database.kysely;
  const collecting = await collectingFor(run);
  const finished = await findRounds(db, session.teamId, session.id);
  let bytesBefore = row.evidence_bytes;
  return {
    finished,
    async collect(number, questions) {
      const { bytes, ...round } = await collectRound(collecting, { number, questions, bytesBefore });
      bytesBefore += bytes;
      return round;
    },
    async report(progress) {
      session.signal.throwIfAborted();
      await session.change(db, progressOf(progress));
    },
  };
}

const textCharactersMax = 1_000;
// A headline may quote what senders wrote: what a text column refuses is taken out.
const storable = (text: string) => text.replaceAll(/[\p{Cc}\p{Cs}]/gu, " ").slice(0, textCharactersMax);

async function finish({ app, row, session }: Run, report: Report): Promise<void> {
  const at = app.clock.now();
  const executionSeconds = Math.max(0, at.getTime() - row.started_at.getTime()) / 1_000;
  const result = resultOf(report, { executionSeconds, snapshotHash: sha256(snapshotText(report)) });
  const { verdict, headline } = report.diagnosis;
  const packed = packJson(result);
  await app.database.transaction(async (tx) => {
    await session.change(tx, {
      set: {
        status: "completed",
        progress: 100,
        current_step: "report",
        finished_at: at,
        verdict,
        headline: storable(headline.en),
        result: packed,
      },
      note: reportedNote(report.diagnosis),
    });
    failPoints.hit("reported.before_commit");
  });
  app.metrics.diagnosis(verdict, executionSeconds);
  app.log.info({ session: session.id, verdict, execution_seconds: executionSeconds, rounds: report.rounds.length }, "diagnosis reported");
}

async function fail({ app, row, session }: Run, error: unknown): Promise<void> {
  const at = app.clock.now();
  const detail = failedNote.en;
  await session.change(app.database.kysely, {
    set: { status: "failed", current_step: "failed", finished_at: at, error_code: "internal_error", error_detail: detail },
    note: failedNote,
  });
  app.metrics.diagnosis("failed", Math.max(0, at.getTime() - row.started_at.getTime()) / 1_000);
  app.log.error({ err: error, session: session.id, attempts: row.attempts }, "a diagnosis failed for good");
}

async function attempt(run: Run): Promise<void> {
  const { app, row, session } = run;
  const lastAttempt = row.attempts > app.settings.retriesMax;
  try {
    // A session that killed its process each time is not tried for ever.
    if (row.attempts > app.settings.retriesMax + 1) return await fail(run, new Error("the process ended in every attempt"));
    await finish(run, await diagnoseScope(await toolsFor(run), scopeInputOf(run.request)));
  } catch (error) {
    if (session.lost() || error instanceof SessionLost)
      return app.log.info({ session: session.id }, "the session was cancelled or taken over");
    if (session.signal.aborted || !lastAttempt) throw error;
    await fail(run, error);
  }
}

/**
 * Runs one session to its end, from the last finished round. Every write is fenced by the run's own token, so that a run
 * that was taken over changes nothing. Throws when it should be run again: the process stops, or a fault with attempts left.
 */
export async function runSession(app: App, job: Job<SessionJob>): Promise<void> {
  const teamId = TeamId.parse(job.payload.teamId);
  const id = job.payload.sessionId;
  const token = app.newId();
  const claimed = await claimSession(app.database.kysely, teamId, { id, token, at: app.clock.now() });
  if (!claimed) return;
  const { request, started_at, deadline_at, ...row } = claimed;
  if (started_at === null || deadline_at === null) throw new Error("A claimed session has its times.");
  const session = holdSession(app, { teamId, id, token }, job.signal);
  try {
    const run: Run = { app, row: { ...row, started_at, deadline_at }, request: unpackJson<SessionRequest>(request), session };
    await runWithTraceparent(row.traceparent, () => attempt(run));
  } finally {
    session.close();
    await app.statistics.flush();
  }
}
