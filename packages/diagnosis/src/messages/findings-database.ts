import { kind, type FindingKindEntry } from "./finding-kind.ts";

/** What clients say of a database. */
export const databaseFindings = {
  log_read_only: kind(
    "log",
    "{entity} logs that the database refuses writes, {count:count} lines: {template}",
    "{entity} 的日誌顯示資料庫拒絕寫入，共 {count:count} 行：{template}",
  ),
  log_too_many_connections: kind(
    "log",
    "{entity} logs that the database refuses more connections, {count:count} lines: {template}",
    "{entity} 的日誌顯示資料庫不再接受連線，共 {count:count} 行：{template}",
  ),
  log_access_denied: kind(
    "log",
    "{entity} logs that the database refuses its credentials, {count:count} lines: {template}",
    "{entity} 的日誌顯示資料庫拒絕其帳號密碼，共 {count:count} 行：{template}",
  ),
  database_takes_no_writes: kind(
    "state",
    "{entity} refuses writes, according to the logs of its clients ({count}): {detail}",
    "{entity} 拒絕寫入，有 {count} 個用戶端的日誌顯示：{detail}",
  ),
  database_takes_no_connections: kind(
    "state",
    "{entity} refuses more connections, according to the logs of its clients ({count}): {detail}",
    "{entity} 不再接受連線，有 {count} 個用戶端的日誌顯示：{detail}",
  ),
} as const satisfies Record<string, FindingKindEntry>;
