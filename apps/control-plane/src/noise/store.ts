import type { Matcher } from "@sre/contracts/control-plane";
import type { TeamId } from "@sre/contracts/shared";
import { sql } from "kysely";
import type { AlertRow } from "../alerts/store.ts";
import type { Db, Tx } from "../migrations/tables.ts";

/** What is stored of the alerts of one fingerprint. */
interface History {
  readonly fingerprint: string;
  /** How often it began before, within the window before this start; counted up to a limit. */
  readonly starts: number;
  /** Its latest incident that is open, or was resolved a short time ago. */
  readonly incident_id: string | null;
  readonly incident_status: "new" | "acknowledged" | "resolved" | null;
}

/** What decides beside the alerts themselves: windows that go on, and what is stored by fingerprint. */
export interface Surroundings {
  readonly windows: readonly { readonly id: string; readonly matchers: readonly Matcher[] }[];
  readonly histories: ReadonlyMap<string, History>;
}

/** Looks up windows that go on, how often alerts of these fingerprints began, and into which incident they went last: in one statement, for the intake waits for it. */
export async function findSurroundings(
  tx: Tx,
  teamId: TeamId,
  input: {
    readonly integration: string;
    readonly at: Date;
    readonly alerts: readonly { readonly fingerprint: string; readonly starts_at: Date; readonly since: Date }[];
    readonly startsCountedMax: number;
    readonly resolvedSince: Date;
  },
): Promise<Surroundings> {
  const { integration, at, startsCountedMax, resolvedSince } = input;
  const { rows } = await sql<{ windows: Surroundings["windows"]; histories: History[] }>`
    with histories as (
      select i.fingerprint, (select count(*)::int from (
          select from alerts a where a.team_id = ${teamId} and a.integration = ${integration} and a.fingerprint = i.fingerprint
            and a.starts_at > i.since and a.starts_at < i.starts_at limit ${startsCountedMax}) counted) as starts,
        e.incident_id, e.status as incident_status
      from jsonb_to_recordset(${JSON.stringify(input.alerts)}::jsonb) as i(fingerprint text, starts_at timestamptz, since timestamptz)
      left join lateral (
        select a.incident_id, n.status from alerts a join incidents n on n.team_id = a.team_id and n.id = a.incident_id
        where a.team_id = ${teamId} and a.integration = ${integration} and a.fingerprint = i.fingerprint and (n.status <> 'resolved' or n.resolved_at >= ${resolvedSince})
        order by a.starts_at desc limit 1) e on true
    )
    select coalesce((select jsonb_agg(jsonb_build_object('id', w.id, 'matchers', w.matchers) order by w.id) from maintenance_windows w
      where w.team_id = ${teamId} and w.cancelled_at is null and w.starts_at <= ${at} and w.ends_at > ${at}), '[]') as windows,
      coalesce((select jsonb_agg(h) from histories h where h.starts > 0 or h.incident_id is not null), '[]') as histories`.execute(tx);
  const { windows = [], histories = [] } = rows[0] ?? {};
  return { windows, histories: new Map(histories.map((one) => [one.fingerprint, one])) };
}

/** Why an alert opens no incident; `held_by` is the maintenance window, if it is one. */
export interface Hold {
  readonly alert_id: string;
  readonly held: "maintenance" | "flapping";
  readonly held_by: string | null;
}

export async function setHeld(tx: Tx, teamId: TeamId, holds: readonly Hold[]): Promise<void> {
  if (holds.length === 0) return;
  await sql`update alerts set held = h.held, held_by = h.held_by from jsonb_to_recordset(${JSON.stringify(holds)}::jsonb) as h(alert_id uuid, held text, held_by uuid)
    where alerts.team_id = ${teamId} and alerts.id = h.alert_id`.execute(tx);
}

/** Takes alerts that were held into their incidents. */
export async function releaseAlerts(
  tx: Tx,
  teamId: TeamId,
  pairs: readonly { readonly alert_id: string; readonly incident_id: string }[],
): Promise<void> {
  if (pairs.length === 0) return;
  await sql`update alerts set incident_id = p.incident_id, held = null, held_by = null
    from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb) as p(alert_id uuid, incident_id uuid)
    where alerts.team_id = ${teamId} and alerts.id = p.alert_id`.execute(tx);
}

/** Alerts that fire and are held by nothing any more: their window is over, or they have fired for long enough. */
export function findReleasable(
  db: Db,
  input: { readonly at: Date; readonly settledBefore: Date; readonly limit: number },
): Promise<AlertRow[]> {
  return db
    .selectFrom("alerts as a")
    .selectAll("a")
    .where("a.held", "is not", null)
    .where("a.status", "=", "firing")
    .where(
      sql<boolean>`((a.held = 'flapping' and a.starts_at <= ${input.settledBefore}) or (a.held = 'maintenance' and not exists (
        select 1 from maintenance_windows w where w.team_id = a.team_id and w.id = a.held_by and w.cancelled_at is null and w.ends_at > ${input.at})))`,
    )
    .orderBy("a.team_id")
    .orderBy("a.received_at")
    .limit(input.limit)
    .execute();
}

/** Alerts that fire and are held, by the window that holds them. */
export async function countHeld(db: Db, teamId: TeamId): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom("alerts")
    .select(["held_by", sql<number>`count(*)::int`.as("count")])
    .where("team_id", "=", teamId)
    .where("held", "is not", null)
    .where("held_by", "is not", null)
    .where("status", "=", "firing")
    .groupBy("held_by")
    .execute();
  return new Map(rows.flatMap(({ held_by: id, count }) => (id === null ? [] : [[id, count]])));
}
