import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError, createLog } from "@sre/service-kit";
import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../database/database.ts";
import { testDirectory } from "../testing/databases.ts";

const log = createLog({ service: "test", level: "silent" });
const migrations: Record<string, Migration> = {
  "001_notes": { up: (db: Kysely<unknown>) => sql`create table notes (text text)`.execute(db).then(() => {}) },
};

describe("an embedded database in a directory", { timeout: 90_000 }, () => {
  let root: string;
  let service: string;
  beforeAll(async () => {
    root = await testDirectory();
  });
  beforeEach(() => {
    service = mkdtempSync(join(root, "service-"));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const open = () => openDatabase<{ notes: { text: string } }>({ config: { kind: "embedded", directory: service }, migrations, log });

  it("refuses a second opening instead of losing rows, and names the variable", async () => {
    await using database = await open();
    await expect(open()).rejects.toBeInstanceOf(ConfigurationError);
    expect((await sql`select 1`.execute(database.kysely)).rows).toHaveLength(1);
  });

  it("has its rows again after it was closed and opened", async () => {
    const first = await open();
    await first.kysely.insertInto("notes").values({ text: "kept" }).execute();
    await first.close();
    await using second = await open();
    expect(await second.kysely.selectFrom("notes").selectAll().execute()).toEqual([{ text: "kept" }]);
  });

  it("starts afresh when the very first start was interrupted half-way", async () => {
    await (await open()).close();
    writeFileSync(join(service, "unfinished"), "");
    rmSync(join(service, "pgdata", "PG_VERSION"));
    await using database = await open();
    expect(await database.kysely.selectFrom("notes").selectAll().execute()).toEqual([]);
  });
});
