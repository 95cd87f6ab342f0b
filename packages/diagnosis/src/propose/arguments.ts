import type { EntityId } from "@sre/contracts/evidence";
import { byCodeUnit } from "@sre/contracts/canonical";
import { kindOf } from "../entities.ts";
import type { Scored } from "../explain/candidate.ts";
import { listAt, numberAt, textAt } from "../fields.ts";
import type { Seen } from "../seen/seen.ts";
import type { ActionArguments, ActionId } from "./actions.ts";
import { fieldOf } from "./corrected-fields.ts";
import { raisedQuota } from "./quota-raise.ts";

const objectOf = (seen: Seen, entity: EntityId) => seen.objects.find((object) => object.entity === entity && object.view === "live");

/** The first container of a workload's template that has a limit, and the limit, e.g. "512Mi"; null when none is known. */
function limitOf(seen: Seen, workload: EntityId, resource: "memory" | "cpu"): { container: string; limit: string } | null {
  const containers = listAt(objectOf(seen, workload)?.spec, "template", "spec", "containers");
  const limited = containers.map((container) => ({ container: textAt(container, "name"), limit: textAt(container, "resources", "limits", resource) }));
  return limited.find(({ limit }) => limit !== "") ?? null;
} // prettier-ignore

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

function higherLimit(seen: Seen, target: EntityId, resource: "memory" | "cpu"): ActionArguments | null {
  const found = limitOf(seen, target, resource);
  const higher = found === null ? null : halfMore(found.limit);
  if (found === null || higher === null) return null;
  const container = found.container === "" ? {} : { container: found.container };
  return { ...container, [resource]: higher, [`${resource}_before`]: found.limit };
}

function fewerReplicas(seen: Seen, target: EntityId): ActionArguments | null {
  const object = objectOf(seen, target);
  const replicas = numberAt(object?.spec, "replicas");
  const ready = numberAt(object?.status, "availableReplicas") ?? numberAt(object?.status, "readyReplicas");
  return replicas === null || ready === null || ready === 0 || ready >= replicas ? null : { replicas: ready, replicas_before: replicas };
}

function moreReplicas(seen: Seen, target: EntityId): ActionArguments | null {
  const replicas = numberAt(objectOf(seen, target)?.spec, "replicas");
  return replicas === null ? null : { replicas: Math.max(replicas + 1, Math.ceil(replicas * 1.5)), replicas_before: replicas };
}

/** The labels that select the pods of a workload or service, e.g. "app=cart"; without them all pods of the namespace are shown. */
function podSelector(seen: Seen, target: EntityId): ActionArguments {
  const { spec } = objectOf(seen, target) ?? {};
  const selector = spec?.["selector"] ?? {};
  const labels = kindOf(target) === "service" ? selector : ((selector as { matchLabels?: unknown }).matchLabels ?? {});
  const pairs = Object.entries(labels as Record<string, unknown>).filter(([, value]) => typeof value === "string");
  const sorted = pairs.map(([key, value]) => `${key}=${String(value)}`).sort(byCodeUnit);
  return sorted.length === 0 ? {} : { selector: sorted.join(",") };
}

const runtimes: Readonly<Record<string, string>> = { containerd: "containerd", docker: "docker", "cri-o": "crio" };
const isUnit = (detail: string) => /\b(inactive|dead|failed)\b/.test(detail);

/** The systemd unit that is down on a node; null where it may run as a pod, or nobody tells which one it is. */
function unitOf(seen: Seen, target: EntityId, { fault, mechanism }: Scored): ActionArguments | null {
  if (fault === "kubelet_down") return { unit: "kubelet" };
  if (fault === "container_runtime_down") {
    const version = textAt(objectOf(seen, target)?.status, "nodeInfo", "containerRuntimeVersion");
    const unit = runtimes[version.split(":")[0] ?? ""];
    return unit === undefined ? null : { unit };
  }
  const asUnit = mechanism.some(({ values }) => isUnit(String(values["detail"] ?? "")));
  return asUnit ? { unit: fault === "scheduler_down" ? "kube-scheduler" : "kube-proxy" } : null;
}

/** The arguments of an action on a target; null when the evidence does not tell them, so that the step is left out. */
export function argumentsFor(seen: Seen, action: ActionId, { target, cause }: { target: EntityId; cause: Scored }): ActionArguments | null {
  switch (action) {
    case "kubernetes.scale_up":
      return moreReplicas(seen, target);
    case "kubernetes.scale_down":
      return fewerReplicas(seen, target);
    case "kubernetes.raise_memory_limit":
      return higherLimit(seen, target, "memory");
    case "kubernetes.raise_cpu_limit":
      return higherLimit(seen, target, "cpu");
    case "kubernetes.raise_quota":
      return raisedQuota(cause.mechanism);
    case "kubernetes.edit_quota":
      return raisedQuota(cause.mechanism) === null ? {} : null;
    case "kubernetes.correct_template":
    case "kubernetes.correct_service":
      return { field: fieldOf(cause.fault) };
    case "kubernetes.inspect_pods":
      return podSelector(seen, target);
    case "node.restart_unit":
      return unitOf(seen, target, cause);
    default:
      return {};
  }
}
