import { sha256 } from "@sre/contracts/canonical";
import { severities, type Severity } from "@sre/contracts/evidence";
import type { TeamId } from "@sre/contracts/shared";
import type { Resolved } from "@sre/correlation";
import { sql, type Selectable } from "kysely";
import type { Keyset } from "@sre/storage";
import { afterKeyset } from "../http/paging.ts";
import type { AlertTable, Db, Tx } from "../migrations/tables.ts";
import type { IncomingAlert } from "./incoming-alert.ts";

export type AlertRow = Selectable<AlertTable>;

/** An incoming alert with what it is about. */
export interface ResolvedAlert {
  readonly alert: IncomingAlert;
  readonly resolved: Resolved;
}

const bucketCount = 64;

/** The bucket of a group of alerts: deliveries about the same group decide one after the other, others side by side. */
export function lockBucketOf({ alert, resolved }: ResolvedAlert): number {
  const { cluster, environment, namespace, service } = resolved;
  const group = service === null ? [alert.fingerprint] : [cluster, environment, namespace, service];
  return Number.parseInt(sha256(JSON.stringify(group)).slice(0, 8), 16) % bucketCount;
}

/** The bucket of the alerts of one key: what is open under it is decided by one delivery after the other. */
export function lockBucketOfKey(integration: string, fingerprint: string): number {
  return Number.parseInt(sha256(`${integration} ${fingerprint}`).slice(0, 8), 16) % bucketCount;
}

/**
 * Holds the buckets until the transaction ends. Keys are taken before groups and both in one order, so that two deliveries
 * never wait for each other in a circle.
 */
export async function lockBuckets(
  tx: Tx,
  teamId: TeamId,
  { of, buckets }: { of: "keys" | "alerts"; buckets: readonly number[] },
): Promise<void> {
  const keys = [...new Set(buckets)].sort((a, b) => a - b).map((bucket) => `${teamId} ${of} ${bucket}`);
  await sql`select pg_advisory_xact_lock(hashtextextended(b.key, 0)) from jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb) as b(key)`.execute(
    tx,
  );
}

/** What became of one incoming alert. */
export interface WrittenAlert {
  readonly id: string;
  readonly fingerprint: string;
  readonly starts_at: Date;
  readonly status: "firing" | "resolved";
  /** False when it is a repetition of what is stored. */
  readonly changed: boolean;
  readonly prior_status: "firing" | "resolved" | null;
  readonly incident_id: string | null;
  readonly incident_status: "new" | "acknowledged" | "resolved" | null;
}

function rowOf({ alert, resolved }: ResolvedAlert, id: string) {
  const { cluster, environment, namespace, entity, service } = resolved;
  const { fingerprint, name, status, severity, labels, annotations } = alert;
  const place = { cluster, environment, namespace, entity, service };
  const times = { starts_at: alert.startsAt.toISOString(), ends_at: alert.endsAt?.toISOString() ?? null };
  return { id, fingerprint, name, status, severity, opens_incident: alert.opensIncident, labels, annotations, ...place, ...times };
}

/** Stores alerts by their identity (integration, fingerprint, start) in one statement, and tells what each was before. */
export async function upsertAlerts(
  tx: Tx,
  teamId: TeamId,
  input: {
    readonly integration: string;
    readonly at: Date;
    readonly alerts: readonly { readonly id: string; readonly alert: ResolvedAlert }[];
  },
): Promise<WrittenAlert[]> {
  const incoming = JSON.stringify(input.alerts.map(({ id, alert }) => rowOf(alert, id)));
  const { rows } = await sql<WrittenAlert>`
    with incoming as materialized (
      select * from jsonb_to_recordset(${incoming}::jsonb) as i(id uuid, fingerprint text, starts_at timestamptz, ends_at timestamptz, name text,
        status text, severity text, opens_incident boolean, entity text, service text, cluster text, environment text, namespace text, labels jsonb, annotations jsonb)
    ), prior as (
      select a.id, a.fingerprint, a.starts_at, a.status, a.incident_id from alerts a
      join incoming i on i.fingerprint = a.fingerprint and i.starts_at = a.starts_at
      where a.team_id = ${teamId} and a.integration = ${input.integration}
    ), written as (
      insert into alerts (team_id, integration, received_at, updated_at, incident_id, id, fingerprint, starts_at, ends_at, name, status, severity,
        opens_incident, entity, service, cluster, environment, namespace, labels, annotations)
      select ${teamId}::uuid, ${input.integration}::text, ${input.at}::timestamptz, ${input.at}::timestamptz, null, id, fingerprint, starts_at, ends_at, name, status, severity,
        opens_incident, entity, service, cluster, environment, namespace, labels, annotations from incoming
      on conflict (team_id, integration, fingerprint, starts_at) do update set
        ends_at = excluded.ends_at, status = excluded.status, severity = excluded.severity, annotations = excluded.annotations, labels = excluded.labels,
        opens_incident = excluded.opens_incident, entity = excluded.entity, service = excluded.service, updated_at = excluded.updated_at
      where (alerts.status, alerts.ends_at, alerts.labels, alerts.annotations) is distinct from (excluded.status, excluded.ends_at, excluded.labels, excluded.annotations)
      returning id, fingerprint, starts_at
    )
    select coalesce(w.id, p.id) as id, i.fingerprint, i.starts_at, i.status, w.id is not null as changed, p.status as prior_status, p.incident_id, n.status as incident_status
    from incoming i
    left join written w on w.fingerprint = i.fingerprint and w.starts_at = i.starts_at
    left join prior p on p.fingerprint = i.fingerprint and p.starts_at = i.starts_at
    left join incidents n on n.team_id = ${teamId} and n.id = p.incident_id`.execute(tx);
  return rows;
}

/** Puts alerts into their incidents. */
export async function attachAlerts(tx: Tx, teamId: TeamId, pairs: readonly { alert_id: string; incident_id: string }[]): Promise<void> {
  if (pairs.length === 0) return;
  await sql`update alerts set incident_id = p.incident_id from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb) as p(alert_id uuid, incident_id uuid)
    where alerts.team_id = ${teamId} and alerts.id = p.alert_id`.execute(tx);
}

/** How a delivery moved one incident. */
export interface IncidentMove {
  readonly incident_id: string;
  readonly firing: number;
  readonly total: number;
  readonly severity: Severity | null;
  readonly first_at: string | null;
  readonly last_at: string | null;
}

const mildestFirst = sql.join([...severities].reverse().map((severity) => sql.lit(severity)));
const rankOf = (column: string) => sql`array_position(array[${mildestFirst}], ${sql.ref(column)})`;

/** Applies moves; returns the incidents whose severity rose. */
export async function moveIncidents(
  tx: Tx,
  teamId: TeamId,
  input: { readonly at: Date; readonly moves: readonly IncidentMove[] },
): Promise<string[]> {
  if (input.moves.length === 0) return [];
  const { rows } = await sql<{ id: string; rose: boolean }>`
    with moves as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(input.moves)}::jsonb) as m(incident_id uuid, firing int, total int, severity text, first_at timestamptz, last_at timestamptz)
    ), before as materialized (
      select i.id, i.severity from incidents i join moves m on m.incident_id = i.id where i.team_id = ${teamId} order by i.id for update of i
    ), moved as (
      update incidents set alerts_firing = alerts_firing + m.firing, alerts_total = alerts_total + m.total,
        severity = case when ${rankOf("m.severity")} > ${rankOf("b.severity")} then m.severity else b.severity end,
        started_at = least(started_at, m.first_at), last_alert_at = greatest(last_alert_at, m.last_at), updated_at = ${input.at}, version = version + 1
      from moves m join before b on b.id = m.incident_id where incidents.team_id = ${teamId} and incidents.id = m.incident_id
      returning incidents.id, incidents.severity <> b.severity as rose
    )
    select id, rose from moved`.execute(tx);
  return rows.filter(({ rose }) => rose).map(({ id }) => id);
}

/** The alerts of these keys that fire, the latest of each. */
export function findFiring(
  db: Db,
  teamId: TeamId,
  input: { readonly integration: string; readonly fingerprints: readonly string[] },
): Promise<AlertRow[]> {
  if (input.fingerprints.length === 0) return Promise.resolve([]);
  return db
    .selectFrom("alerts")
    .distinctOn("fingerprint")
    .selectAll()
    .where("team_id", "=", teamId)
    .where("integration", "=", input.integration)
    .where("fingerprint", "in", input.fingerprints)
    .where("status", "=", "firing")
    .orderBy("fingerprint")
    .orderBy("starts_at", "desc")
    .execute();
}

/** When the alerts of these keys were over, the last of each. */
export async function findLastEnds(
  db: Db,
  teamId: TeamId,
  input: { readonly integration: string; readonly fingerprints: readonly string[] },
): Promise<Map<string, Date>> {
  if (input.fingerprints.length === 0) return new Map();
  const rows = await db
    .selectFrom("alerts")
    .distinctOn("fingerprint")
    .select(["fingerprint", "ends_at"])
    .where("team_id", "=", teamId)
    .where("integration", "=", input.integration)
    .where("fingerprint", "in", input.fingerprints)
    .where("status", "=", "resolved")
    .where("ends_at", "is not", null)
    .orderBy("fingerprint")
    .orderBy("ends_at", "desc")
    .execute();
  return new Map(rows.flatMap(({ fingerprint, ends_at: endsAt }) => (endsAt ? [[fingerprint, endsAt] as const] : [])));
}

export function findAlert(db: Db, teamId: TeamId, id: string): Promise<AlertRow | undefined> {
  return db.selectFrom("alerts").selectAll().where("team_id", "=", teamId).where("id", "=", id).executeTakeFirst();
}

export interface AlertFilter {
  readonly status?: "firing" | "resolved" | undefined;
  readonly incidentId?: string | undefined;
}

export function findAlerts(
  db: Db,
  teamId: TeamId,
  input: { filter: AlertFilter; after: Keyset | null; limit: number },
): Promise<AlertRow[]> {
  const { status, incidentId } = input.filter;
  let query = db.selectFrom("alerts").selectAll().where("team_id", "=", teamId);
  if (status !== undefined) query = query.where("status", "=", status);
  if (incidentId !== undefined) query = query.where("incident_id", "=", incidentId);
  if (input.after) query = query.where(afterKeyset("received_at", "id", input.after));
  return query.orderBy("received_at", "desc").orderBy("id", "desc").limit(input.limit).execute();
}

/** The alerts of an incident that a diagnosis starts from: firing before resolved, most severe first, newest first. */
export function findAlertsToDiagnose(db: Db, teamId: TeamId, input: { incidentId: string; limit: number }): Promise<AlertRow[]> {
  return db
    .selectFrom("alerts")
    .selectAll()
    .where("team_id", "=", teamId)
    .where("incident_id", "=", input.incidentId)
    .orderBy(sql`(status = 'firing')`, "desc")
    .orderBy(rankOf("severity"), "desc")
    .orderBy("starts_at", "desc")
    .orderBy("id")
    .limit(input.limit)
    .execute();
}
