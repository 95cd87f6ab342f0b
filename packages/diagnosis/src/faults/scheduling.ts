import type { FindingKind } from "../messages/findings.ts";
import type { ActionId } from "../propose/actions.ts";
import { text, type Fault } from "./fault.ts";

/* Why a pod gets no node: the filters of the Kubernetes scheduler (kubernetes.io: Scheduling, Preemption and Eviction). */

interface Why {
  readonly shown: FindingKind;
  readonly title: Fault["title"];
  readonly against: Fault["speaksAgainst"];
  readonly settled: Fault["settledBy"];
  readonly plan: readonly ActionId[];
}

const unplaced = ({ shown, title, against, settled, plan }: Why): Fault => ({
  category: "scheduling",
  home: "workload",
  refines: ["unschedulable"],
  title,
  shownBy: { [shown]: 0.97 },
  supportedBy: { pod_unschedulable: 0.3, replicas_unavailable: 0.2, rollout_stuck: 0.2 },
  decisive: [shown],
  speaksAgainst: against,
  follows: { callee: false, node: true, here: [] },
  settledBy: settled,
  settlingSignal: "events",
  plan,
});

export const schedulingFaults = {
  insufficient_cpu: unplaced({
    shown: "insufficient_cpu",
    title: text("no node has the CPU that {entity} asks for", "沒有節點具備 {entity} 所請求的 CPU"),
    against: text("a node with enough CPU left", "有節點剩餘足夠的 CPU"),
    settled: text("The CPU requests of {entity} against what each node has left", "比對 {entity} 的 CPU 請求與各節點剩餘量"),
    plan: ["kubernetes.correct_template", "kubernetes.scale_down", "kubernetes.inspect_capacity"],
  }),
  insufficient_memory: unplaced({
    shown: "insufficient_memory",
    title: text("no node has the memory that {entity} asks for", "沒有節點具備 {entity} 所請求的記憶體"),
    against: text("a node with enough memory left", "有節點剩餘足夠的記憶體"),
    settled: text("The memory requests of {entity} against what each node has left", "比對 {entity} 的記憶體請求與各節點剩餘量"),
    plan: ["kubernetes.correct_template", "kubernetes.scale_down", "kubernetes.inspect_capacity"],
  }),
  node_selector_unmatched: unplaced({
    shown: "node_selector_unmatched",
    title: text("the node selector of {entity} matches no node", "{entity} 的節點選擇器沒有符合的節點"),
    against: text("a node with the selected labels", "有節點具備所選標籤"),
    settled: text("The node selector of {entity} against the labels of the nodes", "比對 {entity} 的節點選擇器與各節點標籤"),
    plan: ["kubernetes.correct_template", "kubernetes.inspect_nodes"],
  }),
  node_affinity_unmatched: unplaced({
    shown: "node_affinity_unmatched",
    title: text("the required node affinity of {entity} matches no node", "{entity} 的必要節點親和性沒有符合的節點"),
    against: text("a node that satisfies the affinity", "有節點滿足親和性條件"),
    settled: text("The required node affinity of {entity} against the labels of the nodes", "比對 {entity} 的必要節點親和性與各節點標籤"),
    plan: ["kubernetes.correct_template", "kubernetes.inspect_nodes"],
  }),
  taint_not_tolerated: unplaced({
    shown: "taint_not_tolerated",
    title: text("{entity} does not tolerate the taint of the nodes", "{entity} 未容忍節點上的 taint"),
    against: text("a node without such a taint, or a toleration", "有節點沒有該 taint，或已設定容忍"),
    settled: text("The tolerations of {entity} against the taints of the nodes", "比對 {entity} 的容忍設定與各節點 taint"),
    plan: ["kubernetes.correct_template", "kubernetes.inspect_nodes"],
  }),
  pod_spreading_conflict: unplaced({
    shown: "pod_spreading_conflict",
    title: text("the anti-affinity or spread rules of {entity} leave it too few nodes", "{entity} 的反親和性或分散規則導致可用節點不足"),
    against: text("as many fitting nodes as replicas", "可用節點數足以容納所有副本"),
    settled: text("The replicas of {entity} against the nodes that its rules leave", "比對 {entity} 的副本數與規則允許的節點數"),
    plan: ["kubernetes.scale_down", "kubernetes.correct_template", "kubernetes.inspect_capacity"],
  }),
  nodes_cordoned: unplaced({
    shown: "nodes_cordoned",
    title: text("the nodes that fit {entity} are cordoned", "適合 {entity} 的節點皆已停止排程"),
    against: text("an open node that fits", "有開放排程且符合條件的節點"),
    settled: text("Which nodes fit {entity}, and whether they take new pods", "確認適合 {entity} 的節點是否開放排程"),
    plan: ["kubernetes.inspect_nodes", "kubernetes.inspect_capacity"],
  }),
} as const satisfies Record<string, Fault>;
