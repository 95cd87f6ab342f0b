import type { DiagnosticAccepted } from "@sre/contracts/assistant";
import { currentTraceparent, failPoints, requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import { queues, type App, type SessionJob } from "../app.ts";
import { priorityOf } from "../sources/priority.ts";
import { packJson } from "./packed.ts";
import { requestHashOf, sessionRequestOf, type RequestBody, type SessionRequest } from "./session-request.ts";
import { countOpenSessions, findSessionByKey, insertSession, meanDurationSeconds } from "./store.ts";
import type { Tx } from "../migrations/tables.ts";
import { acceptedNote } from "./step-notes.ts";

/** What a caller is told to expect before this team's first diagnosis has finished. Seconds. */
const firstEstimateSeconds = 10;
const estimatedFrom = 20;

export interface AcceptSession {
  readonly request: RequestBody;
  readonly idempotencyKey: string | undefined;
}

function rowOf(app: App, ctx: CallContext, input: AcceptSession & { whole: SessionRequest }) {
  const { whole, request, idempotencyKey } = input;
  return {
    team_id: ctx.teamId,
    id: app.newId(),
    kind: whole.kind,
    incident_id: whole.body.incident_id,
    severity: whole.body.severity,
    status: "accepted" as const,
    requested_by: ctx.principal.subject,
    idempotency_key: idempotencyKey ?? null,
    request_hash: requestHashOf(request),
    request: packJson(whole),
    traceparent: currentTraceparent(),
    time_limit_seconds: whole.body.time_limit_seconds ?? app.settings.timeLimitSeconds,
    accepted_at: ctx.at,
    current_step: "accepted",
    steps: JSON.stringify([{ step: "accepted", at: ctx.at.toISOString(), note: acceptedNote.en, text: acceptedNote }]),
  };
}

async function requireSnapshot(app: App, request: RequestBody): Promise<void> {
  const name = request.kind === "alerts" ? request.body.snapshot : undefined;
  if (name === undefined || (await app.snapshots.has(name))) return;
  throw new RuleBroken("unprocessable", "There is no recorded snapshot of this name here.", { field: "snapshot" });
}

/** The session that an idempotency key stands for. Throws RuleBroken("idempotency_key_reused") when it came with another request. */
async function known(tx: Tx, ctx: CallContext, input: AcceptSession): Promise<string> {
  const key = { requestedBy: ctx.principal.subject, idempotencyKey: input.idempotencyKey ?? "" };
  const row = await findSessionByKey(tx, ctx.teamId, key);
  if (!row) throw new RuleBroken("internal_error", "The session was not stored.");
  if (row.request_hash === requestHashOf(input.request)) return row.id;
  throw new RuleBroken("idempotency_key_reused", "This idempotency key was used for another request.", {
    field: "idempotency-key",
    nextStep: "Use a new key for a new request.",
  });
}

async function requireRoom(app: App, ctx: CallContext, tx: Tx): Promise<void> {
  const { waitingMax } = app.settings;
  // The new one is counted already.
  if ((await countOpenSessions(tx, ctx.teamId, waitingMax + 1)) <= waitingMax) return;
  throw new RuleBroken("limit_reached", "Too many sessions of this team are unfinished.", { retryAfterSeconds: 10 });
}

async function store(app: App, ctx: CallContext, input: AcceptSession & { whole: SessionRequest }): Promise<string> {
  const row = rowOf(app, ctx, input);
  return app.database.transaction(async (tx) => {
    if (!(await insertSession(tx, row))) return known(tx, ctx, input);
    await requireRoom(app, ctx, tx);
    const job: SessionJob = { teamId: ctx.teamId, sessionId: row.id };
    // The queue runs higher numbers first, the gate in front of sources lower ones.
    await app.jobs.enqueue(tx, queues.sessions, job, { key: row.id, priority: -priorityOf(row.severity) });
    return row.id;
  });
}

/**
 * Accepts a diagnosis: session and job are stored together, so that one never exists without the other. The same
 * idempotency key with the same request answers the same session. Throws RuleBroken: unprocessable, idempotency_key_reused, limit_reached.
 */
export async function acceptSession(app: App, ctx: CallContext, input: AcceptSession): Promise<DiagnosticAccepted> {
  requireScope(ctx, "diagnostics:run");
  await requireSnapshot(app, input.request);
  const whole = sessionRequestOf(input.request, ctx.at);
  const sessionId = await store(app, ctx, { ...input, whole });
  failPoints.hit("accepted.committed");
  const mean = await meanDurationSeconds(app.database.kysely, ctx.teamId, estimatedFrom);
  return {
    session_id: sessionId,
    status: "accepted",
    message: "The diagnosis runs; its status tells how far it is.",
    estimated_time: Math.round((mean ?? firstEstimateSeconds) * 1_000) / 1_000,
  };
}
