import { kind, type FindingKindEntry } from "./finding-kind.ts";

/** What clients say of a database. */
export const databaseFindings = {
  log_read_only: kind(
    "log",
    "{entity} logs that the database takes no writes, {count} lines: {template}",
    "{entity} 的記錄顯示資料庫拒絕寫入，共 {count} 行：{template}",
  ),
  log_too_many_connections: kind(
    "log",
    "{entity} logs that the database takes no more connections, {count} lines: {template}",
    "{entity} 的記錄顯示資料庫不再接受連線，共 {count} 行：{template}",
  ),
  log_access_denied: kind(
    "log",
    "{entity} logs that the database refuses its credentials, {count} lines: {template}",
    "{entity} 的記錄顯示資料庫拒絕其帳號密碼，共 {count} 行：{template}",
  ),
  database_takes_no_writes: kind(
    "state",
    "{entity} takes no writes, say {count} of its clients: {detail}",
    "{entity} 拒絕寫入，有 {count} 個用戶端回報：{detail}",
  ),
  database_takes_no_connections: kind(
    "state",
    "{entity} takes no more connections, say {count} of its clients: {detail}",
    "{entity} 不再接受連線，有 {count} 個用戶端回報：{detail}",
  ),
} as const satisfies Record<string, FindingKindEntry>;
