import { kind, type FindingKindEntry } from "./finding-kind.ts";

const probe = (word: string) =>
  ({
    port: kind(
      "state",
      `{entity}: its ${word} probe asks port {port}, which no container offers (they offer: {ports}): {detail}`,
      `{entity} 的 ${word} 探測指向連接埠 {port}，但容器未提供該埠（實際提供：{ports}）：{detail}`,
    ),
    protocol: kind(
      "state",
      `{entity}: its ${word} probe ({type}) speaks another protocol than the container: {detail}`,
      `{entity} 的 ${word} 探測（{type}）與容器使用的協定不符：{detail}`,
    ),
    timing: kind(
      "state",
      `{entity}: its ${word} probe gives up after {budget:seconds}, before the container has started: {detail}`,
      `{entity} 的 ${word} 探測在 {budget:seconds} 後即判定失敗，容器來不及啟動：{detail}`,
    ),
  }) as const;

const [liveness, readiness] = [probe("liveness"), probe("readiness")];

/** Why a container does not start, or is not left running. */
export const startupFindings = {
  image_not_found: kind(
    "state",
    "{entity}: the image {image} does not exist in its registry: {detail}",
    "{entity} 的映像檔 {image} 不存在於映像檔倉庫：{detail}",
  ),
  image_pull_denied: kind(
    "state",
    "{entity}: the registry does not let it pull the image {image}: {detail}",
    "{entity} 無權拉取映像檔 {image}：{detail}",
  ),
  registry_unresolved: kind(
    "state",
    "{entity}: the name of the registry of {image} cannot be resolved: {detail}",
    "{entity} 無法解析映像檔 {image} 所在倉庫的主機名稱：{detail}",
  ),
  config_reference_missing: kind(
    "state",
    "{entity} needs a secret, a configuration or a key of one that does not exist: {detail}",
    "{entity} 所需的 Secret、ConfigMap 或其中的鍵值不存在：{detail}",
  ),
  volume_permission_denied: kind(
    "state",
    "{entity} has no permission for the files on its volume {volume}: {detail}",
    "{entity} 沒有磁碟區 {volume} 的檔案權限：{detail}",
  ),
  port_in_use: kind(
    "state",
    "{entity}: two of its containers want the same port: {detail}",
    "{entity} 有兩個容器使用相同的連接埠：{detail}",
  ),
  liveness_probe_port: liveness.port,
  liveness_probe_protocol: liveness.protocol,
  liveness_probe_timing: liveness.timing,
  readiness_probe_port: readiness.port,
  readiness_probe_protocol: readiness.protocol,
} as const satisfies Record<string, FindingKindEntry>;
