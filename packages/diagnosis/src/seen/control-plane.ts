import type { ClusterObject, EntityId } from "@sre/contracts/evidence";
import { isNode, kindOf } from "../entities.ts";
import { conditionOf, textAt } from "../fields.ts";

const controlPlaneRoles = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

/** Whether a node runs the control plane, by its role's label. */
export function isControlPlane({ entity, labels }: Pick<ClusterObject, "entity" | "labels">): boolean {
  return isNode(entity) && (controlPlaneRoles.some((role) => role in labels) || labels["kubernetes.io/role"] === "master");
}

/** Whether a pod has no node, and no word of a scheduler about it. */
export function waitsForScheduler({ entity, view, spec, status }: ClusterObject): boolean {
  if (kindOf(entity) !== "pod" || view !== "live" || textAt(spec, "nodeName") !== "") return false;
  const phase = textAt(status, "phase");
  const gated = Array.isArray(spec["schedulingGates"]) && spec["schedulingGates"].length > 0;
  return (phase === "Pending" || phase === "") && !gated && conditionOf(status, "PodScheduled") === null;
}

/** A pod that waits for the scheduler needs the nodes on which the control plane runs. */
export function schedulerLinks(objects: readonly ClusterObject[]): { from: EntityId; to: EntityId; kind: "uses" }[] {
  const planes = objects.filter((object) => object.view === "live" && isControlPlane(object)).map(({ entity }) => entity);
  return objects.filter(waitsForScheduler).flatMap(({ entity }) => planes.map((to) => ({ from: entity, to, kind: "uses" as const })));
}
