import type { EntityId, Severity } from "@sre/contracts/evidence";
import type { Incident, IncidentStatus } from "@sre/contracts/control-plane";
import type { TeamId } from "@sre/contracts/shared";
import type { KeptTraits } from "@sre/correlation";
import { sql, type Insertable, type Selectable, type Updateable } from "kysely";
import type { Keyset } from "@sre/storage";
import { afterKeyset, likePattern } from "../http/paging.ts";
import type { Db, IncidentTable, Tx } from "../migrations/tables.ts";

export type IncidentRow = Selectable<IncidentTable>;

/** An incident with what the list shows beside it. */
export interface IncidentOverview extends IncidentRow {
  readonly entities: EntityId[];
  readonly diagnosis:
    | ({ readonly id: string; readonly status: string; readonly progress: number } & Pick<
        NonNullable<Incident["diagnosis"]>,
        "verdict" | "confidence" | "headline"
      >)
    | null;
}

const rowsPerInsertMax = 500;

const entitiesOf = sql<EntityId[]>`coalesce((select jsonb_agg(e.entity order by e.entity) from incident_entities e
  where e.team_id = incidents.team_id and e.incident_id = incidents.id), '[]'::jsonb)`;
const latestDiagnosis = sql<
  IncidentOverview["diagnosis"]
>`(select jsonb_build_object('id', d.id, 'status', d.status, 'progress', d.progress,
  'verdict', d.verdict, 'confidence', d.confidence, 'headline', d.headline)
  from diagnoses d where d.team_id = incidents.team_id and d.incident_id = incidents.id order by d.requested_at desc, d.id desc limit 1)`;

function overviews(db: Db, teamId: TeamId) {
  return db
    .selectFrom("incidents")
    .selectAll()
    .select([entitiesOf.as("entities"), latestDiagnosis.as("diagnosis")])
    .where("team_id", "=", teamId);
}

export function findIncident(db: Db, teamId: TeamId, id: string): Promise<IncidentOverview | undefined> {
  return overviews(db, teamId).where("id", "=", id).executeTakeFirst();
}

/** Reads an incident and keeps others from changing it until the transaction ends. */
export function lockIncident(tx: Tx, teamId: TeamId, id: string): Promise<IncidentRow | undefined> {
  return tx.selectFrom("incidents").selectAll().where("team_id", "=", teamId).where("id", "=", id).forUpdate().executeTakeFirst();
}

export interface IncidentFilter {
  readonly status?: IncidentStatus | "open" | undefined;
  readonly severity?: Severity | undefined;
  readonly search?: string | undefined;
}

export function findIncidents(
  db: Db,
  teamId: TeamId,
  input: { filter: IncidentFilter; after: Keyset | null; limit: number },
): Promise<IncidentOverview[]> {
  const { status, severity, search } = input.filter;
  let query = overviews(db, teamId);
  if (status === "open") query = query.where("status", "in", ["new", "acknowledged"]);
  else if (status !== undefined) query = query.where("status", "=", status);
  if (severity !== undefined) query = query.where("severity", "=", severity);
  if (search !== undefined) {
    const pattern = likePattern(search);
    query = query.where((where) =>
      where.or([where("title", "ilike", pattern), where("service", "ilike", pattern), where("environment", "ilike", pattern)]),
    );
  }
  if (input.after) query = query.where(afterKeyset("created_at", "id", input.after));
  return query.orderBy("created_at", "desc").orderBy("id", "desc").limit(input.limit).execute();
}

/** The next `count` numbers that people say aloud; returns the first. */
export async function takeIncidentNumbers(tx: Tx, teamId: TeamId, count: number): Promise<number> {
  const { rows } = await sql<{ value: number }>`
    insert into counters (team_id, name, value) values (${teamId}, 'incidents', ${count})
    on conflict (team_id, name) do update set value = counters.value + excluded.value returning value`.execute(tx);
  return Number(rows[0]?.value ?? count) - count + 1;
}

export async function insertIncidents(tx: Tx, rows: readonly Insertable<IncidentTable>[]): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsPerInsertMax) {
    await tx
      .insertInto("incidents")
      .values(rows.slice(from, from + rowsPerInsertMax))
      .execute();
  }
}

/** Adds entities to incidents; returns the pairs that were new. */
export async function addIncidentEntities(
  tx: Tx,
  teamId: TeamId,
  pairs: readonly { incident_id: string; entity: EntityId }[],
): Promise<{ incident_id: string; entity: EntityId }[]> {
  if (pairs.length === 0) return [];
  const { rows } = await sql<{ incident_id: string; entity: EntityId }>`
    insert into incident_entities (team_id, incident_id, entity)
    select distinct ${teamId}::uuid, p.incident_id, p.entity from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb) as p(incident_id uuid, entity text)
    on conflict do nothing returning incident_id, entity`.execute(tx);
  return rows;
}

export async function updateIncident(tx: Tx, teamId: TeamId, input: { id: string; set: Updateable<IncidentTable> }): Promise<void> {
  await tx
    .updateTable("incidents")
    .set({ ...input.set, version: sql`version + 1` })
    .where("team_id", "=", teamId)
    .where("id", "=", input.id)
    .execute();
}

/** Incidents that are open although none of their alerts fires, untouched since `before`. */
export function findQuietIncidents(
  db: Db,
  { before, limit }: { before: Date; limit: number },
): Promise<Pick<IncidentRow, "team_id" | "id">[]> {
  return db
    .selectFrom("incidents")
    .select(["team_id", "id"])
    .where("status", "<>", "resolved")
    .where("alerts_total", ">", 0)
    .where("alerts_firing", "=", 0)
    .where("updated_at", "<=", before)
    .orderBy("updated_at")
    .limit(limit)
    .execute();
}

/** Open incidents that involve one of the entities. */
export async function findOpenIncidentsOf(db: Db, teamId: TeamId, entities: readonly EntityId[]): Promise<string[]> {
  if (entities.length === 0) return [];
  const rows = await db
    .selectFrom("incident_entities as e")
    .innerJoin("incidents as i", (join) => join.onRef("i.team_id", "=", "e.team_id").onRef("i.id", "=", "e.incident_id"))
    .select("i.id")
    .distinct()
    .where("e.team_id", "=", teamId)
    .where("e.entity", "in", [...entities])
    .where("i.status", "<>", "resolved")
    .orderBy("i.id")
    .limit(200)
    .execute();
  return rows.map(({ id }) => id);
}

/** What decides whether an alert belongs to an incident. */
export type IncidentToJoin = Pick<
  IncidentOverview,
  "id" | "number" | "cluster" | "environment" | "namespace" | "service" | "started_at" | "last_alert_at" | "entities"
> & { readonly cause: EntityId | null; readonly traits: string | null };

const keptTraits = sql<
  string | null
>`(select t.traits from incident_traits t where t.team_id = incidents.team_id and t.incident_id = incidents.id)`;
const incidentsToJoinMax = 2_000;
const likelyCause = sql<EntityId | null>`(select case when d.verdict in ('confirmed', 'likely') then d.cause_entity end from diagnoses d
  where d.team_id = incidents.team_id and d.incident_id = incidents.id and d.verdict is not null order by d.requested_at desc, d.id desc limit 1)`;

/** Open incidents that alerts of these places could still join, at most 2,000, those with the latest alerts. */
export async function findIncidentsToJoin(
  tx: Tx,
  teamId: TeamId,
  input: {
    readonly places: readonly { cluster: string; environment: string; service: string | null }[];
    readonly since: Date;
    readonly anyService: boolean;
  },
): Promise<IncidentToJoin[]> {
  if (input.places.length === 0) return [];
  // What is not said fits any; the correlator decides.
  const fits = input.anyService
    ? sql`(incidents.cluster in (p.cluster, '') or p.cluster = '') and (incidents.environment in (p.environment, '') or p.environment = '')`
    : sql`incidents.cluster = p.cluster and incidents.environment = p.environment and incidents.service = p.service`;
  return tx
    .selectFrom("incidents")
    .select(["id", "number", "cluster", "environment", "namespace", "service", "started_at", "last_alert_at"])
    .select([entitiesOf.as("entities"), likelyCause.as("cause"), (input.anyService ? keptTraits : sql<null>`null`).as("traits")])
    .where("team_id", "=", teamId)
    .where("status", "<>", "resolved")
    .where("last_alert_at", ">=", input.since)
    .where(
      sql<boolean>`exists (select 1 from jsonb_to_recordset(${JSON.stringify(input.places)}::jsonb) as p(cluster text, environment text, service text)
      where ${fits})`,
    )
    .orderBy("last_alert_at", "desc")
    .orderBy("number", "desc")
    .limit(incidentsToJoinMax)
    .execute();
}

/** Writes what incidents keep of their alerts for the next delivery. */
export async function writeTraits(tx: Tx, teamId: TeamId, rows: readonly { incident_id: string; traits: KeptTraits }[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map((row) => ({ team_id: teamId, incident_id: row.incident_id, traits: JSON.stringify(row.traits) }));
  await tx
    .insertInto("incident_traits")
    .values(values)
    .onConflict((conflict) => conflict.columns(["team_id", "incident_id"]).doUpdateSet({ traits: (row) => row.ref("excluded.traits") }))
    .execute();
}

/** Incidents that did not say their environment get that of the first alert which does. */
export async function adoptEnvironments(
  tx: Tx,
  teamId: TeamId,
  pairs: readonly { incident_id: string; environment: string }[],
): Promise<void> {
  if (pairs.length === 0) return;
  await sql`update incidents set environment = p.environment from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb) as p(incident_id uuid, environment text)
    where incidents.team_id = ${teamId} and incidents.id = p.incident_id and incidents.environment = ''`.execute(tx);
}
