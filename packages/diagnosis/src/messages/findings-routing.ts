import { kind, type FindingKindEntry } from "./finding-kind.ts";

/** What is wrong with the way to a service: its selector, ports, routes, names and addresses. */
export const routingFindings = {
  service_selects_nothing: kind(
    "state",
    "{entity} selects no pod: nothing in its namespace has the labels {selector}",
    "{entity} 未選到任何 Pod：命名空間內沒有符合標籤 {selector} 的物件",
  ),
  service_port_unserved: kind(
    "state",
    "{entity} forwards port {port} to target port {target}, which no container behind it offers (they offer: {offered})",
    "{entity} 將連接埠 {port} 轉送至目標連接埠 {target}，但後端容器並未提供（實際提供：{offered}）",
  ),
  service_protocol_differs: kind(
    "state",
    "{entity} uses {protocol} on port {port}, but the containers behind it use {offered}",
    "{entity} 在連接埠 {port} 使用 {protocol}，但後端容器使用 {offered}",
  ),
  service_check_failed: kind(
    "context",
    "A test connection to {entity} failed ({outcome}) from {failed} of {tried} places",
    "對 {entity} 的連線測試失敗（{outcome}），{tried} 處中有 {failed} 處失敗",
  ),
  scaled_to_zero: kind(
    "state",
    "{entity} is scaled to 0 replicas although {service} needs it",
    "{entity} 的副本數為 0，但 {service} 仍需要它",
  ),
  route_elsewhere: kind("state", "{config} sends {path} to {to} instead of {entity}", "{config} 將 {path} 導向 {to}，而非 {entity}"),
  log_resolver_failing: kind(
    "log",
    "{entity} logs that its DNS servers do not answer, {count:count} lines: {template}",
    "{entity} 的日誌顯示 DNS 伺服器沒有回應，共 {count:count} 行：{template}",
  ),
  log_name_unresolved: kind(
    "log",
    "{entity} logs that a host name is unknown, {count:count} lines: {template}",
    "{entity} 的日誌顯示找不到主機名稱，共 {count:count} 行：{template}",
  ),
  own_name_servers: kind(
    "state",
    "Pods of {entity} use DNS servers of their own ({servers}), unlike all others",
    "{entity} 的 Pod 使用自訂的 DNS 伺服器（{servers}），與其他工作負載不同",
  ),
  cluster_names_unresolved: kind("state", "{count} services cannot resolve host names: {names}", "{count} 個服務無法解析主機名稱：{names}"),
  port_not_offered: kind(
    "state",
    "{entity} points to {to} at a port that it does not offer ({path})",
    "{entity} 指向 {to} 未提供的連接埠（{path}）",
  ),
  address_port_unknown: kind(
    "state",
    "{entity} has an address of {to} with a port that it does not offer ({path})",
    "{entity} 設定的 {to} 位址使用了未提供的連接埠（{path}）",
  ),
  address_unknown: kind("state", "{entity} points to {to}, which does not exist ({path})", "{entity} 指向不存在的 {to}（{path}）"),
} as const satisfies Record<string, FindingKindEntry>;
