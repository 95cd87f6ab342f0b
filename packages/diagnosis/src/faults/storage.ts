import type { FindingKind } from "../messages/findings.ts";
import { text, type Fault } from "./fault.ts";

/* Claims that no volume serves (kubernetes.io: Persistent Volumes, Binding). The app that mounts the claim is where it is mended. */

const unserved = (
  shown: FindingKind,
  title: Fault["title"],
  words: { against: Fault["speaksAgainst"]; settled: Fault["settledBy"] },
): Fault => ({
  category: "storage",
  home: "workload",
  refines: ["claim_unbound", "unschedulable"],
  title,
  shownBy: { [shown]: 0.97 },
  supportedBy: { claim_unbound: 0.3, pod_unschedulable: 0.3, replicas_unavailable: 0.2, rollout_stuck: 0.2 },
  decisive: [shown],
  speaksAgainst: words.against,
  follows: { callee: false, node: true, here: ["quota_exceeded_storage"] },
  settledBy: words.settled,
  settlingSignal: "events",
  plan: ["kubernetes.inspect_claims", "kubernetes.inspect_events"],
});

const bound = text("its claim is bound", "其 PVC 已綁定");

export const storageFaults = {
  claim_unbound: {
    ...unserved("claim_unbound", text("a volume claim of {entity} is not bound", "{entity} 的 PVC 尚未綁定"), {
      against: bound,
      settled: text("The events of the claim of {entity}", "查看 {entity} 所用 PVC 的事件"),
    }),
    refines: ["unschedulable"],
  },
  claim_missing: unserved("claim_missing", text("{entity} mounts a volume claim that does not exist", "{entity} 掛載的 PVC 不存在"), {
    against: text("the claim exists", "該 PVC 存在"),
    settled: text("Whether the claim that {entity} mounts exists", "確認 {entity} 掛載的 PVC 是否存在"),
  }),
  claim_access_mode_mismatch: unserved(
    "claim_access_mode_mismatch",
    text("no volume has the access mode that {entity} claims", "沒有磁碟區提供 {entity} 所要求的存取模式"),
    { against: bound, settled: text("The access modes of the claim of {entity} and of the volumes", "比對 {entity} 的 PVC 與磁碟區的存取模式") },
  ),
  claim_capacity_mismatch: unserved(
    "claim_capacity_mismatch",
    text("no volume is as large as {entity} claims", "沒有磁碟區達到 {entity} 要求的容量"),
    { against: bound, settled: text("The size that {entity} claims and that of the volumes", "比對 {entity} 要求的容量與磁碟區容量") },
  ),
  claim_selector_mismatch: unserved(
    "claim_selector_mismatch",
    text("no volume has the labels that {entity} claims", "沒有磁碟區符合 {entity} 的 PVC 標籤選擇器"),
    { against: bound, settled: text("The selector of the claim of {entity} against the labels of the volumes", "比對 {entity} 的 PVC 選擇器與磁碟區標籤") },
  ),
  claim_storage_class_mismatch: unserved(
    "claim_storage_class_mismatch",
    text("no volume is of the storage class that {entity} claims", "沒有符合 {entity} 要求儲存類別的磁碟區"),
    { against: bound, settled: text("The storage class of the claim of {entity}, and whether it exists", "確認 {entity} 的 PVC 儲存類別是否存在") },
  ),
  volume_occupied: unserved(
    "volume_occupied",
    text("the volume that {entity} claims is held by another claim", "{entity} 所需的磁碟區已由其他 PVC 占用"),
    { against: bound, settled: text("Which claim holds the volume that {entity} needs", "確認 {entity} 所需磁碟區由哪個 PVC 占用") },
  ),
} as const satisfies Record<string, Fault>; // prettier-ignore
