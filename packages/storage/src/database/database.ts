import { Kysely, sql, type Transaction } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import { RuleBroken, type Log } from "@sre/service-kit";
import { openEmbedded } from "../embedded/open-embedded.ts";
import { openPostgres } from "../postgres/open-postgres.ts";
import type { DatabaseConfig } from "./config.ts";
import { sessionDialect } from "./driver.ts";
import type { Engine } from "./engine.ts";
import { databaseFailure } from "./failures.ts";
import { inTransactionScope, requireOutsideTransaction } from "./scope.ts";

/** A database whatever its tables are. */
export interface DatabaseHandle extends AsyncDisposable {
  readonly kind: "embedded" | "postgres";
  /** For this package's jobs. */
  readonly engine: Engine;
  /** Throws RuleBroken("unavailable") when the database does not answer. */
  check(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** One database of either kind; `S` maps table names to their columns. */
export interface Database<S> extends DatabaseHandle {
  /** For single statements. Throws OutsideTransaction when used inside `transaction`. */
  readonly kysely: Kysely<S>;
  /**
   * Runs `work` in one transaction and commits; any error rolls back and is rethrown. Does not nest.
   * An outage, a statement over 2 s or a deadlock becomes RuleBroken("unavailable").
   */
  transaction<T>(work: (tx: Transaction<S>) => Promise<T>): Promise<T>;
}

async function migrate(engine: Engine, migrations: Record<string, Migration>): Promise<void> {
  await engine.install(async ({ acquire }) => {
    const kysely = new Kysely<unknown>({ dialect: sessionDialect(acquire) });
    const migrator = new Migrator({ db: kysely, migrationTableSchema: engine.schema, provider: { getMigrations: async () => migrations } });
    const { error, results } = await migrator.migrateToLatest();
    if (!error) return;
    if (error instanceof RuleBroken) throw error;
    const failed = results?.find((result) => result.status === "Error")?.migrationName;
    throw new Error(failed ? `Migration ${failed} failed.` : "The database could not be migrated.", { cause: error });
  });
}

async function open(config: DatabaseConfig, log: Log): Promise<Engine> {
  try {
    return config.kind === "embedded" ? await openEmbedded(config.directory, log) : await openPostgres(config, log);
  } catch (error) {
    throw databaseFailure(error);
  }
}

async function check<S>(kysely: Kysely<S>, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await sql`select 1`.execute(kysely);
}

async function transact<S, T>(engine: Engine, kysely: Kysely<S>, work: (tx: Transaction<S>) => Promise<T>): Promise<T> {
  requireOutsideTransaction(engine);
  return await inTransactionScope(engine, (inside) => kysely.transaction().execute((tx) => inside(() => work(tx))));
}

/**
 * Opens the database, creates it where it is missing and brings its tables up to date; several replicas may do so at once.
 * Waits up to 30 s for a PostgreSQL that does not answer yet. Throws RuleBroken("unavailable"), a ConfigurationError when another
 * process holds the directory, or an Error that names the failed migration.
 */
export async function openDatabase<S>(input: {
  readonly config: DatabaseConfig;
  readonly migrations: Record<string, Migration>;
  readonly log: Log;
}): Promise<Database<S>> {
  const engine = await open(input.config, input.log);
  try {
    await migrate(engine, input.migrations);
  } catch (error) {
    await engine.close();
    throw error;
  }
  const acquire = async () => {
    requireOutsideTransaction(engine);
    return engine.acquire();
  };
  const kysely = new Kysely<S>({ dialect: sessionDialect(acquire) });
  let closed: Promise<void> | undefined;
  // Kysely is not destroyed: it holds nothing, and a late query is then refused by the engine as the outage that it is.
  const close = () => (closed ??= engine.close());
  return {
    kind: engine.kind,
    engine,
    kysely,
    transaction: (work) => transact(engine, kysely, work),
    check: (signal) => check(kysely, signal),
    close,
    [Symbol.asyncDispose]: close,
  };
}
