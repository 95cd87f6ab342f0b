import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { ConfigurationError, type Log } from "@sre/service-kit";
import type { Engine, Rows, Session } from "../database/engine.ts";
import { createTurns } from "../database/turns.ts";
import { emptyDatabaseImage, temporaryImages } from "./image.ts";
import { lockFile } from "./lock.ts";
import { startPglite } from "./start.ts";

/** A process that is being ended holds the directory for a moment. */
const lockWaitMs = 5_000;
/** PGlite has no autovacuum. */
const vacuumEveryMs = 20 * 60_000;

async function openInMemory(log: Log): Promise<PGlite> {
  const image = await emptyDatabaseImage(temporaryImages(), log);
  return startPglite(image ? { loadDataDir: image } : {});
}

async function openDirectory(directory: string, log: Log): Promise<PGlite> {
  const dataDir = join(directory, "pgdata");
  const unfinished = join(directory, "unfinished");
  if (existsSync(unfinished)) rmSync(dataDir, { recursive: true, force: true });
  if (existsSync(dataDir)) return startPglite({ dataDir });
  writeFileSync(unfinished, "");
  const image = await emptyDatabaseImage(dirname(directory), log);
  const pglite = await startPglite({ dataDir, ...(image ? { loadDataDir: image } : {}) });
  rmSync(unfinished);
  return pglite;
}

async function openLocked(directory: string, log: Log): Promise<{ pglite: PGlite; unlock: () => void }> {
  if (directory === ":memory:") return { pglite: await openInMemory(log), unlock: () => {} };
  const path = resolve(directory);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const lock = await lockFile(join(path, "lock"), lockWaitMs);
  if (!lock) throw new ConfigurationError([{ name: "DATA_DIR", problem: "is in use by another process" }]);
  try {
    return { pglite: await openDirectory(path, log), unlock: () => lock.close() };
  } catch (error) {
    lock.close();
    throw error;
  }
}

async function query(pglite: PGlite, sql: string, parameters: readonly unknown[]): Promise<Rows> {
  const { rows, affectedRows } = await pglite.query<Record<string, unknown>>(sql, [...parameters]);
  return { rows, affected: affectedRows ?? null };
}

// Statements without parameters may be several in one text with a transaction of their own, which a failure must not leave open.
async function execute(pglite: PGlite, text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> {
  if (values?.length) return pglite.query<Record<string, unknown>>(text, values);
  try {
    const results = await pglite.exec(text);
    return { rows: results.flatMap((result) => result.rows) };
  } catch (error) {
    await pglite.exec("rollback").catch(() => {});
    throw error;
  }
}

/** PGlite in this process: one session, handed out in turns. Throws a ConfigurationError when another process holds the directory. */
export async function openEmbedded(directory: string, log: Log): Promise<Engine> {
  const { pglite, unlock } = await openLocked(directory, log);
  const turns = createTurns();
  const acquire = async (): Promise<Session> => {
    const release = await turns.take();
    return { query: (sql, parameters) => query(pglite, sql, parameters), release };
  };
  const executeSql: Engine["executeSql"] = (text, values) => turns.run(() => execute(pglite, text, values));
  const vacuum = () => void executeSql("vacuum (analyze)").catch((error: unknown) => log.warn({ err: error }, "vacuum failed"));
  const timer = setInterval(vacuum, vacuumEveryMs).unref();
  return {
    kind: "embedded",
    schema: "public",
    jobsSchema: "jobs",
    acquire,
    executeSql,
    install: (work) => work({ acquire, executeSql }),
    async close() {
      clearInterval(timer);
      await turns.run(() => pglite.close());
      unlock();
    },
  };
}
