import { byCodeUnit } from "@sre/contracts/canonical";
import type { EntityId, Finding } from "@sre/contracts/evidence";
import { kindOf } from "../entities.ts";
import { numberAt } from "../fields.ts";
import { liveOfKind } from "../seen/estate.ts";
import { isFailure } from "../seen/failed.ts";
import type { Seen } from "../seen/seen.ts";
import type { Candidate } from "./candidate.ts";
import type { Focus } from "./focus.ts";

const calming: ReadonlySet<string> = new Set(["golden_normal", "golden_blip", "golden_usual", "rule_recovered", "rule_not_breached"]);
const places: ReadonlySet<string> = new Set(["namespace", "cluster"]);

/** The share of its pods that each live workload lacks. */
function lacking(seen: Seen): { component: EntityId; share: number }[] {
  return ["deployment", "statefulset", "daemonset"].flatMap((kind) =>
    liveOfKind(seen, kind).flatMap(({ entity, spec, status }) => {
      const wanted = numberAt(spec, "replicas") ?? numberAt(status, "desiredNumberScheduled") ?? 0;
      const ready = numberAt(status, "availableReplicas") ?? numberAt(status, "numberAvailable") ?? numberAt(status, "readyReplicas") ?? 0;
      return wanted <= 0 || ready >= wanted ? [] : [{ component: seen.graph.component(entity), share: (wanted - ready) / wanted }];
    }),
  );
}

// Somebody keeps objects, whether or not they could be read.
const hasObjects = ({ objects, answers }: Seen): boolean =>
  objects.length > 0 || answers.some((answer) => answer.question.about === "objects" && isFailure(answer));

/**
 * What is named when nothing shows any fault although something alerts: the thing that alerts, or where only a place is
 * known, the workload there that lacks most of its pods. Nothing is named where signals or rules were seen to be calm, nor
 * where nobody keeps objects that could tell more.
 */
export function leastHealthy(seen: Seen, findings: readonly Finding[], focus: Focus): Candidate[] {
  const isFocus = (entity: EntityId) => focus.components.includes(seen.graph.component(entity));
  const calm = findings.some((found) => calming.has(found.what) && isFocus(found.entity));
  if (calm || seen.scope.alerts.length === 0 || !hasObjects(seen)) return [];
  const own = focus.components.filter((component) => !places.has(kindOf(component)));
  const worst = lacking(seen).sort((a, b) => b.share - a.share || byCodeUnit(a.component, b.component));
  const components = own.length > 0 ? own : worst.slice(0, 1).map(({ component }) => component);
  return components.map((component) => ({
    entity: component,
    component,
    seats: [component],
    fault: "unknown",
    mechanism: [],
    symptoms: [],
    onsetMs: null,
    change: null,
    generic: true,
    own: false,
  }));
}
