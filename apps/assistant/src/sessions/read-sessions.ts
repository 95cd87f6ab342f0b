import type { DiagnosticStatus, SessionSummary } from "@sre/contracts/assistant";
import type { Answer } from "@sre/contracts/evidence";
import { scopeOf } from "@sre/diagnosis";
import { requireScope, RuleBroken, type CallContext } from "@sre/service-kit";
import type { z } from "zod";
import type { App } from "../app.ts";
import { snapshotText } from "../diagnose/result.ts";
import { cursorOf, keysetOf } from "@sre/storage";
import { findAnswer, findRounds } from "./evidence-store.ts";
import { unpackJson } from "./packed.ts";
import { scopeInputOf, type SessionRequest } from "./session-request.ts";
import { statusOf, summaryOf } from "./session-view.ts";
import { findRequest, findSession, findSessions, findSessionWithResult, type HistoryFilter, type SessionRow } from "./store.ts";

const noSession = () => new RuleBroken("not_found", "There is no such session.");

/** Status, progress, and the result once there is one. */
export async function getDiagnosticStatus(app: App, ctx: CallContext, sessionId: string): Promise<DiagnosticStatus> {
  requireScope(ctx, "diagnostics:read");
  const row = await findSessionWithResult(app.database.kysely, ctx.teamId, sessionId);
  if (!row) throw noSession();
  return statusOf(row);
}

export interface ListHistory {
  readonly filter: HistoryFilter;
  readonly cursor: string | undefined;
  readonly limit: number;
}

/** Sessions of the team, newest first. */
export async function listDiagnosticHistory(
  app: App,
  ctx: CallContext,
  input: ListHistory,
): Promise<{ items: z.output<typeof SessionSummary>[]; next_cursor: string | null }> {
  requireScope(ctx, "diagnostics:read");
  const { filter, limit } = input;
  const rows = await findSessions(app.database.kysely, ctx.teamId, { filter, after: keysetOf(input.cursor), limit: limit + 1 });
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: kept.map(summaryOf), next_cursor: more ? cursorOf({ at: last.accepted_at, id: last.id }) : null };
}

async function sessionWithEvidence(app: App, ctx: CallContext, sessionId: string): Promise<SessionRow> {
  requireScope(ctx, "diagnostics:read");
  const row = await findSession(app.database.kysely, ctx.teamId, sessionId);
  if (!row) throw noSession();
  if (row.evidence_kept) return row;
  throw new RuleBroken("not_found", "The evidence of this session is no longer kept.");
}

/** Everything that the session has seen so far, as a snapshot: NDJSON that replays to the same diagnosis. */
export async function getDiagnosticSnapshot(app: App, ctx: CallContext, sessionId: string): Promise<string> {
  const { id } = await sessionWithEvidence(app, ctx, sessionId);
  const db = app.database.kysely;
  const request = await findRequest(db, ctx.teamId, id);
  if (!request) throw noSession();
  const scope = scopeOf(scopeInputOf(unpackJson<SessionRequest>(request)));
  const rounds = await findRounds(db, ctx.teamId, id);
  return snapshotText({ scope, rounds });
}

/** One answer that the session saw, as soon as its round is stored. */
export async function getDiagnosticEvidence(app: App, ctx: CallContext, input: { sessionId: string; evidenceId: string }): Promise<Answer> {
  await sessionWithEvidence(app, ctx, input.sessionId);
  const answer = await findAnswer(app.database.kysely, ctx.teamId, input);
  if (!answer) throw new RuleBroken("not_found", "The session saw no such evidence.");
  return answer;
}
