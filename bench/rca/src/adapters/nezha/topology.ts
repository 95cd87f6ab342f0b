import { byCodeUnit } from "@sre/contracts/canonical";
import { edgeId, type Answered, type Edge, type EntityId } from "@sre/contracts/evidence";
import { answerOf } from "./answers.ts";
import { nodeEntity, podEntity, serviceEntity } from "./entities.ts";
import type { Axis } from "./grid.ts";
import { serviceOfPod, type Call } from "./spans.ts";

const subjectsMax = 200;
const origin = "spans";
/** Everything was recorded, so any number of hops is answered. */
const depth = 4;

export interface Topology {
  readonly entities: readonly EntityId[];
  readonly edges: readonly Edge[];
}

/** Who calls whom by the spans (weight: calls seen), the pods of each service, and the nodes they run on. */
export function topologyOf(calls: readonly Call[], pods: ReadonlyMap<string, string>): Topology {
  const weights = new Map<string, { from: string; to: string; calls: number }>();
  for (const { span, parent } of calls) {
    if (parent === null || parent.service === span.service) continue;
    const key = `${parent.service}>${span.service}`;
    const known = weights.get(key) ?? { from: parent.service, to: span.service, calls: 0 };
    weights.set(key, { ...known, calls: known.calls + 1 });
  }
  const called = [...weights.values()].map(({ from, to, calls: weight }): Edge => ({
    from: serviceEntity(from),
    to: serviceEntity(to),
    kind: "calls",
    weight,
    origin,
  }));
  const placed = [...pods].flatMap(([pod, node]): Edge[] => [
    { from: serviceEntity(serviceOfPod(pod)), to: podEntity(pod), kind: "selects", origin: "pod_name" },
    ...(node === "" ? [] : [{ from: podEntity(pod), to: nodeEntity(node), kind: "runs_on" as const, origin: "log_lines" }]),
  ]);
  const edges = [...called, ...placed].sort((a, b) => byCodeUnit(edgeId(a), edgeId(b)));
  const entities = [...new Set(edges.flatMap(({ from, to }) => [from, to]))].sort(byCodeUnit);
  return { entities, edges };
}

export function topologyAnswer({ entities, edges }: Topology, axis: Axis): Answered {
  const services = entities.filter((id) => id.includes("/service/"));
  const of = [...services, ...entities.filter((id) => !services.includes(id))].slice(0, subjectsMax);
  const data = { about: "topology" as const, entities: [...entities], edges: [...edges], aliases: [] };
  return answerOf(axis, { question: { about: "topology", of, depth }, data, missing: 0 });
}
