import type { Diagnosis, EntityId, Finding } from "@sre/contracts/evidence";
import { roleOf } from "../finding.ts";
import { diagnosisLimits } from "../limits.ts";
import type { Seen } from "../seen/seen.ts";

/** Who is hurt, worst first: the strongest symptom of each component. `findings` come strongest first. */
export function hurtsOf(seen: Seen, findings: readonly Finding[]): Diagnosis["hurts"] {
  const worst = new Map<EntityId, Finding>();
  const users = findings.filter((found) => roleOf(found) === "symptom" && found.what !== "golden_traffic_rise");
  for (const found of [...users].sort((a, b) => Number(a.what === "rule_breached") - Number(b.what === "rule_breached"))) {
    const component = seen.graph.component(found.entity);
    if (!worst.has(component)) worst.set(component, found);
  }
  return [...worst].slice(0, diagnosisLimits.hurtsMax).map(([entity, { text }]) => ({ entity, text }));
}
