import { type EntityId, type Finding } from "@sre/contracts/evidence";
import { isNode, partsOf } from "../entities.ts";
import { textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import type { FindingKind } from "../messages/findings.ts";
import { brief } from "../messages/words.ts";
import type { Seen } from "../seen/seen.ts";
import { began, byEntity, citesOf, eventsOf, inWindow, livePods } from "./pods.ts";

/* Pods that a kubelet evicted, and the resource that it ran out of. */

function kindOfEviction(message: string): FindingKind {
  if (/ephemeral-storage|disk|nodefs|imagefs|inodes/i.test(message)) return "pod_evicted_disk";
  return /memory/i.test(message) ? "pod_evicted_memory" : "pod_evicted";
}

/** The node that a pod ran on, from topology or the pod itself. */
export function nodeOfPod(seen: Seen, pod: EntityId): EntityId | null {
  if (isNode(pod)) return pod;
  const own = seen.objects.find(({ entity }) => entity === pod);
  const name = textAt(own?.spec, "nodeName");
  return seen.graph.nodesOf(seen.graph.component(pod)).find((node) => name === "" || partsOf(node).name === name) ?? null;
}

/** Evicted pods, from their status and from events. */
export function detectEvictions(seen: Seen): Finding[] {
  const nodeName = (pod: EntityId) => {
    const node = nodeOfPod(seen, pod);
    return node === null ? "?" : partsOf(node).name;
  };
  const states = livePods(seen).flatMap((pod) => {
    const message = textAt(pod.status, "message");
    if (textAt(pod.status, "reason") !== "Evicted") return [];
    const ended = textAt(pod.status, "startTime");
    if (ended !== "" && !inWindow(seen, ended) && eventsOf(seen, ["Evicted"]).length === 0) return [];
    const values = { node: nodeName(pod.entity), detail: brief(message) };
    return [
      finding({
        what: kindOfEviction(message),
        entity: pod.entity,
        strength: 0.7,
        evidence: [pod.cite],
        values,
        now: seen.now.has(pod.cite.id),
      }),
    ];
  });
  const told = byEntity(eventsOf(seen, ["Evicted"]).filter(({ entity }) => !isNode(entity))).map(({ entity, events, first, last }) => {
    const values = { node: nodeName(entity), detail: brief(last.message) };
    return finding({
      what: kindOfEviction(last.message),
      entity,
      ...began(seen, first),
      strength: 0.8,
      evidence: citesOf(events),
      values,
      now: seen.now.has(first.cite.id),
    });
  });
  return [...states, ...told];
}
