import { byCodeUnit } from "@sre/contracts/canonical";
import { entityId, type ClusterObject, type Edge, type EntityId } from "@sre/contracts/evidence";
import { isNode, isWorkload, kindOf, nameOf, namespaceOf, partsOf } from "../entities.ts";
import { textAt } from "../fields.ts";
import { diagnosisLimits } from "../limits.ts";
import { schedulerLinks } from "./control-plane.ts";
import { selectorLinks } from "./selector-links.ts";

/** `from` needs `to` to work. */
const dependencyKinds: ReadonlySet<Edge["kind"]> = new Set(["calls", "routes", "consumes", "uses", "mounts", "publishes"]);

/** A component: a service with its workloads and their pods, or a thing that stands alone. Named by one of its members. */
export interface Graph {
  readonly entities: readonly EntityId[];
  readonly hasCalls: boolean;
  component(id: EntityId): EntityId;
  members(component: EntityId): readonly EntityId[];
  /** The workload that owns a thing in the end; the thing itself when nobody does. */
  topOwner(id: EntityId): EntityId;
  /** Components and nodes that a component needs directly. */
  needs(component: EntityId): readonly EntityId[];
  neededBy(component: EntityId): readonly EntityId[];
  nodesOf(component: EntityId): readonly EntityId[];
  /** Edges from one component to another along what is needed: 0 for itself, null when it cannot be reached. */
  distance(from: EntityId, to: EntityId): number | null;
}

type Link = { readonly from: EntityId; readonly to: EntityId; readonly kind: Edge["kind"] };

function objectLinks(objects: readonly ClusterObject[]): Link[] {
  return objects.flatMap((object): Link[] => {
    // What may be missing and is missing is nothing that anybody needs.
    const used = object.refs
      .filter(({ optional, exists }) => !optional || exists !== false)
      .map(({ to }): Link => ({ from: object.entity, to, kind: "uses" }));
    const owner = object.owner === null ? [] : [{ from: object.owner, to: object.entity, kind: "owns" as const }];
    const node = textAt(object.spec, "nodeName");
    if (kindOf(object.entity) !== "pod" || node === "") return [...owner, ...used];
    const { cluster } = partsOf(object.entity);
    const on = entityId({ cluster, namespace: "", kind: "node", name: node });
    return [...owner, ...used, { from: object.entity, to: on, kind: "runs_on" }];
  });
}

function multimap(pairs: readonly (readonly [EntityId, EntityId])[]): ReadonlyMap<EntityId, readonly EntityId[]> {
  const map = new Map<EntityId, Set<EntityId>>();
  for (const [key, value] of pairs) map.set(key, (map.get(key) ?? new Set()).add(value));
  return new Map([...map].map(([key, values]) => [key, [...values].sort(byCodeUnit)]));
}

/** Joins things into groups (union-find with path halving). */
class Groups {
  readonly #parent = new Map<EntityId, EntityId>();
  find(id: EntityId): EntityId {
    let at = id;
    for (let up = this.#parent.get(at) ?? at; up !== at; up = this.#parent.get(at) ?? at) {
      this.#parent.set(at, this.#parent.get(up) ?? up);
      at = up;
    }
    return at;
  }
  join(a: EntityId, b: EntityId): void {
    const [x, y] = [this.find(a), this.find(b)].sort(byCodeUnit);
    if (x !== undefined && y !== undefined && x !== y) this.#parent.set(y, x);
  }
}

const generated = /^-[a-z0-9]{1,10}(-[a-z0-9]{1,5})?$/;

// Events name pods whose owner nobody told; their generated names still begin with the workload's.
function linksByName(links: readonly Link[], entities: readonly EntityId[]): Link[] {
  const owned = new Set(links.filter(({ kind }) => kind === "owns").map(({ to }) => to));
  const possible = entities.filter((id) => (isWorkload(id) && kindOf(id) !== "replicaset") || kindOf(id) === "service");
  const byNamespace = multimap(possible.map((id) => [namespaceOf(id) ?? "", id]));
  const orphans = entities.filter((id) => ["pod", "replicaset"].includes(kindOf(id)) && !owned.has(id));
  return orphans.flatMap((pod): Link[] => {
    const own = (id: EntityId) => nameOf(pod).startsWith(nameOf(id)) && generated.test(nameOf(pod).slice(nameOf(id).length));
    const owners = (byNamespace.get(namespaceOf(pod) ?? "") ?? []).filter(own);
    const owner = owners.find((id) => isWorkload(id)) ?? owners[0];
    return owner === undefined ? [] : [{ from: owner, to: pod, kind: isWorkload(owner) ? "owns" : "selects" }];
  });
}

// A selector that matches this many workloads is a way of watching them, not a service that they make up.
const selectedWorkloadsMax = 5;

function joinComponents(links: readonly Link[], entities: readonly EntityId[], topOwner: (id: EntityId) => EntityId): Groups {
  const groups = new Groups();
  for (const { from, to, kind } of links) if (kind === "owns" && !isNode(to)) groups.join(from, to);
  const selected = multimap(links.filter(({ kind }) => kind === "selects").map(({ from, to }) => [from, topOwner(to)]));
  for (const [service, workloads] of selected) {
    if (workloads.length <= selectedWorkloadsMax) for (const workload of workloads) groups.join(service, workload);
  }
  const known = new Set(entities);
  for (const id of entities) {
    if (!isWorkload(id)) continue;
    const { cluster, namespace, name } = partsOf(id);
    const service = entityId({ cluster, namespace, kind: "service", name });
    if (known.has(service)) groups.join(service, id);
  }
  return groups;
}

function representative(members: readonly EntityId[]): EntityId {
  const names = new Set(members.filter(isWorkload).map((id) => partsOf(id).name));
  const order = (id: EntityId) => {
    const { kind, name } = partsOf(id);
    const rank =
      kind === "service" ? (names.has(name) ? 0 : 1) : isWorkload(id) && kind !== "replicaset" ? 2 : kind === "replicaset" ? 3 : 4;
    return `${rank} ${id}`;
  };
  return [...members].sort((a, b) => byCodeUnit(order(a), order(b)))[0] ?? "";
}

function distances(from: EntityId, needs: (id: EntityId) => readonly EntityId[]): Map<EntityId, number> {
  const found = new Map([[from, 0]]);
  let edge = [from];
  for (let hop = 1; hop <= diagnosisLimits.hopsMax && edge.length > 0; hop++) {
    const next = edge.flatMap((id) => needs(id)).filter((id) => !found.has(id));
    for (const id of next) found.set(id, hop);
    edge = [...new Set(next)];
  }
  return found;
}

function ownerFinder(links: readonly Link[]): (id: EntityId) => EntityId {
  const owners = new Map(links.filter(({ kind }) => kind === "owns").map(({ from, to }) => [to, from]));
  return (id) => {
    let at = id;
    for (let step = 0; step < 5; step++) at = owners.get(at) ?? at;
    return at;
  };
}

/** Who needs whom, from declared and discovered edges and from the owners and nodes that objects name themselves. */
export function buildGraph(input: { edges: readonly Edge[]; objects: readonly ClusterObject[]; entities: readonly EntityId[] }): Graph {
  const order = (link: Link) => `${link.from}>${link.kind}>${link.to}`;
  const links: Link[] = [
    ...input.edges,
    ...objectLinks(input.objects),
    ...schedulerLinks(input.objects),
    ...selectorLinks(input.objects),
  ].sort((a, b) => byCodeUnit(order(a), order(b)));
  const named = [...input.entities, ...links.flatMap(({ from, to }) => [from, to]), ...input.objects.map(({ entity }) => entity)];
  const entities = [...new Set(named)].sort(byCodeUnit);
  links.push(...linksByName(links, entities));
  const topOwner = ownerFinder(links);
  const groups = joinComponents(links, entities, topOwner);
  const byRoot = multimap(entities.map((id) => [groups.find(id), id]));
  const representatives = new Map([...byRoot].map(([root, members]) => [root, representative(members)]));
  const component = (id: EntityId) => representatives.get(groups.find(id)) ?? id;
  const between = (kinds: (kind: Edge["kind"]) => boolean) =>
    links.flatMap(({ from, to, kind }): [EntityId, EntityId][] =>
      kinds(kind) && component(from) !== component(to) ? [[component(from), component(to)]] : [],
    );
  const nodePairs = between((kind) => kind === "runs_on");
  const needPairs = [...between((kind) => dependencyKinds.has(kind)), ...nodePairs];
  const [needs, neededBy, nodes] = [multimap(needPairs), multimap(needPairs.map(([from, to]) => [to, from])), multimap(nodePairs)];
  const reached = new Map<EntityId, Map<EntityId, number>>();
  const needsOf = (id: EntityId) => needs.get(id) ?? [];
  return {
    entities,
    hasCalls: input.edges.some(({ kind }) => dependencyKinds.has(kind)),
    component,
    members: (id) => byRoot.get(groups.find(id)) ?? [id],
    topOwner,
    needs: needsOf,
    neededBy: (id) => neededBy.get(id) ?? [],
    nodesOf: (id) => nodes.get(id) ?? [],
    distance(from, to) {
      const known = reached.get(from) ?? distances(from, needsOf);
      reached.set(from, known);
      return known.get(to) ?? null;
    },
  };
}
