import type { EntityId, Snapshot } from "@sre/contracts/evidence";
import type { Suspect } from "./ranking.ts";
import { quantileOf } from "./scaling.ts";
import { rowsOf, sidesOf } from "./series.ts";

/** What lies within this share of the distances of normal samples from their median is normal. */
const normalShare = 0.98;
/** A fault need not fill the window: this share of its samples may be as normal. */
const feltShare = 0.8;
/** A millisecond, or one failure in a thousand: less is normal everywhere. */
const distanceMin = 1e-3;

/** How far each node's latency or errors went, in the largest distances that are normal there: anomalous from 1 on. */
function strangeness(snapshot: Snapshot, signal: "latency" | "errors"): Map<EntityId, number> {
  const rows = rowsOf(snapshot).filter((row) => row.signal === signal && (signal === "errors" || row.statistic === "mean"));
  const scores = rows.flatMap((row): [EntityId, number][] => {
    const sides = sidesOf(row, snapshot.header);
    if (sides === null) return [];
    const centre = quantileOf(sides.normal, 0.5);
    const distances = (values: readonly number[]) => values.map((value) => Math.abs(value - centre));
    return [
      [row.of, quantileOf(distances(sides.strange), feltShare) / Math.max(distanceMin, quantileOf(distances(sides.normal), normalShare))],
    ];
  });
  return new Map(scores);
}

/** The signal that is strangest where it alerts is the one that is followed. */
function followed(snapshot: Snapshot): Map<EntityId, number> {
  const [latency, errors] = [strangeness(snapshot, "latency"), strangeness(snapshot, "errors")];
  const felt = (scores: Map<EntityId, number>) => Math.max(0, ...snapshot.header.scope.entities.map((id) => scores.get(id) ?? 0));
  return felt(errors) > felt(latency) ? errors : latency;
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
  const scores = followed(snapshot);
  const callees = calleesOf(snapshot);
  const anomalous = (id: EntityId) => (scores.get(id) ?? 0) > 1;
  const next = (id: EntityId) => (callees.get(id) ?? []).filter(anomalous);
  const reached = new Set(snapshot.header.scope.entities);
  for (const id of reached) for (const callee of next(id)) reached.add(callee);
  const ends = [...reached].filter((id) => anomalous(id) && next(id).length === 0);
  return ends.map((entity) => ({ entity, fault: "unknown", score: scores.get(entity) ?? 0 }));
}
