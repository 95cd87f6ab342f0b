import type { EntityId, Snapshot } from "@sre/contracts/evidence";
import type { Suspect } from "./ranking.ts";
import { largestDistance, robustScaling } from "./scaling.ts";
import { rowsOf, sidesOf } from "./series.ts";

/** A node is anomalous from this many interquartile ranges on. */
const anomalousFrom = 3;

/** How strange each node's latency and errors are. */
function strangeness(snapshot: Snapshot): Map<EntityId, number> {
  const found = new Map<EntityId, number>();
  const felt = rowsOf(snapshot).filter(({ signal, statistic }) => signal === "errors" || (signal === "latency" && statistic === "mean"));
  for (const row of felt) {
    const sides = sidesOf(row, snapshot.header);
    if (sides === null) continue;
    const score = largestDistance(sides.strange, robustScaling(sides.normal));
    found.set(row.of, Math.max(score, found.get(row.of) ?? 0));
  }
  return found;
}

function calleesOf(snapshot: Snapshot): Map<EntityId, EntityId[]> {
  const told = snapshot.answers.flatMap((answer) =>
    answer.kind === "answered" && answer.data.about === "topology" ? answer.data.edges : [],
  );
  const calls = [...snapshot.edges, ...told].filter(({ kind }) => kind === "calls" || kind === "routes");
  return new Map([...Map.groupBy(calls, ({ from }) => from)].map(([from, edges]) => [from, edges.map(({ to }) => to)]));
}

/**
 * Anomaly traversal, PetShop's strongest published method: from what alerts along anomalous callees; the ends of the way,
 * whose own callees are all normal, are the answers, the strangest first.
 */
export function traversal(snapshot: Snapshot): Suspect[] {
  const scores = strangeness(snapshot);
  const callees = calleesOf(snapshot);
  const anomalous = (id: EntityId) => (scores.get(id) ?? 0) >= anomalousFrom;
  const next = (id: EntityId) => (callees.get(id) ?? []).filter(anomalous);
  const reached = new Set(snapshot.header.scope.entities.filter(anomalous));
  for (const id of reached) for (const callee of next(id)) reached.add(callee);
  const ends = [...reached].filter((id) => next(id).length === 0);
  return ends.map((entity) => ({ entity, fault: "unknown", score: scores.get(entity) ?? 0 }));
}
