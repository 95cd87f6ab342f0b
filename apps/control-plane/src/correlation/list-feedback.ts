import type { GroupingFeedback } from "@sre/contracts/control-plane";
import { requireScope, type CallContext } from "@sre/service-kit";
import { keysetOf } from "@sre/storage";
import type { App } from "../app.ts";
import { pageOfRows } from "../http/paging.ts";
import { findFeedback, type GroupingFeedbackRow } from "./store.ts";

function feedbackOf(row: GroupingFeedbackRow): GroupingFeedback {
  const { id, actor, kind, from_incident: from, to_incident: to, alerts, alert_ids: alertIds, reason } = row;
  return { id, at: row.at.toISOString(), actor, kind, from_incident_id: from, to_incident_id: to, alerts, alert_ids: alertIds, reason };
}

/** What people changed in the grouping, newest first. */
export async function listGroupingFeedback(app: App, ctx: CallContext, input: { cursor: string | undefined; limit: number }) {
  requireScope(ctx, "incidents:read");
  const { cursor, limit } = input;
  const rows = await findFeedback(app.database.kysely, ctx.teamId, { after: keysetOf(cursor), limit: limit + 1 });
  return pageOfRows({ rows, limit, keyset: (row) => ({ at: row.at, id: row.id }), item: feedbackOf });
}
