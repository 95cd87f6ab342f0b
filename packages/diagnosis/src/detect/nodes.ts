import type { ClusterObject, Finding } from "@sre/contracts/evidence";
import { isNode } from "../entities.ts";
import { conditionOf, textAt } from "../fields.ts";
import { finding } from "../finding.ts";
import type { FindingKind } from "../messages/findings.ts";
import { brief } from "../messages/words.ts";
import type { Cited, Seen } from "../seen/seen.ts";
import { began, byEntity, citesOf, eventsOf, inWindow } from "./pods.ts";

/* Node conditions (Ready, DiskPressure, MemoryPressure) and the kubelet's events about them. */

interface NodeState {
  readonly what: FindingKind;
  readonly condition: string;
  readonly bad: readonly string[];
  readonly reasons: readonly string[];
}

const nodeStates: readonly NodeState[] = [
  {
    what: "node_not_ready",
    condition: "Ready",
    bad: ["False", "Unknown"],
    reasons: ["NodeNotReady", "NodeStatusUnknown", "KubeletNotReady"],
  },
  {
    what: "node_disk_pressure",
    condition: "DiskPressure",
    bad: ["True"],
    reasons: ["NodeHasDiskPressure", "FreeDiskSpaceFailed", "ImageGCFailed", "EvictionThresholdMet"],
  },
  {
    what: "node_memory_pressure",
    condition: "MemoryPressure",
    bad: ["True"],
    reasons: ["NodeHasInsufficientMemory", "SystemOOM", "EvictionThresholdMet"],
  },
];

function fromCondition(seen: Seen, node: Cited<ClusterObject>, state: NodeState): Finding[] {
  const condition = conditionOf(node.status, state.condition);
  if (!state.bad.includes(textAt(condition, "status"))) return [];
  const since = textAt(condition, "lastTransitionTime");
  const from = since !== "" && inWindow(seen, since) ? { from: since } : {};
  const old = since === "" || inWindow(seen, since) ? {} : { since };
  const values = { detail: brief(textAt(condition, "message") || textAt(condition, "reason") || state.condition), ...old };
  return [
    finding({
      what: state.what,
      entity: node.entity,
      ...from,
      strength: 0.98,
      evidence: [node.cite],
      values,
      now: seen.now.has(node.cite.id),
    }),
  ];
}

// EvictionThresholdMet stands for either resource; its message says which.
const aboutMemory = (message: string) => /memory/i.test(message);
function speaksOf(state: NodeState, event: { reason: string; message: string }): boolean {
  return event.reason !== "EvictionThresholdMet" || aboutMemory(event.message) === (state.what === "node_memory_pressure");
}

function fromEvents(seen: Seen, state: NodeState): Finding[] {
  const events = eventsOf(seen, state.reasons).filter((event) => isNode(event.entity) && speaksOf(state, event));
  return byEntity(events).map(({ entity, events: group, first, last }) =>
    finding({
      what: state.what,
      entity,
      ...began(seen, first),
      strength: 0.9,
      evidence: citesOf(group),
      values: { detail: brief(last.message) },
      now: seen.now.has(first.cite.id),
    }),
  );
}

/** Nodes that are not ready or run out of disk or memory. */
export function detectNodes(seen: Seen): Finding[] {
  const nodes = seen.objects.filter(({ entity, view }) => isNode(entity) && view === "live");
  return nodeStates.flatMap((state) => [...nodes.flatMap((node) => fromCondition(seen, node, state)), ...fromEvents(seen, state)]);
}
