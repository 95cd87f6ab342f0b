import type { EntityId } from "@sre/contracts/evidence";
import { listAt, numberAt, textAt } from "../fields.ts";
import type { Seen } from "../seen/seen.ts";
import type { ActionArguments, ActionId } from "./actions.ts";

const objectOf = (seen: Seen, entity: EntityId) => seen.objects.find((object) => object.entity === entity && object.view === "live");

/** The first limit among the containers of a workload's template, e.g. "512Mi"; "" when none is known. */
function limitOf(seen: Seen, workload: EntityId, resource: "memory" | "cpu"): string {
  const containers = listAt(objectOf(seen, workload)?.spec, "template", "spec", "containers");
  return containers.map((container) => textAt(container, "resources", "limits", resource)).find((limit) => limit !== "") ?? "";
}

/** Half as much again, in the unit that the limit is written in; null for a quantity that is no number with a unit. */
export function halfMore(quantity: string): string | null {
  const match = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|k|M|G|T|m)?$/.exec(quantity);
  if (match?.[1] === undefined) return null;
  const grown = Number(match[1]) * 1.5;
  const unit = match[2] ?? "";
  const finer: Readonly<Record<string, string>> = { Ti: "Gi", Gi: "Mi", Mi: "Ki" };
  if (Number.isInteger(grown) || (unit === "" && grown < 1000)) return `${grown}${unit}`;
  return finer[unit] === undefined ? `${Math.ceil(grown)}${unit}` : `${Math.ceil(grown * 1024)}${finer[unit]}`;
}

/** The arguments of an action on a target; null when the evidence does not tell them, so that the step is left out. */
export function argumentsFor(seen: Seen, action: ActionId, target: EntityId): ActionArguments | null {
  const object = objectOf(seen, target);
  const replicas = numberAt(object?.spec, "replicas");
  switch (action) {
    case "kubernetes.scale_up":
      return replicas === null ? null : { replicas: Math.max(replicas + 1, Math.ceil(replicas * 1.5)), replicas_before: replicas };
    case "kubernetes.scale_down": {
      const ready = numberAt(object?.status, "availableReplicas") ?? numberAt(object?.status, "readyReplicas");
      return replicas === null || ready === null || ready === 0 || ready >= replicas
        ? null
        : { replicas: ready, replicas_before: replicas };
    }
    case "kubernetes.raise_memory_limit": {
      const before = limitOf(seen, target, "memory");
      const memory = halfMore(before);
      return memory === null ? null : { memory, memory_before: before };
    }
    case "kubernetes.raise_cpu_limit": {
      const before = limitOf(seen, target, "cpu");
      const cpu = halfMore(before);
      return cpu === null ? null : { cpu, cpu_before: before };
    }
    default:
      return {};
  }
}
