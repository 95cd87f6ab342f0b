import type { Incident, TimelineEntry } from "@sre/contracts/control-plane";
import { requireScope, type CallContext } from "@sre/service-kit";
import type { App } from "../app.ts";
import { keysetOf } from "@sre/storage";
import { pageOfRows } from "../http/paging.ts";
import { noSuchIncident } from "./change-incident.ts";
import { incidentOf } from "./incident-view.ts";
import { findIncident, findIncidents, type IncidentFilter, type IncidentOverview } from "./store.ts";
import { findTimeline, timelineEntryOf } from "./timeline.ts";

/** The incident, or RuleBroken("not_found"): other teams' incidents answer exactly like missing ones. */
export async function needIncident(app: App, ctx: CallContext, incidentId: string): Promise<IncidentOverview> {
  const incident = await findIncident(app.database.kysely, ctx.teamId, incidentId);
  if (!incident) throw noSuchIncident();
  return incident;
}

export async function getIncident(app: App, ctx: CallContext, input: { incidentId: string }): Promise<Incident> {
  requireScope(ctx, "incidents:read");
  return incidentOf(await needIncident(app, ctx, input.incidentId));
}

export async function listIncidents(
  app: App,
  ctx: CallContext,
  input: { filter: IncidentFilter; cursor: string | undefined; limit: number },
) {
  requireScope(ctx, "incidents:read");
  const { filter, limit } = input;
  const rows = await findIncidents(app.database.kysely, ctx.teamId, { filter, after: keysetOf(input.cursor), limit: limit + 1 });
  return pageOfRows({ rows, limit, keyset: (row) => ({ at: row.created_at, id: row.id }), item: incidentOf });
}

export async function getIncidentTimeline(app: App, ctx: CallContext, input: { incidentId: string }): Promise<TimelineEntry[]> {
  requireScope(ctx, "incidents:read");
  await needIncident(app, ctx, input.incidentId);
  const rows = await findTimeline(app.database.kysely, ctx.teamId, input.incidentId);
  return rows.map(timelineEntryOf);
}
