import type { Answer } from "@sre/contracts/evidence";
import { requireScope, RuleBroken, type ApiFailure, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { findDiagnosis } from "./store.ts";

const retryAfterSeconds = 5;

/** The value of an answer; a missing thing stays missing, any other failure is the assistant being unavailable. */
export function valueOf<T>(answer: { readonly kind: "answered"; readonly value: T } | ApiFailure, what: string): T {
  if (answer.kind === "answered") return answer.value;
  if (answer.status === 404) throw new RuleBroken("not_found", `The assistant does not have ${what} any more.`);
  throw new RuleBroken("unavailable", "The assistant does not answer.", { retryAfterSeconds, cause: answer.detail });
}

// The client hands a body that is no JSON over as `{ value: text }`, which its types cannot say.
function rawText(value: unknown): string {
  if (typeof value === "object" && value !== null && "value" in value && typeof value.value === "string") return value.value;
  throw new RuleBroken("internal_error", "The assistant's answer held no text.");
}

async function sessionOf(app: App, ctx: CallContext, diagnosisId: string): Promise<string> {
  requireScope(ctx, "incidents:read");
  const row = await findDiagnosis(app.database.kysely, ctx.teamId, diagnosisId);
  if (!row) throw new RuleBroken("not_found", "There is no such diagnosis.");
  if (row.session_id === null) throw new RuleBroken("not_found", "The diagnosis has not begun to collect evidence.");
  return row.session_id;
}

/** One answer that a diagnosis saw, from the assistant that keeps it. */
export async function getDiagnosisEvidence(
  app: App,
  ctx: CallContext,
  input: { diagnosisId: string; evidenceId: string },
): Promise<Answer> {
  const params = { session_id: await sessionOf(app, ctx, input.diagnosisId), evidence_id: input.evidenceId };
  return valueOf(await app.assistant.getDiagnosticEvidence({ params }, ctx.signal), "this evidence");
}

/** Everything that a diagnosis saw, as a snapshot. */
export async function getDiagnosisSnapshot(app: App, ctx: CallContext, input: { diagnosisId: string }): Promise<string> {
  const params = { session_id: await sessionOf(app, ctx, input.diagnosisId) };
  return rawText(valueOf(await app.assistant.getDiagnosticSnapshot({ params }, ctx.signal), "this snapshot"));
}
