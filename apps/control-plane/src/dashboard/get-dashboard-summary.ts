import type { DashboardSummary } from "@sre/contracts/control-plane";
import type { TeamId } from "@sre/contracts/shared";
import { requireScope, type CallContext } from "@sre/service-kit";
import { sql } from "kysely";
import type { App } from "../app.ts";
import type { Db } from "../migrations/tables.ts";

const dayMs = 24 * 3_600_000;

function countEverything(db: Db, teamId: TeamId, since: Date) {
  return sql<Record<string, number>>`select
    (select count(*)::int from incidents where team_id = ${teamId} and status = 'new') as new,
    (select count(*)::int from incidents where team_id = ${teamId} and status = 'acknowledged') as acknowledged,
    (select count(*)::int from incidents where team_id = ${teamId} and status = 'resolved' and resolved_at >= ${since}) as resolved,
    (select count(*)::int from alerts where team_id = ${teamId} and status = 'firing') as firing,
    (select count(*)::int from changes where team_id = ${teamId} and started_at >= ${since}) as changes,
    d.reported, d.failed, d.confirmed, d.likely, d.inconclusive, d.nothing_wrong
    from (select count(*) filter (where status = 'reported')::int as reported, count(*) filter (where status = 'failed')::int as failed,
      count(*) filter (where verdict = 'confirmed')::int as confirmed, count(*) filter (where verdict = 'likely')::int as likely,
      count(*) filter (where verdict = 'inconclusive')::int as inconclusive, count(*) filter (where verdict = 'nothing_wrong')::int as nothing_wrong
      from diagnoses where team_id = ${teamId} and finished_at >= ${since}) d`.execute(db);
}

/** The state of everything in one answer. */
export async function getDashboardSummary(app: App, ctx: CallContext): Promise<DashboardSummary> {
  requireScope(ctx, "incidents:read");
  const { rows } = await countEverything(app.database.kysely, ctx.teamId, new Date(ctx.at.getTime() - dayMs));
  const count = (name: string): number => rows[0]?.[name] ?? 0;
  return {
    incidents: { new: count("new"), acknowledged: count("acknowledged"), resolved_24h: count("resolved") },
    alerts_firing: count("firing"),
    diagnoses_24h: {
      reported: count("reported"),
      failed: count("failed"),
      confirmed: count("confirmed"),
      likely: count("likely"),
      inconclusive: count("inconclusive"),
      nothing_wrong: count("nothing_wrong"),
    },
    changes_24h: count("changes"),
  };
}
