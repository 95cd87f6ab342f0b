import { z } from "zod";
import { Instant } from "../shared/values.ts";

// What cannot be decoded, or holds what no text column takes, names nothing.
function isDecodable(id: string): boolean {
  try {
    return !/[\p{Cc}\p{Cs}]/u.test(decodeURIComponent(id));
  } catch {
    return false;
  }
}

/** "cluster/namespace/kind/name": four percent-encoded parts, empty when absent. */
export const EntityId = z
  .string()
  .max(1_200)
  .regex(/^[^/]*\/[^/]*\/[^/]+\/[^/]+$/, { error: "must be cluster/namespace/kind/name, each part percent-encoded" })
  .refine(isDecodable, { error: "must be percent-encoded text without control characters" })
  .meta({ id: "EntityId", examples: ["eu-1/shop/service/checkout"] });
export type EntityId = z.infer<typeof EntityId>;

export interface EntityParts {
  readonly cluster: string;
  readonly namespace: string;
  /** An open list, the native word where there is one: service, deployment, pod, container, node, claim, … */
  readonly kind: string;
  readonly name: string;
}

// encodeURIComponent leaves these five as they are; an id has one spelling only.
const encodePart = (part: string) => encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The one spelling of an entity's id. */
export function entityId({ cluster, namespace, kind, name }: EntityParts): EntityId {
  return [cluster, namespace, kind, name].map(encodePart).join("/");
}

// A broken percent sequence in what was stored before is kept as it stands.
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The parts of an id, whatever it holds. */
export function entityParts(id: EntityId): EntityParts {
  const [cluster = "", namespace = "", kind = "", name = ""] = id.split("/").map(decoded);
  return { cluster, namespace, kind, name };
}

export const EdgeKind = z.enum(["calls", "routes", "publishes", "consumes", "runs_on", "owns", "part_of", "selects", "mounts", "uses"]);
export type EdgeKind = z.infer<typeof EdgeKind>;

/** `from` calls, owns, selects, runs on … `to`. For `calls` the callee is `to`. */
export const Edge = z
  .object({
    from: EntityId,
    to: EntityId,
    kind: EdgeKind,
    match: z.string().max(500).optional().meta({ description: "what part of the traffic, e.g. a path" }),
    weight: z.number().optional(),
    origin: z.string().max(100).meta({ description: "who says so: declared, owner_reference, selector, service_graph, istio" }),
    seen_at: Instant.optional(),
  })
  .meta({ id: "Edge" });
export type Edge = z.infer<typeof Edge>;

export type EdgeId = `${string}>${EdgeKind}>${string}`;
export const edgeId = (edge: Pick<Edge, "from" | "kind" | "to">): EdgeId => `${edge.from}>${edge.kind}>${edge.to}`;

/** Another name of an entity; only view `same` merges series. */
export const Alias = z.object({
  name: z.string().max(500),
  entity: EntityId,
  view: z.enum(["same", "client", "remote"]),
  from: Instant.optional(),
  to: Instant.optional(),
  origin: z.string().max(100),
});
export type Alias = z.infer<typeof Alias>;
