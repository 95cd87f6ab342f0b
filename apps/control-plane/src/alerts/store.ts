import { severities, type Severity } from "@sre/contracts/evidence";
import type { TeamId } from "@sre/contracts/shared";
import type { Resolved } from "@sre/correlation";
import { sql, type Selectable } from "kysely";
import type { AlertTable, Db, Tx } from "../migrations/tables.ts";
import type { IncomingAlert } from "./incoming-alert.ts";

// Only the newest may fire, so that what is older than a few has been over for long.
const startsLookedAt = 3;

export type AlertRow = Selectable<AlertTable>;

/** An incoming alert with what it is about. */
export interface ResolvedAlert {
  readonly alert: IncomingAlert;
  readonly resolved: Resolved;
}

/** Holds the intake of a team until the transaction ends: what is stored and where it belongs is decided by one batch after the other. */
export async function lockIntake(tx: Tx, teamId: TeamId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${teamId} alerts`}, 0))`.execute(tx);
}

/** What is stored of one incoming alert. */
export interface StoredAlert {
  readonly id: string;
  /** False when it is a repetition of what is stored. */
  readonly changed: boolean;
  readonly prior_status: "firing" | "resolved" | null;
  readonly incident_id: string | null;
  readonly incident_status: "new" | "acknowledged" | "resolved" | null;
}

/** What became of one incoming alert. */
export interface WrittenAlert extends StoredAlert {
  readonly fingerprint: string;
  readonly starts_at: Date;
  readonly status: "firing" | "resolved";
}

const contentOf = ({ status, endsAt, labels, annotations }: IncomingAlert) => ({
  status,
  ends_at: endsAt?.toISOString() ?? null,
  labels,
  annotations,
});

/** Which of these stored alerts, each with its index, say something else than what came in. Of two ends the later counts, whichever comes first. */
async function findChanged(
  tx: Tx,
  teamId: TeamId,
  pairs: readonly { id: string; index: number; alert: IncomingAlert }[],
): Promise<Set<number>> {
  if (pairs.length === 0) return new Set();
  const incoming = JSON.stringify(pairs.map(({ id, index, alert }) => ({ id, index, ...contentOf(alert) })));
  const { rows } = await sql<{ index: number }>`
    select i.index from jsonb_to_recordset(${incoming}::jsonb) as i(id uuid, index int, status text, ends_at timestamptz, labels jsonb, annotations jsonb)
    join alerts a on a.team_id = ${teamId} and a.id = i.id
    where (a.status, a.ends_at, a.labels, a.annotations) is distinct from (i.status, i.ends_at, i.labels, i.annotations)
      and not (a.status = 'resolved' and i.status = 'resolved' and i.ends_at <= a.ends_at)`.execute(tx);
  return new Set(rows.map(({ index }) => index));
}

/**
 * What is stored under the identities (integration, fingerprint, start) of alerts, by their index; the others are new. Each is looked
 * up by the index: a join would read the whole table while its statistics are those of an emptier one.
 */
export async function findStored(
  tx: Tx,
  teamId: TeamId,
  { integration, alerts }: { readonly integration: string; readonly alerts: readonly IncomingAlert[] },
): Promise<Map<number, StoredAlert>> {
  const keys = JSON.stringify(
    alerts.map(({ fingerprint, startsAt }, index) => ({ index, fingerprint, starts_at: startsAt.toISOString() })),
  );
  const { rows } = await sql<Omit<StoredAlert, "changed"> & { index: number }>`
    select i.index, a.id, a.status as prior_status, a.incident_id, n.status as incident_status
    from jsonb_to_recordset(${keys}::jsonb) as i(index int, fingerprint text, starts_at timestamptz)
    cross join lateral (select * from alerts where team_id = ${teamId} and integration = ${integration} and fingerprint = i.fingerprint and starts_at = i.starts_at limit 1) a
    left join incidents n on n.team_id = ${teamId} and n.id = a.incident_id`.execute(tx);
  const changed = await findChanged(
    tx,
    teamId,
    rows.map(({ id, index }) => ({ id, index, alert: alerts[index]! })),
  );
  return new Map(rows.map(({ index, ...row }) => [index, { ...row, changed: changed.has(index) }]));
}

/** The newest alerts of these fingerprints, by their start. */
export async function findLatest(
  tx: Tx,
  teamId: TeamId,
  { integration, fingerprints }: { readonly integration: string; readonly fingerprints: readonly string[] },
): Promise<AlertRow[]> {
  if (fingerprints.length === 0) return [];
  const { rows } = await sql<AlertRow>`
    select a.* from jsonb_array_elements_text(${JSON.stringify(fingerprints)}::jsonb) as i(fingerprint)
    cross join lateral (
      select * from alerts where team_id = ${teamId} and integration = ${integration} and fingerprint = i.fingerprint order by starts_at desc limit ${startsLookedAt}
    ) a`.execute(tx);
  return rows;
}

interface AlertToWrite extends ResolvedAlert {
  readonly written: { readonly id: string };
}

function rowOf({ alert, resolved, written: { id } }: AlertToWrite, incidentId: string | null) {
  const { cluster, environment, namespace, entity, service } = resolved;
  const { fingerprint, name, severity } = alert;
  const place = { cluster, environment, namespace, entity, service, incident_id: incidentId };
  return {
    id,
    fingerprint,
    name,
    severity,
    opens_incident: alert.opensIncident,
    starts_at: alert.startsAt.toISOString(),
    ...contentOf(alert),
    ...place,
  };
}

/** Stores alerts by their identity (integration, fingerprint, start) in one statement, those that join an incident with it, and the words by which they are searched. */
export async function upsertAlerts(
  tx: Tx,
  teamId: TeamId,
  input: {
    readonly integration: string;
    readonly at: Date;
    readonly alerts: readonly AlertToWrite[];
    readonly incidentOf: ReadonlyMap<string, string>;
  },
): Promise<void> {
  if (input.alerts.length === 0) return;
  const incoming = JSON.stringify(input.alerts.map((one) => rowOf(one, input.incidentOf.get(one.written.id) ?? null)));
  await sql`
    with i as materialized (
      select * from jsonb_to_recordset(${incoming}::jsonb) as i(id uuid, incident_id uuid, fingerprint text, starts_at timestamptz, ends_at timestamptz, name text, status text, severity text,
        opens_incident boolean, entity text, service text, cluster text, environment text, namespace text, labels jsonb, annotations jsonb)
    ), words as (
      insert into alert_words (team_id, kind, word)
      select ${teamId}::uuid, 'name', name from i union select ${teamId}::uuid, 'service', service from i where service is not null
      on conflict do nothing
    )
    insert into alerts (team_id, integration, received_at, updated_at, incident_id, id, fingerprint, starts_at, ends_at, name, status, severity,
      opens_incident, entity, service, cluster, environment, namespace, labels, annotations)
    select ${teamId}::uuid, ${input.integration}::text, ${input.at}::timestamptz, ${input.at}::timestamptz, incident_id, id, fingerprint, starts_at, ends_at, name, status, severity,
      opens_incident, entity, service, cluster, environment, namespace, labels, annotations
    from i
    on conflict (team_id, integration, fingerprint, starts_at) do update set
      ends_at = excluded.ends_at, status = excluded.status, severity = excluded.severity, annotations = excluded.annotations, labels = excluded.labels,
      opens_incident = excluded.opens_incident, entity = excluded.entity, service = excluded.service, updated_at = excluded.updated_at,
      incident_id = coalesce(excluded.incident_id, alerts.incident_id),
      held = case when excluded.incident_id is null then alerts.held end, held_by = case when excluded.incident_id is null then alerts.held_by end`.execute(
    tx,
  );
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
