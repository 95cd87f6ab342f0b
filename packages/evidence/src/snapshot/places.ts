import { entityId, entityParts, type Edge, type EntityId, type Snapshot } from "@sre/contracts/evidence";

/** What lies in what: namespaces and clusters by name, the rest by owner, selector and part. */
export interface Places {
  /** Whether an answer about `place` also speaks of `thing`: the thing itself, and what it owns or selects, directly or not. */
  contains(place: EntityId, thing: EntityId): boolean;
}

/** The largest number of things that one thing is followed to. */
const partsMax = 20_000;

function downward(edge: Edge): readonly [EntityId, EntityId][] {
  if (edge.kind === "owns" || edge.kind === "selects") return [[edge.from, edge.to]];
  return edge.kind === "part_of" ? [[edge.to, edge.from]] : [];
}

function podOf(thing: EntityId): EntityId | null {
  const { kind, name, ...rest } = entityParts(thing);
  const colon = name.indexOf(":");
  return kind === "container" && colon > 0 ? entityId({ ...rest, kind: "pod", name: name.slice(0, colon) }) : null;
}

function edgesOf(snapshot: Snapshot): readonly Edge[] {
  const answered = snapshot.answers.flatMap((answer) => (answer.kind === "answered" ? [answer.data] : []));
  const told = answered.flatMap((data) => (data.about === "topology" ? data.edges : []));
  const owned = answered
    .flatMap((data) => (data.about === "objects" ? data.objects : []))
    .flatMap((object): Edge[] =>
      object.owner === null ? [] : [{ from: object.owner, to: object.entity, kind: "owns", origin: "owner_reference" }],
    );
  return [...snapshot.edges, ...told, ...owned];
}

/** The places that a snapshot knows of, from its edges, recorded topology and the owners of recorded objects. */
export function placesOf(snapshot: Snapshot): Places {
  const parts = new Map<EntityId, Set<EntityId>>();
  for (const [whole, part] of edgesOf(snapshot).flatMap(downward)) parts.set(whole, (parts.get(whole) ?? new Set()).add(part));
  const known = new Map<EntityId, ReadonlySet<EntityId>>();
  const within = (place: EntityId): ReadonlySet<EntityId> => {
    const found = new Set([place]);
    for (const each of found) {
      for (const part of parts.get(each) ?? []) if (found.size < partsMax) found.add(part);
    }
    known.set(place, found);
    return found;
  };
  const contains = (place: EntityId, thing: EntityId): boolean => {
    if (place === thing) return true;
    const [outer, inner] = [entityParts(place), entityParts(thing)];
    if (outer.cluster !== inner.cluster) return false;
    if (outer.kind === "cluster") return true;
    if (outer.kind === "namespace") return inner.namespace === outer.name && inner.namespace !== "";
    const pod = podOf(thing);
    const all = known.get(place) ?? within(place);
    return all.has(thing) || (pod !== null && all.has(pod));
  };
  return { contains };
}

/** Where nothing is known of what lies in what. */
export const noPlaces: Places = { contains: (place, thing) => place === thing };
