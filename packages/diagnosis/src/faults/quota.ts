import type { FindingKind } from "../messages/findings.ts";
import { never, text, type Fault } from "./fault.ts";

/* What admission refuses (kubernetes.io: Resource Quotas, Configure Service Accounts for Pods). A quota is mended in its namespace. */

const quota = (shown: FindingKind, en: string, zh: string): Fault => ({
  category: "admission",
  home: "namespace",
  refines: ["quota_exceeded"],
  title: text(`the ${en} quota of {entity} is exhausted`, `{entity} 的${zh}配額已用盡`),
  shownBy: { [shown]: 0.97 },
  supportedBy: { replicas_unavailable: 0.2, rollout_stuck: 0.2, declared_missing: 0.2, quota_exceeded: 0.2 },
  decisive: [shown],
  speaksAgainst: text("the quota has room", "配額仍有餘裕"),
  follows: never,
  settledBy: text("What is used of the quota of {entity}, against its hard limit", "查看 {entity} 配額的已用量與上限"),
  settlingSignal: "events",
  plan: ["kubernetes.raise_quota", "kubernetes.edit_quota", "kubernetes.inspect_quota"],
});

export const quotaFaults = {
  quota_exceeded_cpu: quota("quota_exceeded_cpu", "CPU", " CPU "),
  quota_exceeded_memory: quota("quota_exceeded_memory", "memory", "記憶體"),
  quota_exceeded_pods: quota("quota_exceeded_pods", "pod", " Pod 數量"),
  quota_exceeded_services: quota("quota_exceeded_services", "service", " Service 數量"),
  quota_exceeded_storage: {
    ...quota("quota_exceeded_storage", "storage", "儲存"),
    // The pod that has no node for want of its claim is what a person sees of it.
    refines: ["quota_exceeded", "unschedulable"],
    supportedBy: { pod_unschedulable: 0.3, replicas_unavailable: 0.2, rollout_stuck: 0.2, quota_exceeded: 0.2 },
  },
  service_account_missing: {
    category: "admission",
    home: "workload",
    title: text("the service account of {entity} does not exist", "{entity} 的服務帳號不存在"),
    shownBy: { service_account_missing: 0.97 },
    supportedBy: { replicas_unavailable: 0.2, rollout_stuck: 0.2 },
    decisive: ["service_account_missing"],
    speaksAgainst: text("the service account exists", "服務帳號存在"),
    follows: never,
    settledBy: text("Whether the service account that {entity} names exists", "確認 {entity} 指定的服務帳號是否存在"),
    settlingSignal: "events",
    plan: ["kubernetes.correct_template", "kubernetes.inspect_service_accounts", "kubernetes.inspect_events"],
  },
  declared_missing: {
    category: "admission",
    home: "self",
    title: text("{entity} is declared but does not exist", "{entity} 已宣告但不存在"),
    shownBy: { declared_missing: 0.8 },
    supportedBy: {},
    decisive: [],
    speaksAgainst: text("it was taken out of use on purpose", "可能是刻意移除"),
    follows: { callee: false, node: false, here: ["quota_exceeded_services", "quota_exceeded_storage", "quota_exceeded_pods", "quota_exceeded"] },
    settledBy: text("Whether {entity} should exist, and what refuses it", "確認 {entity} 是否應存在，以及遭拒原因"),
    settlingSignal: "objects",
    plan: ["kubernetes.inspect_quota", "kubernetes.inspect_events"],
  },
} as const satisfies Record<string, Fault>; // prettier-ignore
