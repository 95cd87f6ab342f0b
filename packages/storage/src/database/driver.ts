import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import type { Session } from "./engine.ts";
import { databaseFailure, errorCode, isBrokenConnection } from "./failures.ts";

const transactionAborted = "25P02";

class SessionConnection implements DatabaseConnection {
  readonly #session: Session;
  #broken = false;
  /** A statement failed: the open transaction may be aborted although its caller went on. */
  #failed = false;

  constructor(session: Session) {
    this.#session = session;
  }

  async run(text: string, parameters: readonly unknown[] = []): Promise<{ rows: unknown[]; affected: number | null }> {
    try {
      return await this.#session.query(text, parameters);
    } catch (error) {
      this.#failed = true;
      this.#broken ||= isBrokenConnection(error);
      throw databaseFailure(error);
    }
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, affected } = await this.run(query.sql, query.parameters);
    return { rows: rows as R[], ...(affected === null ? {} : { numAffectedRows: BigInt(affected) }) };
  }

  // oxlint-disable-next-line require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("Rows are not streamed: page by key instead.");
  }

  async begin(settings: TransactionSettings): Promise<void> {
    this.#failed = false;
    const isolation = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : "";
    const access = settings.accessMode ? ` ${settings.accessMode}` : "";
    await this.run(`start transaction${isolation}${access}`);
  }

  async commit(): Promise<void> {
    if (this.#failed) await this.#requireAlive();
    await this.run("commit");
  }

  // COMMIT of an aborted transaction succeeds by rolling back: rows would be lost in silence.
  async #requireAlive(): Promise<void> {
    try {
      await this.run("select 1");
    } catch (error) {
      if (errorCode(error) !== transactionAborted) throw error;
      throw new Error("The transaction was rolled back: a statement in it had failed and its error was swallowed.", { cause: error });
    }
  }

  async rollback(): Promise<void> {
    if (this.#broken) return;
    await this.run("rollback");
  }

  release(): void {
    this.#session.release(this.#broken);
  }
}

const own = (connection: DatabaseConnection): SessionConnection => connection as SessionConnection;
const quoted = (name: string, compile: QueryCompiler["compileQuery"]): string =>
  compile(sql.id(name).toOperationNode(), { queryId: "savepoint" }).sql;

class SessionDriver implements Driver {
  readonly #acquire: () => Promise<Session>;

  constructor(acquire: () => Promise<Session>) {
    this.#acquire = acquire;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    try {
      return new SessionConnection(await this.#acquire());
    } catch (error) {
      throw databaseFailure(error);
    }
  }

  beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    return own(connection).begin(settings);
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return own(connection).commit();
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return own(connection).rollback();
  }

  async savepoint(connection: DatabaseConnection, name: string, compile: QueryCompiler["compileQuery"]): Promise<void> {
    await own(connection).run(`savepoint ${quoted(name, compile)}`);
  }

  async rollbackToSavepoint(connection: DatabaseConnection, name: string, compile: QueryCompiler["compileQuery"]): Promise<void> {
    await own(connection).run(`rollback to savepoint ${quoted(name, compile)}`);
  }

  async releaseSavepoint(connection: DatabaseConnection, name: string, compile: QueryCompiler["compileQuery"]): Promise<void> {
    await own(connection).run(`release savepoint ${quoted(name, compile)}`);
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    own(connection).release();
  }

  async destroy(): Promise<void> {}
}

/** Kysely over sessions of either database. Sessions are handed out one caller at a time, also on a database that has only one. */
export function sessionDialect(acquire: () => Promise<Session>): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new SessionDriver(acquire),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}
