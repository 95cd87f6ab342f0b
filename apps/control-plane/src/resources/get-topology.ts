import type { Resource, Topology } from "@sre/contracts/control-plane";
import type { EntityId } from "@sre/contracts/evidence";
import { requireScope, type CallContext } from "@sre/service-kit";
import { decodeCursor, encodeCursor } from "@sre/storage";
import type { App } from "../app.ts";
import { countResourceGroups, edgeOf, findResources, findTopology, type ResourceFilter, type ResourceRow } from "./store.ts";

/** What is connected with an entity, up to a depth; an entity that nobody knows stands alone. */
export async function getTopology(app: App, ctx: CallContext, input: { of: EntityId; depth: number }): Promise<Topology> {
  requireScope(ctx, "resources:read");
  const { entities, edges } = await findTopology(app.database.kysely, ctx.teamId, input);
  return { entities, edges: edges.map(edgeOf), aliases: [] };
}

function resourceOf(row: ResourceRow, at: Date): Resource {
  const ageMs = Math.max(0, at.getTime() - row.seen_at.getTime());
  return {
    entity: row.entity,
    group: row.group_name,
    labels: row.labels,
    origin: row.origin,
    seen_at: row.seen_at.toISOString(),
    age_seconds: Math.round(ageMs / 1_000),
  };
}

export async function listResources(
  app: App,
  ctx: CallContext,
  input: { filter: ResourceFilter; cursor: string | undefined; limit: number },
) {
  requireScope(ctx, "resources:read");
  const { filter, limit } = input;
  const afterEntity = decodeCursor(input.cursor)?.key ?? null;
  const rows = await findResources(app.database.kysely, ctx.teamId, { filter, afterEntity, limit: limit + 1 });
  const kept = rows.slice(0, limit);
  const last = rows.length > limit ? kept.at(-1) : undefined;
  return { items: kept.map((row) => resourceOf(row, ctx.at)), next_cursor: last ? encodeCursor({ key: last.entity, id: "" }) : null };
}

export async function listResourceGroups(app: App, ctx: CallContext): Promise<{ items: { name: string; resources: number }[] }> {
  requireScope(ctx, "resources:read");
  return { items: await countResourceGroups(app.database.kysely, ctx.teamId) };
}
