import { kind, type FindingKindEntry } from "./finding-kind.ts";

/** What the API server refused to create, and warnings that are over. */
export const admissionFindings = {
  warning_outlived: kind(
    "context",
    "The last warning about {entity} was at {until:time} ({reason}: {detail}); its state is good now",
    "{entity} 最後一次警告在 {until:time}（{reason}：{detail}），目前狀態正常",
  ),
  warning_of_gone: kind(
    "context",
    "The last warning about {entity} was at {until:time} ({reason}: {detail}); it no longer exists",
    "{entity} 最後一次警告在 {until:time}（{reason}：{detail}），該物件現已不存在",
  ),
  service_account_missing: kind(
    "state",
    "{entity}: its pods cannot be created, because its service account does not exist: {detail}",
    "{entity} 的 Pod 因服務帳號不存在而無法建立：{detail}",
  ),
  quota_exceeded_cpu: kind(
    "state",
    "{entity}: the namespace's CPU quota leaves no room: {detail}",
    "{entity} 受限於命名空間的 CPU 配額：{detail}",
  ),
  quota_exceeded_memory: kind(
    "state",
    "{entity}: the namespace's memory quota leaves no room: {detail}",
    "{entity} 受限於命名空間的記憶體配額：{detail}",
  ),
  quota_exceeded_pods: kind(
    "state",
    "{entity}: the namespace's quota of pods leaves no room: {detail}",
    "{entity} 受限於命名空間的 Pod 數量配額：{detail}",
  ),
  quota_exceeded_services: kind(
    "state",
    "{entity} should exist and does not, and the namespace's quota of services is full: {detail}",
    "{entity} 應存在卻不存在，而命名空間的 Service 數量配額已用盡：{detail}",
  ),
  quota_exceeded_storage: kind(
    "state",
    "{entity} lacks a volume claim that the namespace's storage quota has no room for: {detail}",
    "{entity} 缺少的 PVC 超出命名空間的儲存配額：{detail}",
  ),
  declared_missing: kind("state", "{entity} is declared but does not exist", "{entity} 已宣告，但並不存在"),
} as const satisfies Record<string, FindingKindEntry>;
