import { byCodeUnit } from "@sre/contracts/canonical";
import type { Answer, Edge, EntityId, Snapshot } from "@sre/contracts/evidence";
import type { RcaCase } from "./case.ts";
import { randomOf } from "./generated/random.ts";
import { shuffled } from "./variants/shuffle.ts";

/** The case as a live source of ours could have told it: without the answers that none could have given. */
export function withoutNotLive(one: RcaCase): RcaCase {
  const answers = one.snapshot.answers.filter(({ id }) => !one.notLive.has(id));
  return { ...one, snapshot: { ...one.snapshot, answers } };
}

const flows: ReadonlySet<Edge["kind"]> = new Set(["calls", "routes", "publishes", "consumes"]);

function edgesOf(snapshot: Snapshot): Edge[] {
  const told = snapshot.answers.flatMap((answer) =>
    answer.kind === "answered" && answer.data.about === "topology" ? answer.data.edges : [],
  );
  return [...snapshot.edges, ...told].filter(({ kind }) => flows.has(kind));
}

/**
 * A control: the same evidence over a call graph whose nodes have changed places. What needs the true direction of calls
 * must get worse on it.
 */
export function permutedTopology(one: RcaCase, seed: number): RcaCase {
  const { snapshot } = one;
  const ends = [...new Set(edgesOf(snapshot).flatMap(({ from, to }) => [from, to]))].sort(byCodeUnit);
  const others = shuffled(ends, randomOf(seed));
  const moved = new Map(ends.map((end, i) => [end, others[i] ?? end]));
  const at = (id: EntityId) => moved.get(id) ?? id;
  const move = (edges: readonly Edge[]) =>
    edges.map((edge) => (flows.has(edge.kind) ? { ...edge, from: at(edge.from), to: at(edge.to) } : edge));
  const answers = snapshot.answers.map((answer): Answer =>
    answer.kind === "answered" && answer.data.about === "topology"
      ? { ...answer, data: { ...answer.data, edges: move(answer.data.edges) } }
      : answer,
  );
  return { ...one, snapshot: { ...snapshot, edges: move(snapshot.edges), answers } };
}
