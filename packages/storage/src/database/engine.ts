/** One statement's answer, the same for both databases. */
export interface Rows {
  readonly rows: unknown[];
  readonly affected: number | null;
}

/** One connection, used by one caller at a time. */
export interface Session {
  query(sql: string, parameters: readonly unknown[]): Promise<Rows>;
  /** Gives the session back; a broken one is thrown away. */
  release(broken: boolean): void;
}

/** Several statements without parameters in one go, or one with: what pg-boss sends. */
export type ExecuteSql = (text: string, values?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>;

/** Both ways to one and the same connection, which is used by nobody else and has time for slow statements. */
export interface InstallTools {
  readonly acquire: () => Promise<Session>;
  readonly executeSql: ExecuteSql;
}

/** What differs between the two databases; everything above is shared. */
export interface Engine {
  readonly kind: "embedded" | "postgres";
  /** Schema of the tables: others may stand beside it. */
  readonly schema: string;
  /** Schema of the job tables. */
  readonly jobsSchema: string;
  /** Waits for a free session in bounded time. Throws what the driver throws. */
  acquire(): Promise<Session>;
  /** Outside any transaction. Throws what the driver throws. */
  readonly executeSql: ExecuteSql;
  /** Runs `work` alone among all replicas, with time for slow statements: for migrations and set-up. */
  install<T>(work: (tools: InstallTools) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
