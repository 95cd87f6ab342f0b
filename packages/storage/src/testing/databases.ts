import { randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { createLog, type Log } from "@sre/service-kit";
import type { Migration } from "kysely/migration";
import type { DatabaseConfig } from "../database/config.ts";
import { openDatabase, type Database } from "../database/database.ts";
import { emptyDatabaseImage, temporaryImages } from "../embedded/image.ts";
import { imageName } from "../embedded/start.ts";

type Migrations = Record<string, Migration>;

/** A kind of database that a suite runs on. */
export interface TestDatabase {
  readonly name: "embedded" | "postgres";
  /** An empty, migrated database of the caller alone; closing it removes it, unless KEEP_TEST_SCHEMAS is set. */
  readonly open: <S>(migrations: Migrations) => Promise<Database<S>>;
}

const quietLog: Log = createLog({ service: "test", level: "silent" });

/** The PostgreSQL to test on, or null without one. */
export function postgresTestConfig(): Extract<DatabaseConfig, { kind: "postgres" }> | null {
  const url = process.env["POSTGRES_URL"];
  if (!url) return null;
  return { kind: "postgres", url, schema: `test_${randomBytes(8).toString("hex")}`, connectionsMax: 6 };
}

/** Removes the schemas of a test database. */
export async function dropTestSchemas(config: Extract<DatabaseConfig, { kind: "postgres" }>): Promise<void> {
  if (process.env["KEEP_TEST_SCHEMAS"]) return;
  const client = new pg.Client({ connectionString: config.url });
  await client.connect();
  try {
    await client.query("set client_min_messages = warning");
    await client.query(`drop schema if exists ${config.schema}, ${config.schema}_jobs cascade`);
  } finally {
    await client.end();
  }
}

/** A new directory for embedded databases; it holds the image of an empty one, which takes seconds to make. Its user removes it. */
export async function testDirectory(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "storage-test-"));
  const image = await emptyDatabaseImage(temporaryImages(), quietLog);
  if (image) writeFileSync(join(directory, imageName), Buffer.from(await image.arrayBuffer()));
  return directory;
}

const embedded: TestDatabase = {
  name: "embedded",
  open: (migrations) => openDatabase({ config: { kind: "embedded", directory: ":memory:" }, migrations, log: quietLog }),
};

const postgres: TestDatabase = {
  name: "postgres",
  async open<S>(migrations: Migrations) {
    const config = postgresTestConfig();
    if (!config) throw new Error("POSTGRES_URL is not set.");
    const database = await openDatabase<S>({ config, migrations, log: quietLog });
    let closed: Promise<void> | undefined;
    const close = () => (closed ??= database.close().then(() => dropTestSchemas(config)));
    return { ...database, close, [Symbol.asyncDispose]: close };
  },
};

const available = process.env["POSTGRES_URL"] ? [embedded, postgres] : [embedded];

/**
 * The databases that every suite about storage runs on: the embedded one, and PostgreSQL when POSTGRES_URL is set;
 * TEST_DATABASE names one of them where the other was tested already.
 */
export const testDatabases: readonly TestDatabase[] = available.filter(({ name }) =>
  [undefined, "", name].includes(process.env["TEST_DATABASE"]),
);
