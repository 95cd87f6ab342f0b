import { kind, type FindingKindEntry } from "./finding-kind.ts";

/** Why a pod gets no node. */
export const schedulingFindings = {
  insufficient_cpu: kind(
    "state",
    "{entity} asks for more CPU ({requested}) than any node has left: {detail}",
    "{entity} 請求的 CPU（{requested}）超過各節點剩餘量：{detail}",
  ),
  insufficient_memory: kind(
    "state",
    "{entity} asks for more memory ({requested}) than any node has left: {detail}",
    "{entity} 請求的記憶體（{requested}）超過各節點剩餘量：{detail}",
  ),
  node_selector_unmatched: kind(
    "state",
    "{entity}: no node has the labels that its node selector asks for ({selector}): {detail}",
    "{entity} 的節點選擇器（{selector}）沒有任何節點符合：{detail}",
  ),
  node_affinity_unmatched: kind(
    "state",
    "{entity}: no node fits its required node affinity: {detail}",
    "{entity} 的節點親和性要求沒有任何節點符合：{detail}",
  ),
  taint_not_tolerated: kind(
    "state",
    "{entity} does not tolerate the taint {taint}: {detail}",
    "{entity} 未容忍節點的 taint {taint}：{detail}",
  ),
  pod_spreading_conflict: kind(
    "state",
    "{entity}: its rules for keeping pods apart leave no node: {detail}",
    "{entity} 的 Pod 分散規則（反親和性或拓撲分布）導致沒有可用節點：{detail}",
  ),
  nodes_cordoned: kind(
    "state",
    "{entity}: the nodes that fit are closed to new pods (cordoned): {detail}",
    "{entity} 可用的節點皆已停止排程（cordon）：{detail}",
  ),
  claim_unbound: kind("state", "{entity} waits for its volume claim {claim}: {detail}", "{entity} 等待 PVC {claim} 綁定：{detail}"),
  claim_missing: kind(
    "state",
    "{entity} mounts the volume claim {claim}, which does not exist: {detail}",
    "{entity} 掛載的 PVC {claim} 不存在：{detail}",
  ),
  claim_access_mode_mismatch: kind(
    "state",
    "{entity}: its claim {claim} asks for access {wanted}, the volume {volume} offers {offered}",
    "{entity} 的 PVC {claim} 要求存取模式 {wanted}，但磁碟區 {volume} 僅提供 {offered}",
  ),
  claim_capacity_mismatch: kind(
    "state",
    "{entity}: its claim {claim} asks for {wanted}, the volume {volume} holds {offered}",
    "{entity} 的 PVC {claim} 要求 {wanted}，但磁碟區 {volume} 僅有 {offered}",
  ),
  claim_selector_mismatch: kind(
    "state",
    "{entity}: its claim {claim} selects the labels {wanted}, the volume {volume} has {offered}",
    "{entity} 的 PVC {claim} 選擇標籤 {wanted}，但磁碟區 {volume} 的標籤為 {offered}",
  ),
  claim_storage_class_mismatch: kind(
    "state",
    "{entity}: its claim {claim} asks for the storage class {wanted}; {volume} offers {offered}",
    "{entity} 的 PVC {claim} 要求儲存類別 {wanted}，而 {volume} 為 {offered}",
  ),
  volume_occupied: kind(
    "state",
    "{entity}: the volume {volume} that its claim {claim} needs is held by {offered}",
    "{entity} 的 PVC {claim} 所需的磁碟區 {volume} 已由 {offered} 占用",
  ),
} as const satisfies Record<string, FindingKindEntry>;
