import { defaultTeamId, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import type { Tx } from "../migrations/tables.ts";

/** The kind of sender that can be asked. */
export const askable = "alertmanager";
export const askQueue = "sender-ask";
const incidentsMax = 50;

/** Why a sender is asked: nothing could be taken in for a while; it was silent; a message came whose place in the order is not known. */
export type AskReason = "gap" | "silence" | "order";

export interface AskJob {
  readonly team_id: string;
  readonly because: AskReason;
  readonly incident_ids: readonly string[];
}

/**
 * Leaves a job that asks Alertmanager what fires now, in the transaction of what made it doubtful; one for each reason waits at a
 * time. It waits until Alertmanager has sent what it still owes. Without a configured Alertmanager nothing is left.
 */
export async function requestAsking(
  tx: Tx,
  { app, ctx }: { readonly app: App; readonly ctx: CallContext },
  { because, incidentIds = [] }: { readonly because: AskReason; readonly incidentIds?: readonly string[] },
): Promise<void> {
  // It is the installation's one team whose Alertmanager the operator configured.
  if (app.alertmanager === null || ctx.teamId !== defaultTeamId) return;
  const job: AskJob = { team_id: ctx.teamId, because, incident_ids: incidentIds.slice(0, incidentsMax) };
  await app.jobs.enqueue(tx, askQueue, job, { key: because, startAfterSeconds: app.settings.senderAskMs / 1_000 });
}
