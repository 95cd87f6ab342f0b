import { z } from "zod";
import { Alias, Edge, EdgeKind, EntityId } from "../evidence/index.ts";
import { Instant, Page, pageOf, text } from "../shared/values.ts";

export const Resource = z
  .object({
    entity: EntityId,
    group: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
    origin: z.string(),
    seen_at: Instant,
    age_seconds: z.number(),
  })
  .meta({ id: "Resource" });
export type Resource = z.infer<typeof Resource>;

export const Topology = z.object({ entities: z.array(EntityId), edges: z.array(Edge), aliases: z.array(Alias) }).meta({ id: "Topology" });
export type Topology = z.infer<typeof Topology>;

/** Replaces what one origin says of the topology; other origins keep theirs. */
export const DeclareTopology = z
  .strictObject({
    origin: text(100).min(1).default("declared"),
    resources: z
      .array(
        z.strictObject({ entity: EntityId, group: text(200).nullable().default(null), labels: z.record(text(128), text(500)).default({}) }),
      )
      .max(5_000)
      .default([]),
    edges: z
      .array(z.strictObject({ from: EntityId, to: EntityId, kind: EdgeKind, match: text(500).optional(), weight: z.number().optional() }))
      .max(20_000)
      .default([]),
  })
  .meta({ id: "DeclareTopology" });
export type DeclareTopology = z.infer<typeof DeclareTopology>;

const read = { tag: "resources", authentication: "principal", scope: "resources:read" } as const;

export const resourceOperations = {
  listResources: { ...read, method: "GET", path: "/api/v1/resources", summary: "Things in the estate", query: Page.extend({ group: text(200).optional(), search: text(200).optional() }), responses: { 200: pageOf(Resource) }, problems: [] },
  listResourceGroups: { ...read, method: "GET", path: "/api/v1/resource-groups", summary: "Groups of resources", responses: { 200: z.object({ items: z.array(z.object({ name: z.string(), resources: z.number().int() })) }) }, problems: [] },
  getTopology: {
    ...read, method: "GET", path: "/api/v1/topology", summary: "What is connected with an entity, up to a depth",
    query: z.object({ of: EntityId, depth: z.coerce.number().int().min(1).max(4).default(2) }), responses: { 200: Topology }, problems: [],
  },
  declareTopology: {
    ...read, scope: "resources:write", method: "PUT", path: "/api/v1/topology", summary: "Declare resources and edges of one origin", body: DeclareTopology, bodyBytesMax: 8_388_608,
    responses: { 200: z.object({ resources: z.number().int(), edges: z.number().int() }) }, problems: [],
  },
} as const; // prettier-ignore
