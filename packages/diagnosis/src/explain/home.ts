import type { EntityId, Finding } from "@sre/contracts/evidence";
import { isNode, isWorkload, kindOf, nameOf, namespaceOf, podOf } from "../entities.ts";
import type { FaultHome } from "../faults/catalogue.ts";
import type { Graph } from "../seen/graph.ts";
import type { Seen } from "../seen/seen.ts";
import { nodeOfPod } from "../detect/evictions.ts";

function workloadOf(graph: Graph, entity: EntityId): EntityId {
  const owner = graph.topOwner(podOf(entity));
  if (isWorkload(owner)) return owner;
  const workloads = graph.members(graph.component(owner)).filter((id) => isWorkload(id) && kindOf(id) !== "replicaset");
  const namesake = workloads.find((id) => nameOf(id) === nameOf(graph.component(owner)));
  return namesake ?? workloads[0] ?? graph.component(owner);
}

/** The object in which a fault lives, given where it was seen; null when a finding cannot be laid at such an object. */
export function homeOf(seen: Seen, home: FaultHome, found: Pick<Finding, "entity">): EntityId | null {
  const { graph } = seen;
  if (home === "node") return kindOf(found.entity) === "pod" || isNode(found.entity) ? nodeOfPod(seen, found.entity) : null;
  if (home === "namespace") return namespaceOf(found.entity);
  if (home === "self" || isNode(found.entity)) return home === "self" ? found.entity : null;
  return home === "workload" ? workloadOf(graph, found.entity) : graph.component(podOf(found.entity));
}
