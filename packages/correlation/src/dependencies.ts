import { entityParts, type Edge, type EntityId } from "@sre/contracts/evidence";
import { ComponentNames, componentOf, isNode, type ComponentId } from "./component.ts";
import { correlationLimits } from "./constants.ts";

/** How one component stands to another. */
export type Relation =
  /** It asks the other, over so many steps: what ails the other can show in it. */
  | { readonly kind: "depends"; readonly steps: number }
  /** The other depends on it. */
  | { readonly kind: "serves"; readonly steps: number }
  /** It runs on the other or keeps its data there. */
  | { readonly kind: "rests-on"; readonly steps: 1 }
  /** The other rests on it. */
  | { readonly kind: "carries"; readonly steps: 1 }
  /** Both depend directly on `via`, as `dependents` components do. */
  | { readonly kind: "shares"; readonly via: ComponentId; readonly dependents: number }
  /** Both rest on `via` (a volume, a storage class), as `dependents` components do. */
  | { readonly kind: "rests-beside"; readonly via: ComponentId; readonly dependents: number };

/** Whether what ails a component can show in the other, by how it stands to it. */
export const isCauseOf = (relation: Relation | undefined): boolean => relation?.kind === "serves" || relation?.kind === "carries";
/** The reverse: whether what ails the other can show in it. */
export const isEffectOf = (relation: Relation | undefined): boolean => relation?.kind === "depends" || relation?.kind === "rests-on";

/** What depends on what, between components. */
export interface Dependencies {
  readonly names: ComponentNames;
  /** Those near a component, at most 256, the nearest first. */
  relatedTo(component: ComponentId): ReadonlyMap<ComponentId, Relation>;
  /** The node that a pod of this name runs on; null where that is unknown, or two pods have the name. */
  nodeOf(pod: string): ComponentId | null;
}

type Adjacency = Map<ComponentId, ComponentId[]>;

interface Graph {
  readonly down: Adjacency;
  readonly up: Adjacency;
  readonly below: Adjacency;
  readonly above: Adjacency;
}

// What a thing rests on fails it directly. Whoever asks the thing in turn is tied to the thing, not to the node below.
const resting: ReadonlySet<Edge["kind"]> = new Set(["runs_on", "mounts"]);

// `part_of` and `owns` point from the part's whole or owner: what ails the part ails the whole.
const dependsTheOtherWay: ReadonlySet<Edge["kind"]> = new Set(["part_of"]);

function connect(adjacency: Adjacency, from: ComponentId, to: ComponentId): void {
  const known = adjacency.get(from);
  if (!known) adjacency.set(from, [to]);
  else if (!known.includes(to)) known.push(to);
}

function walk(adjacency: Adjacency, from: ComponentId, stepsMax: number): Map<ComponentId, number> {
  const steps = new Map([[from, 0]]);
  for (const [component, step] of steps) {
    if (step >= stepsMax) break;
    for (const next of adjacency.get(component) ?? []) {
      if (steps.size > correlationLimits.relatedMax) return steps;
      if (!steps.has(next)) steps.set(next, step + 1);
    }
  }
  return steps;
}

const byCodeUnit = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function sharing(component: ComponentId, down: Adjacency, up: Adjacency): [ComponentId, Relation][] {
  return (down.get(component) ?? []).flatMap((via) => {
    const dependents = up.get(via) ?? [];
    return dependents.map((other): [ComponentId, Relation] => [other, { kind: "shares", via, dependents: dependents.length }]);
  });
}

// Nodes are left out: each copy of a thing has another, and the alert itself says which.
function restingBeside(component: ComponentId, below: Adjacency, above: Adjacency): [ComponentId, Relation][] {
  return (below.get(component) ?? []).filter((via) => !isNode(via)).flatMap((via) => {
    const dependents = above.get(via) ?? [];
    return dependents.map((other): [ComponentId, Relation] => [other, { kind: "rests-beside", via, dependents: dependents.length }]);
  }); // prettier-ignore
}

const distance = (relation: Relation) => ("dependents" in relation ? 2 + Math.log2(relation.dependents) : relation.steps);

function relationsOf(component: ComponentId, { down, up, below, above }: Graph, stepsMax: number) {
  const found: [ComponentId, Relation][] = [];
  for (const [other, steps] of walk(down, component, stepsMax)) found.push([other, { kind: "depends", steps }]);
  for (const [other, steps] of walk(up, component, stepsMax)) found.push([other, { kind: "serves", steps }]);
  for (const other of below.get(component) ?? []) found.push([other, { kind: "rests-on", steps: 1 }]);
  for (const other of above.get(component) ?? []) found.push([other, { kind: "carries", steps: 1 }]);
  found.push(...sharing(component, down, up), ...restingBeside(component, below, above));
  found.sort(([a, relation], [b, other]) => distance(relation) - distance(other) || byCodeUnit(a, b));
  const nearest = new Map<ComponentId, Relation>();
  for (const [other, relation] of found) {
    if (nearest.size >= correlationLimits.relatedMax) break;
    if (other !== component && !nearest.has(other)) nearest.set(other, relation);
  }
  return nearest;
}

/**
 * Reads the topology as dependencies between components: who calls, routes to, runs on, uses or mounts something depends
 * on it. Edges inside one component (a workload and its pods) fall away.
 */
export function readDependencies(edges: Iterable<{ from: EntityId; to: EntityId; kind: Edge["kind"] }>, stepsMax: number): Dependencies {
  const graph: Graph = { down: new Map(), up: new Map(), below: new Map(), above: new Map() };
  const names = new ComponentNames();
  const nodes = new Map<string, ComponentId | null>();
  for (const { from, to, kind } of edges) {
    const ends = [componentOf(from), componentOf(to)] as const;
    const [dependent, dependency] = dependsTheOtherWay.has(kind) ? [ends[1], ends[0]] : ends;
    for (const end of ends) names.add(end);
    const pod = entityParts(from);
    if (kind === "runs_on" && pod.kind === "pod")
      nodes.set(pod.name, nodes.has(pod.name) && nodes.get(pod.name) !== ends[1] ? null : ends[1]);
    if (dependent === dependency) continue;
    const [dependencies, dependents] = resting.has(kind) ? [graph.below, graph.above] : [graph.down, graph.up];
    connect(dependencies, dependent, dependency);
    connect(dependents, dependency, dependent);
  }
  for (const adjacency of Object.values(graph) as Adjacency[]) for (const list of adjacency.values()) list.sort(byCodeUnit);
  const cache = new Map<ComponentId, ReadonlyMap<ComponentId, Relation>>();
  const relatedTo = (component: ComponentId) => {
    const known = cache.get(component);
    if (known) return known;
    const related = stepsMax === 0 ? new Map<ComponentId, Relation>() : relationsOf(component, graph, stepsMax);
    cache.set(component, related);
    return related;
  };
  return { names, relatedTo, nodeOf: (pod) => nodes.get(pod) ?? null };
}
