import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import type { Log } from "@sre/service-kit";
import type { DatabaseConfig } from "../database/config.ts";
import type { Engine, ExecuteSql, InstallTools, Session } from "../database/engine.ts";
import { isBrokenConnection, isOutage } from "../database/failures.ts";
import { createTurns } from "../database/turns.ts";
import { createGate } from "./gate.ts";

/** Bounds in milliseconds: a statement on the server, the same seen from here, a free connection for a request and for a job, a new connection, a transaction that says nothing. */
const postgresLimits = {
  statementMs: 2_000,
  answerMs: 3_000,
  poolWaitMs: 250,
  jobPoolWaitMs: 5_000,
  connectMs: 2_000,
  idleInTransactionMs: 10_000,
  installStatementMs: 120_000,
  startupWaitMs: 30_000,
  startupPauseMs: 500,
} as const;

type PostgresConfig = Extract<DatabaseConfig, { kind: "postgres" }>;

function clientConfig(config: PostgresConfig, limits: { statementMs: number; answerMs: number }): pg.ClientConfig {
  return {
    connectionString: config.url,
    application_name: config.schema,
    connectionTimeoutMillis: postgresLimits.connectMs,
    statement_timeout: limits.statementMs,
    query_timeout: limits.answerMs,
    idle_in_transaction_session_timeout: postgresLimits.idleInTransactionMs,
    keepAlive: true,
    options: `-c search_path=${config.schema} -c timezone=UTC`,
  };
}

function sessionOf(client: pg.ClientBase, release: (broken: boolean) => void): Session {
  return {
    async query(sql, parameters) {
      const result = await client.query<Record<string, unknown>>(sql, [...parameters]);
      return { rows: result.rows, affected: result.rowCount };
    },
    release,
  };
}

function executeOn(client: Pick<pg.ClientBase, "query">): ExecuteSql {
  return async (text, values) => await client.query<Record<string, unknown>>(text, values);
}

async function executePooled(pool: pg.Pool, text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> {
  const client = await pool.connect();
  let broken = false;
  try {
    return await executeOn(client)(text, values);
  } catch (error) {
    broken = isBrokenConnection(error);
    throw error;
  } finally {
    client.release(broken);
  }
}

// Session locks are numbers: the schema's name is hashed, so that two schemas do not wait for each other.
function lockKey(schema: string): string {
  return createHash("sha256").update(`install ${schema}`).digest().readBigInt64BE(0).toString();
}

async function installClient(config: PostgresConfig): Promise<pg.Client> {
  const patient = { statementMs: postgresLimits.installStatementMs, answerMs: postgresLimits.installStatementMs };
  const client = new pg.Client(clientConfig(config, patient));
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function install<T>(config: PostgresConfig, work: (tools: InstallTools) => Promise<T>): Promise<T> {
  const client = await installClient(config);
  try {
    await client.query("select pg_advisory_lock($1)", [lockKey(config.schema)]);
    await client.query(`create schema if not exists ${client.escapeIdentifier(config.schema)}`);
    const turns = createTurns();
    const acquire = async () => sessionOf(client, await turns.take());
    const execute = executeOn(client);
    return await work({ acquire, executeSql: (text, values) => turns.run(() => execute(text, values)) });
  } finally {
    await client.end();
  }
}

async function waitForServer(config: PostgresConfig, log: Log): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += postgresLimits.startupPauseMs) {
    try {
      const client = await installClient(config);
      return await client.end();
    } catch (error) {
      if (!isOutage(error) || waitedMs >= postgresLimits.startupWaitMs) throw error;
      if (waitedMs === 0) log.warn({ err: error }, "PostgreSQL does not answer yet");
      await pause(postgresLimits.startupPauseMs);
    }
  }
}

/** PostgreSQL through one pool; the tables stand in the configured schema. Throws what the driver throws. */
export async function openPostgres(config: PostgresConfig, log: Log): Promise<Engine> {
  await waitForServer(config, log);
  const limits = { statementMs: postgresLimits.statementMs, answerMs: postgresLimits.answerMs };
  const pool = new pg.Pool({ ...clientConfig(config, limits), max: config.connectionsMax, idleTimeoutMillis: 30_000 });
  pool.on("error", (error) => log.warn({ err: error }, "an idle PostgreSQL connection was lost"));
  // A connection in use is watched by nobody else: without a listener its loss would end the process. The next query on it reports the loss.
  pool.on("connect", (client) => client.on("error", () => {}));
  const gate = createGate(config.connectionsMax);
  return {
    kind: "postgres",
    schema: config.schema,
    jobsSchema: `${config.schema}_jobs`,
    async acquire() {
      const leave = await gate.enter(postgresLimits.poolWaitMs);
      try {
        const client = await pool.connect();
        return sessionOf(client, (broken) => (client.release(broken), leave()));
      } catch (error) {
        leave();
        throw error;
      }
    },
    async executeSql(text, values) {
      // A job whose end cannot be recorded would run again: better to wait than to give up.
      const leave = await gate.enter(postgresLimits.jobPoolWaitMs);
      return await executePooled(pool, text, values).finally(leave);
    },
    install: (work) => install(config, work),
    close: () => pool.end(),
  };
}
