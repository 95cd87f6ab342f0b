import type { NoticeKind } from "@sre/contracts/control-plane";
import { defaultTeamId, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import type { Tx } from "../migrations/tables.ts";
import { queues, type PlanJob } from "./notifications.ts";
import { insertNotices } from "./store.ts";

const incidentsPerJobMax = 200;

/** What happened to an incident that people are told of; `step` is that of the routes, 0 where it is left out. */
export interface IncidentNotice {
  readonly incidentId: string;
  readonly kind: NoticeKind;
  readonly step?: number;
}

/**
 * Writes into the outbox what happened to incidents, in the transaction in which it happened. Who is told is decided after the
 * commit, so that a storm is stored quickly. Without rules nothing is written.
 */
export async function noteIncidents(
  tx: Tx,
  { app, ctx }: { readonly app: App; readonly ctx: CallContext },
  happened: readonly IncidentNotice[],
): Promise<void> {
  // The operator's receivers are those of the one team of an installation.
  if (app.notifications === null || ctx.teamId !== defaultTeamId || happened.length === 0) return;
  const rows = happened.map(({ incidentId, kind, step = 0 }) => ({
    team_id: ctx.teamId, id: app.newId(), incident_id: incidentId, kind, step, at: ctx.at, planned_at: null, message: null,
  })); // prettier-ignore
  await insertNotices(tx, rows);
  const incidents = [...new Set(happened.map(({ incidentId }) => incidentId))];
  for (let from = 0; from < incidents.length; from += incidentsPerJobMax) {
    const job: PlanJob = { team_id: ctx.teamId, incident_ids: incidents.slice(from, from + incidentsPerJobMax) };
    await app.jobs.enqueue(tx, queues.plan, job);
  }
}
