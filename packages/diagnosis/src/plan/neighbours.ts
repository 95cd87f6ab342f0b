import type { EntityId } from "@sre/contracts/evidence";
import { byCodeUnit } from "@sre/contracts/canonical";
import { diagnosisLimits } from "../limits.ts";
import type { Seen } from "../seen/seen.ts";

/** A component around what alerts: how far it is, and how many of what alerts need it. */
export interface Neighbour {
  readonly id: EntityId;
  readonly hop: number;
  readonly shared: number;
}

/** Components around what alerts, nearest first and what more of them share before others: what it needs, and by one step who needs it. */
export function neighbours({ graph, scope }: Seen): Neighbour[] {
  const own = [...new Set(scope.entities.map((id) => graph.component(id)))];
  const found = new Map<EntityId, number>(own.map((id) => [id, 0]));
  let edge = own;
  for (let hop = 1; hop <= diagnosisLimits.hopsMax; hop++) {
    edge = [...new Set(edge.flatMap((id) => graph.needs(id)))].filter((id) => !found.has(id));
    for (const id of edge) found.set(id, hop);
  }
  for (const id of own.flatMap((each) => graph.neededBy(each))) if (!found.has(id)) found.set(id, 1.5);
  const sharing = (id: EntityId) => own.filter((each) => graph.distance(each, id) !== null).length;
  const order = [...found].map(([id, hop]) => ({ id, hop, shared: sharing(id) }));
  return order.sort((a, b) => a.hop - b.hop || b.shared - a.shared || byCodeUnit(a.id, b.id));
}
