import { never, text, type Fault } from "./fault.ts";

/** Faults of a database, as its clients tell of them. */
export const databaseFaults = {
  database_read_only: {
    category: "runtime", home: "workload", title: text("{entity} refuses writes", "{entity} 拒絕寫入"),
    shownBy: { database_takes_no_writes: 0.97, log_read_only: 0.4 }, supportedBy: {},
    decisive: ["database_takes_no_writes"], speaksAgainst: text("writes that succeed", "有成功的寫入"), follows: { callee: true, node: true, here: [] },
    settledBy: text("Whether {entity} is set to read only, and which of its members leads", "確認 {entity} 是否設為唯讀，以及目前的主節點"), settlingSignal: "objects",
    plan: ["kubernetes.inspect_logs", "kubernetes.inspect_config"],
  },
  database_connections_exhausted: {
    category: "capacity", home: "workload", title: text("{entity} refuses more connections", "{entity} 的連線數已達上限"),
    shownBy: { database_takes_no_connections: 0.97, log_too_many_connections: 0.4 }, supportedBy: {},
    decisive: ["database_takes_no_connections"], speaksAgainst: text("new connections that succeed", "有成功的新連線"), follows: { callee: true, node: true, here: [] },
    settledBy: text("Open connections of {entity} against its limit", "查看 {entity} 的連線數與上限"), settlingSignal: "pool",
    plan: ["kubernetes.inspect_logs", "kubernetes.inspect_config"],
  },
  database_credentials_refused: {
    category: "runtime", home: "workload", title: text("the database refuses the credentials of {entity}", "資料庫拒絕 {entity} 的帳號密碼"),
    shownBy: { log_access_denied: 0.95 }, supportedBy: { crash_looping: 0.2, container_exited: 0.1, replicas_unavailable: 0.1 },
    decisive: ["log_access_denied"], speaksAgainst: text("it logs in", "登入成功"), follows: never,
    settledBy: text("The user and password of {entity} against those that the database knows", "比對 {entity} 使用的帳號密碼與資料庫設定"), settlingSignal: "objects",
    plan: ["kubernetes.inspect_config", "kubernetes.inspect_previous_logs"],
  },
} as const satisfies Record<string, Fault>; // prettier-ignore
