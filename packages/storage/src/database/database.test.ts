import { RuleBroken } from "@sre/service-kit";
import { sql, type Generated, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDatabases } from "../testing/databases.ts";
import type { Database } from "./database.ts";

interface Tables {
  counters: { name: string; value: number };
  samples: { id: Generated<string>; document: unknown; bytes: Uint8Array; at: Date; amount: string };
}

const migrations: Record<string, Migration> = {
  "001_tables": {
    async up(db: Kysely<unknown>) {
      await sql`create table counters (name text primary key, value int not null)`.execute(db);
      await sql`create table samples (id bigint generated always as identity, document jsonb, bytes bytea, at timestamptz, amount numeric)`.execute(
        db,
      );
    },
  },
};

describe.each(testDatabases)("storage on $name", ({ open }) => {
  let database: Database<Tables>;
  beforeAll(async () => {
    database = await open<Tables>(migrations);
  });
  afterAll(() => database.close());

  const add = (db: Kysely<Tables>, name: string) => db.insertInto("counters").values({ name, value: 0 }).execute();
  const find = (name: string) => database.kysely.selectFrom("counters").selectAll().where("name", "=", name).executeTakeFirst();

  it("keeps the rows of a transaction that ends well", async () => {
    const result = await database.transaction(async (tx) => {
      await add(tx, "kept");
      return "done";
    });
    expect(result).toBe("done");
    expect(await find("kept")).toEqual({ name: "kept", value: 0 });
  });

  it("keeps no row of a transaction that throws, and rethrows", async () => {
    const failing = database.transaction(async (tx) => {
      await add(tx, "lost");
      throw new Error("a rule");
    });
    await expect(failing).rejects.toThrow("a rule");
    expect(await find("lost")).toBeUndefined();
  });

  it("refuses a query beside the open transaction instead of waiting for ever", async () => {
    const inside = database.transaction(async (tx) => {
      await add(tx, "beside");
      await find("beside");
    });
    await expect(inside).rejects.toThrow("outside the transaction");
    expect(await find("beside")).toBeUndefined();
  });

  it("refuses a transaction inside a transaction", async () => {
    const nested = database.transaction(() => database.transaction(async () => "inner"));
    await expect(nested).rejects.toThrow("outside the transaction");
  });

  it("lets work that a transaction started, and that outlives it, query again", async () => {
    const gate = Promise.withResolvers<void>();
    let later: Promise<unknown> = Promise.resolve();
    await database.transaction(async (tx) => {
      later = gate.promise.then(() => find("outlived"));
      await add(tx, "outlived");
    });
    gate.resolve();
    expect(await later).toEqual({ name: "outlived", value: 0 });
  });

  it("does not pretend to commit when the error of a statement was swallowed", async () => {
    const swallowing = database.transaction(async (tx) => {
      await add(tx, "swallowed");
      await sql`select 1 / 0`.execute(tx).catch(() => {});
    });
    await expect(swallowing).rejects.toThrow("rolled back");
    expect(await find("swallowed")).toBeUndefined();
  });

  it("goes on after a failed statement that was rolled back to a savepoint", async () => {
    const tx = await database.kysely.startTransaction().execute();
    await add(tx, "before-savepoint");
    const nested = await tx.savepoint("sp").execute();
    await expect(sql`select 1 / 0`.execute(nested)).rejects.toThrow("division");
    const restored = await nested.rollbackToSavepoint("sp").execute();
    await restored.commit().execute();
    expect(await find("before-savepoint")).toBeDefined();
  });

  it("answers the next query after a failed one", async () => {
    await expect(sql`select * from no_such_table`.execute(database.kysely)).rejects.toMatchObject({ code: "42P01" });
    const { rows } = await sql<{ one: number }>`select 1 as one`.execute(database.kysely);
    expect(rows).toEqual([{ one: 1 }]);
  });

  it("loses no increment of 20 transactions at once", async () => {
    await add(database.kysely, "shared");
    const increment = () =>
      database.transaction(async (tx) => {
        const { value } = await tx
          .selectFrom("counters")
          .select("value")
          .where("name", "=", "shared")
          .forUpdate()
          .executeTakeFirstOrThrow();
        await tx
          .updateTable("counters")
          .set({ value: value + 1 })
          .where("name", "=", "shared")
          .execute();
      });
    for (let round = 0; round < 4; round += 1) await Promise.all(Array.from({ length: 5 }, increment));
    expect(await find("shared")).toEqual({ name: "shared", value: 20 });
  });

  it("reads 64-bit integers and numerics as texts, documents as values, instants as Dates and bytes as bytes", async () => {
    const at = new Date("2026-03-29T01:30:00.123Z");
    const document = [{ labels: { a: "ü" } }, 1, null];
    await database.kysely
      .insertInto("samples")
      .values({ document: JSON.stringify(document), bytes: Buffer.from([0, 255, 7]), at, amount: "12345678901234567890.5" })
      .execute();
    const row = await database.kysely.selectFrom("samples").selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ id: "1", document, at, amount: "12345678901234567890.5" });
    expect([...row.bytes]).toEqual([0, 255, 7]);
  });

  it("reports how many rows a statement touched", async () => {
    const result = await database.kysely.deleteFrom("counters").where("name", "=", "kept").executeTakeFirst();
    expect(result.numDeletedRows).toBe(1n);
  });

  it("answers a health check", async () => {
    await expect(database.check()).resolves.toBeUndefined();
  });
});

describe.each(testDatabases)("opening on $name", ({ open }) => {
  it("answers whoever still asks after it was closed that it is unavailable", async () => {
    const database = await open<object>({});
    await database.close();
    const refused = expect.objectContaining({ code: "unavailable" });
    await expect(sql`select 1`.execute(database.kysely)).rejects.toEqual(refused);
    await expect(database.transaction((tx) => sql`select 1`.execute(tx))).rejects.toEqual(refused);
    await expect(database.check()).rejects.toEqual(refused);
  });

  it("names the migration that failed", async () => {
    const broken: Record<string, Migration> = {
      "001_fine": { async up() {} },
      "002_broken": { up: (db: Kysely<unknown>) => sql`create nonsense`.execute(db).then(() => {}) },
    };
    await expect(open(broken)).rejects.toThrow("002_broken");
  });

  it("turns every use of a database that is gone into unavailable", async () => {
    const database = await open<Tables>(migrations);
    await database.engine.close();
    const find = database.kysely.selectFrom("counters").selectAll().execute();
    await expect(find).rejects.toBeInstanceOf(RuleBroken);
    await expect(database.transaction(async () => {})).rejects.toMatchObject({ code: "unavailable" });
    await expect(database.check()).rejects.toMatchObject({ code: "unavailable" });
  });
});
