import { byCodeUnit, canonicalJson, sha256 } from "@sre/contracts/canonical";
import type { EntityId, Finding } from "@sre/contracts/evidence";
import { kindOf } from "../entities.ts";
import { roleOf } from "../finding.ts";
import type { Seen } from "../seen/seen.ts";
import { ms } from "../time.ts";

/*
 * An order of components in which names count for nothing: another name must not change what is looked at. Whatever is equal in
 * all of it is taken as one.
 */

/** How far a tie may carry a choice beyond its limit, as a share of the limit. */
const slack = 0.5;

/** The first items of an order up to a limit, where `same` ones are taken together or not at all, and never more than there is room for. */
export function upTo<T>(items: readonly T[], { max, room }: { max: number; room: number }, same: (a: T, b: T) => boolean): T[] {
  const wanted = Math.min(max, room);
  if (items.length <= wanted) return [...items];
  const [last, next] = [items[wanted - 1], items[wanted]];
  if (last === undefined || next === undefined || !same(last, next)) return items.slice(0, Math.max(0, wanted));
  const before = items.findIndex((item) => same(item, last));
  const after = before + items.filter((item) => same(item, last)).length;
  return items.slice(0, after <= Math.min(room, max * (1 + slack)) ? after : before);
}

/** What is seen of a component without its name: what was found in it, and what it is made of. */
function ownLook(seen: Seen, component: EntityId, found: readonly Finding[]): string {
  const told = found.map(({ what, strength }) => `${what} ${strength}`).sort(byCodeUnit);
  const members = seen.graph.members(component).map(kindOf).sort(byCodeUnit);
  const away = seen.scope.entities.map((id) => seen.graph.distance(seen.graph.component(id), component) ?? -1);
  return canonicalJson([kindOf(component), told, members, away.sort((a, b) => a - b)]);
}

const refinements = 3;

/**
 * A mark for each component that says how it stands among the others, whatever they are called (colour refinement; Weisfeiler
 * and Leman, 1968): equal marks are alike in what was found in them and around them.
 */
function marksOf(seen: Seen, findings: readonly Finding[], components: readonly EntityId[]): ReadonlyMap<EntityId, string> {
  const { graph } = seen;
  const byComponent = Map.groupBy(findings, ({ entity }) => graph.component(entity));
  let marks = new Map(components.map((id) => [id, sha256(ownLook(seen, id, byComponent.get(id) ?? []))]));
  const around = (ids: readonly EntityId[], known: ReadonlyMap<EntityId, string>) => ids.map((id) => known.get(id) ?? "").sort(byCodeUnit);
  for (let round = 0; round < refinements; round++) {
    const known = marks;
    const next = (id: EntityId) => canonicalJson([known.get(id) ?? "", around(graph.needs(id), known), around(graph.neededBy(id), known)]);
    marks = new Map(components.map((id) => [id, sha256(next(id))]));
  }
  return marks;
}

/** When the youngest object of each component was made, in milliseconds: what is new is more often at fault. */
function youngestOf(seen: Seen): ReadonlyMap<EntityId, number> {
  const made = Map.groupBy(seen.objects, ({ entity }) => seen.graph.component(entity));
  return new Map([...made].map(([id, objects]) => [id, Math.max(0, ...objects.map(({ created_at: at }) => (at === null ? 0 : ms(at))))]));
}

export interface Order {
  readonly compare: (a: EntityId, b: EntityId) => number;
  readonly same: (a: EntityId, b: EntityId) => boolean;
}

/** Of components as near and as suspect as each other: the youngest first, then as they stand among the others. */
export function orderOf(seen: Seen, findings: readonly Finding[]): Order {
  const components = [...new Set(seen.graph.entities.map((id) => seen.graph.component(id)))].sort(byCodeUnit);
  const told = findings.filter((found) => roleOf(found) !== "context");
  const [marks, youngest] = [marksOf(seen, told, components), youngestOf(seen)];
  const compare = (a: EntityId, b: EntityId) =>
    (youngest.get(b) ?? 0) - (youngest.get(a) ?? 0) || byCodeUnit(marks.get(a) ?? "", marks.get(b) ?? "");
  return { compare, same: (a, b) => compare(a, b) === 0 };
}
