import { byCodeUnit } from "@sre/contracts/canonical";
import type { ClusterObject, EntityId } from "@sre/contracts/evidence";
import { isWorkload, kindOf, namespaceOf, clusterOf, podOf } from "../entities.ts";
import type { Cited, Seen } from "./seen.ts";

/* The objects by what they are, live and declared, looked up instead of searched for. */

export type Fields = Readonly<Record<string, unknown>>;
export type SeenObject = Cited<ClusterObject>;

interface Estate {
  readonly live: ReadonlyMap<EntityId, SeenObject>;
  readonly declared: ReadonlyMap<EntityId, SeenObject>;
  readonly byKind: ReadonlyMap<string, readonly SeenObject[]>;
  /** "place kind" of every list that was complete. */
  readonly listed: ReadonlySet<string>;
}

const estates = new WeakMap<Seen, Estate>();

// Only a list that says which kinds it holds, and holds them as they were then, tells what was not there.
function completeLists({ answers }: Seen): string[] {
  return answers.flatMap((answer) => {
    if (answer.kind !== "answered" || answer.question.about !== "objects") return [];
    const { coverage, question } = answer;
    if (coverage.as_of === "now" || coverage.truncated_by !== undefined) return [];
    const kinds = Object.entries(coverage.by_kind ?? {}).flatMap(([kind, state]) => (state === "answered" ? [kind] : []));
    return kinds.map((kind) => `${question.in} ${kind === "service_object" ? "service" : kind}`);
  });
}

function estateOf(seen: Seen): Estate {
  const known = estates.get(seen);
  if (known !== undefined) return known;
  const viewed = (view: ClusterObject["view"]) => new Map(seen.objects.filter((one) => one.view === view).map((one) => [one.entity, one]));
  const live = viewed("live");
  const estate = {
    live,
    declared: viewed("declared"),
    byKind: Map.groupBy(live.values(), ({ entity }) => kindOf(entity)),
    listed: new Set(completeLists(seen)),
  };
  estates.set(seen, estate);
  return estate;
}

export const liveObject = (seen: Seen, id: EntityId): SeenObject | null => estateOf(seen).live.get(id) ?? null;
const declaredObject = (seen: Seen, id: EntityId): SeenObject | null => estateOf(seen).declared.get(id) ?? null;

/** All live objects of a kind, in canonical order. */
export const liveOfKind = (seen: Seen, kind: string): readonly SeenObject[] => estateOf(seen).byKind.get(kind) ?? [];

/** All declared objects of a kind, in canonical order. */
export const declaredOfKind = (seen: Seen, kind: string): SeenObject[] =>
  [...estateOf(seen).declared.values()].filter(({ entity }) => kindOf(entity) === kind);

/** Whether a thing is known not to be there: its kind was listed completely where it would stand, and it is not in the list. */
export function isAbsent(seen: Seen, id: EntityId): boolean {
  const { live, listed } = estateOf(seen);
  return !live.has(id) && listed.has(`${namespaceOf(id) ?? clusterOf(id)} ${kindOf(id)}`);
}

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** What one view of an object leaves out is taken from the other; named items of lists are joined by their name. */
function filled(own: unknown, other: unknown): unknown {
  if (own === undefined) return other;
  if (isFields(own) && isFields(other)) {
    const keys = [...new Set([...Object.keys(own), ...Object.keys(other)])].sort(byCodeUnit);
    return Object.fromEntries(keys.map((key) => [key, filled(own[key], other[key])]));
  }
  if (!Array.isArray(own) || !Array.isArray(other)) return own;
  if (own.length === 0) return other;
  const named = new Map(
    other.flatMap((item: unknown) => (isFields(item) && typeof item["name"] === "string" ? [[item["name"], item]] : [])),
  );
  return own.map((item: unknown) => (isFields(item) && typeof item["name"] === "string" ? filled(item, named.get(item["name"])) : item));
}

const asFields = (value: unknown): Fields => (isFields(value) ? value : {});

/** The spec of an object: as it is live, completed by how it was declared. */
export function specOf(seen: Seen, id: EntityId): Fields {
  return asFields(filled(liveObject(seen, id)?.spec, declaredObject(seen, id)?.spec));
}

/** The pod spec of a workload's template, completed by how it was declared. */
export const templateOf = (seen: Seen, workload: EntityId): Fields => asFields(asFields(specOf(seen, workload)["template"])["spec"]);

/** The spec of a pod: its own, completed by the template of the workload that owns it. */
export function podSpec(seen: Seen, pod: EntityId): Fields {
  const owner = seen.graph.topOwner(podOf(pod));
  return asFields(filled(liveObject(seen, podOf(pod))?.spec ?? {}, isWorkload(owner) ? templateOf(seen, owner) : undefined));
}
