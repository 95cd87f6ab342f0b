import type { ClusterObject, Finding } from "@sre/contracts/evidence";
import { kindOf } from "../entities.ts";
import { conditionOf, numberAt, textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import { brief } from "../messages/words.ts";
import { inWindow } from "./pods.ts";
import type { Cited, Seen } from "../seen/seen.ts";

const replicated: ReadonlySet<string> = new Set(["deployment", "statefulset", "daemonset"]);

function unavailable(seen: Seen, workload: Cited<ClusterObject>): Finding[] {
  const wanted =
    numberAt(workload.spec, "replicas") ?? numberAt(workload.status, "desiredNumberScheduled") ?? numberAt(workload.status, "replicas");
  const ready =
    numberAt(workload.status, "availableReplicas") ??
    numberAt(workload.status, "numberAvailable") ??
    numberAt(workload.status, "readyReplicas") ??
    0;
  if (wanted === null || wanted === 0 || ready >= wanted) return [];
  const since = textAt(conditionOf(workload.status, "Available"), "lastTransitionTime");
  // What lacked replicas before the window began is how it is run, not what went wrong now.
  const old = since !== "" && !inWindow(seen, since);
  const strength = (0.4 + (0.5 * (wanted - ready)) / wanted) * (old ? 0.3 : 1);
  return [
    finding({
      what: "replicas_unavailable",
      entity: workload.entity,
      strength,
      evidence: [workload.cite],
      values: { ready, wanted, ...(old ? { since } : {}) },
      now: seen.now.has(workload.cite.id),
    }),
  ];
}

function stuck(seen: Seen, workload: Cited<ClusterObject>): Finding[] {
  const progressing = conditionOf(workload.status, "Progressing");
  if (textAt(progressing, "status") !== "False") return [];
  const values = { detail: brief(textAt(progressing, "message") || textAt(progressing, "reason")) };
  return [
    finding({
      what: "rollout_stuck",
      entity: workload.entity,
      strength: 0.7,
      evidence: [workload.cite],
      values,
      now: seen.now.has(workload.cite.id),
    }),
  ];
}

/** Workloads with fewer replicas than wanted, and rollouts that do not progress. */
export function detectWorkloads(seen: Seen): Finding[] {
  const workloads = seen.objects.filter(({ entity, view }) => replicated.has(kindOf(entity)) && view === "live");
  return workloads.flatMap((workload) => [...unavailable(seen, workload), ...stuck(seen, workload)]);
}
