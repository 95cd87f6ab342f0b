import type { Edge, EntityId } from "@sre/contracts/evidence";
import type { TeamId } from "@sre/contracts/shared";
import { sql, type Selectable } from "kysely";
import type { Db, EdgeTable, ResourceTable, Tx } from "../migrations/tables.ts";

/** Bounds of one topology answer and of the walks over edges. */
const topologyLimits = { entitiesMax: 2_000, edgesMax: 10_000, ownerStepsMax: 3, dependencyEdgesMax: 200_000 } as const;

export type ResourceRow = Selectable<ResourceTable>;
export type EdgeRow = Selectable<EdgeTable>;

const texts = (values: readonly string[]) => sql`(select jsonb_array_elements_text(${JSON.stringify(values)}::jsonb))`;

/** The farthest owner of each entity, at most three `owns` edges up; entities without one are left out. */
export async function findOwners(db: Db, teamId: TeamId, entities: readonly EntityId[]): Promise<Map<EntityId, EntityId>> {
  if (entities.length === 0) return new Map();
  const { rows } = await sql<{ entity: EntityId; owner: EntityId }>`
    with recursive up as (
      select to_entity as entity, from_entity as owner, 1 as steps from edges where team_id = ${teamId} and kind = 'owns' and to_entity in ${texts(entities)}
      union
      select up.entity, e.from_entity, up.steps + 1 from up join edges e on e.team_id = ${teamId} and e.kind = 'owns' and e.to_entity = up.owner
      where up.steps < ${topologyLimits.ownerStepsMax}
    )
    select distinct on (entity) entity, owner from up order by entity, steps desc, owner`.execute(db);
  return new Map(rows.map(({ entity, owner }) => [entity, owner]));
}

/** The edges by which one thing depends on another, in one order; of a very large topology the first. */
export async function findDependencyEdges(db: Db, teamId: TeamId): Promise<Pick<Edge, "from" | "to" | "kind">[]> {
  const rows = await db
    .selectFrom("edges")
    .select(["from_entity", "kind", "to_entity"])
    .distinct()
    .where("team_id", "=", teamId)
    .orderBy("from_entity")
    .orderBy("kind")
    .orderBy("to_entity")
    .limit(topologyLimits.dependencyEdgesMax)
    .execute();
  return rows.map(({ from_entity: from, kind, to_entity: to }) => ({ from, kind: kind as Edge["kind"], to }));
}

/** Entities at most `depth` edges of any kind away, nearest first, and every edge between them. */
export async function findTopology(
  db: Db,
  teamId: TeamId,
  input: { of: EntityId; depth: number },
): Promise<{ entities: EntityId[]; edges: EdgeRow[] }> {
  const { rows } = await sql<{ entity: EntityId }>`
    with recursive near as (
      select ${input.of}::text as entity, 0 as depth
      union
      select case when e.from_entity = n.entity then e.to_entity else e.from_entity end, n.depth + 1
      from near n join edges e on e.team_id = ${teamId} and (e.from_entity = n.entity or e.to_entity = n.entity)
      where n.depth < ${input.depth}
    )
    select entity from near group by entity order by min(depth), entity limit ${topologyLimits.entitiesMax}`.execute(db);
  const entities = rows.map(({ entity }) => entity);
  const edges = await db
    .selectFrom("edges")
    .selectAll()
    .where("team_id", "=", teamId)
    .where(sql<boolean>`from_entity in ${texts(entities)} and to_entity in ${texts(entities)}`)
    .orderBy("from_entity")
    .orderBy("kind")
    .orderBy("to_entity")
    .orderBy("origin")
    .orderBy("match")
    .limit(topologyLimits.edgesMax)
    .execute();
  return { entities, edges };
}

export function edgeOf(row: EdgeRow): Edge {
  return {
    from: row.from_entity,
    to: row.to_entity,
    kind: row.kind as Edge["kind"],
    origin: row.origin,
    seen_at: row.seen_at.toISOString(),
    ...(row.match === "" ? {} : { match: row.match }),
    ...(row.weight === null ? {} : { weight: row.weight }),
  };
}

export interface DeclaredTopology {
  readonly origin: string;
  readonly at: Date;
  readonly resources: readonly { entity: EntityId; group: string | null; labels: Readonly<Record<string, string>> }[];
  readonly edges: readonly { from: EntityId; to: EntityId; kind: string; match?: string | undefined; weight?: number | undefined }[];
}

/** Replaces everything that one origin says; returns how many resources and edges it says now. */
export async function replaceTopology(
  tx: Tx,
  teamId: TeamId,
  { origin, at, resources, edges }: DeclaredTopology,
): Promise<{ resources: number; edges: number }> {
  await tx.deleteFrom("resources").where("team_id", "=", teamId).where("origin", "=", origin).execute();
  await tx.deleteFrom("edges").where("team_id", "=", teamId).where("origin", "=", origin).execute();
  const things = await sql`insert into resources (team_id, origin, seen_at, entity, group_name, labels)
    select ${teamId}::uuid, ${origin}::text, ${at}::timestamptz, r.entity, r."group", r.labels
    from jsonb_to_recordset(${JSON.stringify(resources)}::jsonb) as r(entity text, "group" text, labels jsonb) on conflict do nothing`.execute(
    tx,
  );
  const links = await sql`insert into edges (team_id, origin, seen_at, from_entity, kind, to_entity, match, weight)
    select ${teamId}::uuid, ${origin}::text, ${at}::timestamptz, e."from", e.kind, e."to", coalesce(e.match, ''), e.weight
    from jsonb_to_recordset(${JSON.stringify(edges)}::jsonb) as e("from" text, kind text, "to" text, match text, weight double precision) on conflict do nothing`.execute(
    tx,
  );
  return { resources: Number(things.numAffectedRows ?? 0), edges: Number(links.numAffectedRows ?? 0) };
}

export interface ResourceFilter {
  readonly group?: string | undefined;
  readonly search?: string | undefined;
}

/** One row for each entity, the most recent of what its origins say, in the order of the entities. */
export async function findResources(
  db: Db,
  teamId: TeamId,
  input: { filter: ResourceFilter; afterEntity: string | null; limit: number },
): Promise<ResourceRow[]> {
  const { group, search } = input.filter;
  let query = db.selectFrom("resources").selectAll().distinctOn("entity").where("team_id", "=", teamId);
  if (group !== undefined) query = query.where("group_name", "=", group);
  if (search !== undefined) query = query.where("entity", "ilike", `%${search.replace(/[\\%_]/g, (character) => `\\${character}`)}%`);
  if (input.afterEntity !== null) query = query.where("entity", ">", input.afterEntity);
  return query.orderBy("entity").orderBy("seen_at", "desc").orderBy("origin").limit(input.limit).execute();
}

export async function countResourceGroups(db: Db, teamId: TeamId): Promise<{ name: string; resources: number }[]> {
  const { rows } = await sql<{
    name: string;
    resources: number;
  }>`select group_name as name, count(distinct entity)::int as resources from resources
    where team_id = ${teamId} and group_name is not null group by group_name order by group_name limit 1000`.execute(db);
  return rows;
}
