import type { EntityId, Finding } from "@sre/contracts/evidence";
import { kindOf } from "../entities.ts";
import { finding, roleOf } from "../finding.ts";
import type { Seen } from "../seen/seen.ts";

/** That the Kubernetes objects of what alerts were seen and are in good order: said only of objects that were seen. */
export function detectCalm(seen: Seen, found: readonly Finding[]): Finding[] {
  const bad = new Set(found.filter((each) => roleOf(each) === "state").map((each) => seen.graph.component(each.entity)));
  const components = [...new Set(seen.scope.entities.map((entity) => seen.graph.component(entity)))];
  return components
    .filter((component) => !bad.has(component))
    .flatMap((component: EntityId) => {
      const members = new Set(seen.graph.members(component));
      const objects = seen.objects.filter(({ entity, view }) => members.has(entity) && view === "live" && kindOf(entity) !== "replicaset");
      if (objects.length === 0) return [];
      const evidence = [...new Map(objects.map(({ cite }) => [cite.id, { id: cite.id, part: component }])).values()];
      return [finding({ what: "no_bad_state", entity: component, strength: 0.3, evidence, values: { count: objects.length } })];
    });
}
