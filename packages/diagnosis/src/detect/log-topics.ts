import type { FindingKind } from "../messages/findings.ts";

// What a database server says of itself, in the words of MySQL, MariaDB, PostgreSQL and Redis (their references of error messages).
const databaseTopics: readonly (readonly [FindingKind, RegExp])[] = [
  [
    "log_read_only",
    /--(super-)?read-only option|ER_OPTION_PREVENTS_STATEMENT|cannot execute \w{1,40}( \w{1,40})? in a read-only transaction|READONLY You can't write against a read only|database is read-?only|read only transaction/i,
  ],
  [
    "log_too_many_connections",
    /too many connections|remaining connection slots are reserved|too many clients already|max number of clients reached|ER_CON_COUNT_ERROR|User .{1,80} has exceeded the 'max_user_connections'/i,
  ],
  [
    "log_access_denied",
    /Access denied for user|password authentication failed for user|no pg_hba.conf entry|WRONGPASS|NOAUTH Authentication required|ER_ACCESS_DENIED_ERROR|role "[^"]{1,80}" does not exist/i,
  ],
];

/** Words that mean the same fault in the client libraries of many languages and in the parts of Kubernetes; the first that fits counts. */
export const logTopics: readonly (readonly [FindingKind, RegExp])[] = [
  ...databaseTopics,
  ["log_resolver_failing", /temporary failure in name resolution|EAI_AGAIN|server misbehaving|lookup \S{1,200} on \S{1,80}:53: .{0,120}(i\/o timeout|connection refused|unreachable)|DNS (query|request|resolution) (timed out|timeout)/i],
  ["log_name_unresolved", /UnknownHostException|ENOTFOUND|name or service not known|getaddrinfo (failed|error)|could not resolve host|no such host|nodename nor servname/i],
  ["log_pool_exhausted", /(connection ?pool|pool(ed)? connection|pool).{0,60}(exhaust|timed? ?out|time-?out|is full|limit|no (free|available|idle)|not available|busy)|(connection is not available|unable to acquire (a )?connection|acquir(e|ing) (a )?(db |database )?connection.{0,40}(time|fail)|timeout.{0,40}(acquir|obtain|wait)\w* .{0,20}connection|could not (get|obtain) (a )?(jdbc )?connection|MaxConnectionsExceeded)/i],
  ["log_out_of_memory", /out of memory|OutOfMemory|heap (out of|space|limit)|cannot allocate memory|MemoryError|bad_alloc|ENOMEM|oom-?kill/i],
  ["log_disk_full", /no space left on device|ENOSPC|disk (is )?full|disk quota exceeded|No space left/i],
  ["log_config_error", /(invalid|missing|unknown|malformed|unsupported|bad) (configuration|config|setting|option|environment variable|env var)|(configuration|config) (error|is invalid|invalid|failed)|environment variable .{0,60}(not set|is required|missing)|failed to (load|parse|read) .{0,40}config/i],
  ["log_dependency_unreachable", /connection refused|ECONNREFUSED|host unreachable|no route to host|connection reset|ECONNRESET|upstream (connect|request) (error|timeout)|(dial|connect).{0,40}(timeout|timed out)|deadline ?exceeded|context deadline exceeded|503 service unavailable|service unavailable/i],
]; // prettier-ignore

/** Topics that one line is enough for: nothing else is said in these words. */
export const plainTopics: ReadonlySet<FindingKind> = new Set<FindingKind>([
  "log_read_only",
  "log_too_many_connections",
  "log_access_denied",
  "log_resolver_failing",
]);
