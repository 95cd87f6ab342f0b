import { createLog } from "@sre/service-kit";
import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { afterEach, describe, expect, it } from "vitest";
import type { DatabaseConfig } from "../database/config.ts";
import { openDatabase, type Database } from "../database/database.ts";
import { openJobs } from "../jobs/open-jobs.ts";
import { dropTestSchemas, postgresTestConfig } from "../testing/databases.ts";
import { startProxy } from "../testing/proxy.ts";

interface Tables {
  migrated: { by: string };
}
type Config = Extract<DatabaseConfig, { kind: "postgres" }>;

const log = createLog({ service: "test", level: "silent" });
const migrations: Record<string, Migration> = {
  "001_table": { up: (db: Kysely<unknown>) => sql`create table migrated (by text)`.execute(db).then(() => {}) },
  "002_row": { up: (db: Kysely<unknown>) => sql`insert into migrated values ('somebody')`.execute(db).then(() => {}) },
};
const queues = [
  { name: "one", attemptsMax: 3, timeoutSeconds: 60, deadLetter: true },
  { name: "two", attemptsMax: 3, timeoutSeconds: 60 },
];

describe.skipIf(!process.env["POSTGRES_URL"])("PostgreSQL", () => {
  const toClose: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of toClose.splice(0).reverse()) await close();
  });

  function config(more: Partial<Config> = {}): Config {
    const base = postgresTestConfig();
    if (!base) throw new Error("POSTGRES_URL is not set.");
    toClose.push(() => dropTestSchemas(base));
    return { ...base, ...more };
  }

  async function open(of: Config): Promise<Database<Tables>> {
    const database = await openDatabase<Tables>({ config: of, migrations, log });
    toClose.push(() => database.close());
    return database;
  }

  const rows = (database: Database<Tables>) => database.kysely.selectFrom("migrated").selectAll().execute();
  const proxied = async () => {
    const proxy = await startProxy(process.env["POSTGRES_URL"] ?? "");
    toClose.push(() => proxy.close());
    return proxy;
  };

  it("lets four replicas create the schema, migrate and open the queues at once, each migration once", async () => {
    const shared = config();
    const replica = async () => {
      const database = await open(shared);
      const jobs = await openJobs({ database, queues, log });
      toClose.push(() => jobs.close());
      return { database, jobs };
    };
    const replicas = await Promise.all([replica(), replica(), replica(), replica()]);
    for (const { database, jobs } of replicas) {
      expect(await rows(database)).toEqual([{ by: "somebody" }]);
      expect((await jobs.stats()).map(({ queue }) => queue)).toEqual(["one", "two"]);
    }
  });

  it("shares the jobs of one queue among replicas without running any twice", async () => {
    const shared = config();
    const labels = Array.from({ length: 40 }, (_, index) => index);
    const seen: number[] = [];
    const { promise: all, resolve } = Promise.withResolvers<void>();
    const replica = async () => {
      const jobs = await openJobs({ database: await open(shared), queues, log });
      toClose.push(() => jobs.close());
      await jobs.work<{ label: number }>("one", { concurrency: 2 }, async ({ payload }) => {
        seen.push(payload.label);
        if (seen.length === labels.length) resolve();
      });
      return jobs;
    };
    const [first] = await Promise.all([replica(), replica(), replica()]);
    await Promise.all(labels.map((label) => first.enqueue(null, "one", { label })));
    await all;
    expect(seen.toSorted((a, b) => a - b)).toEqual(labels);
  });

  it("cancels a statement that takes longer than 2 s and calls it unavailable", async () => {
    const database = await open(config());
    const slow = sql`select pg_sleep(30)`.execute(database.kysely);
    await expect(slow).rejects.toMatchObject({ code: "unavailable", detail: "The database took too long to answer." });
    expect(await rows(database)).toHaveLength(1);
  });

  it("says unavailable before a busy pool would have a connection again", async () => {
    const database = await open(config({ connectionsMax: 2 }));
    const order: string[] = [];
    const sleeper = () => sql`select pg_sleep(1.5)`.execute(database.kysely).then(() => order.push("slept"));
    const sleepers = [sleeper(), sleeper()];
    await expect(rows(database)).rejects.toMatchObject({ code: "unavailable" });
    order.push("refused");
    await Promise.all(sleepers);
    expect(order).toEqual(["refused", "slept", "slept"]);
    expect(await rows(database)).toHaveLength(1);
  });

  it("says unavailable while the server is gone, and works again when it is back", async () => {
    const proxy = await proxied();
    const database = await open(config({ url: proxy.url }));
    expect(await rows(database)).toHaveLength(1);
    await proxy.cut();
    await expect(rows(database)).rejects.toMatchObject({ code: "unavailable" });
    await expect(database.transaction((tx) => tx.selectFrom("migrated").selectAll().execute())).rejects.toMatchObject({
      code: "unavailable",
    });
    await expect(database.check()).rejects.toMatchObject({ code: "unavailable" });
    await proxy.mend();
    await expect.poll(() => rows(database).catch(() => null), { timeout: 20_000 }).toHaveLength(1);
  });

  it("says unavailable in bounded time while the server hangs, and works again afterwards", async () => {
    const proxy = await proxied();
    const database = await open(config({ url: proxy.url, connectionsMax: 2 }));
    expect(await rows(database)).toHaveLength(1);
    proxy.freeze();
    const answers = await Promise.allSettled([rows(database), rows(database), rows(database), database.check()]);
    expect(answers.map((answer) => answer.status === "rejected" && (answer.reason as { code: string }).code)).toEqual(
      Array(4).fill("unavailable"),
    );
    await proxy.mend();
    await expect.poll(() => rows(database).catch(() => null), { timeout: 20_000 }).toHaveLength(1);
  });

  it("rolls back and says unavailable when the server ends the connection inside a transaction", async () => {
    const database = await open(config());
    const cut = database.transaction(async (tx) => {
      await tx.insertInto("migrated").values({ by: "nobody" }).execute();
      const { rows: pids } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await database.engine.executeSql("select pg_terminate_backend($1)", [pids[0]?.pid]);
      await tx.insertInto("migrated").values({ by: "nobody" }).execute();
    });
    await expect(cut).rejects.toMatchObject({ code: "unavailable" });
    expect(await rows(database)).toEqual([{ by: "somebody" }]);
  });

  it("goes on with jobs after an outage", async () => {
    const proxy = await proxied();
    const database = await open(config({ url: proxy.url }));
    const jobs = await openJobs({ database, queues, log });
    toClose.push(() => jobs.close());
    const { promise, resolve } = Promise.withResolvers<string>();
    await jobs.work<{ label: string }>("one", { concurrency: 1 }, async ({ payload }) => resolve(payload.label));
    await proxy.cut();
    await expect(jobs.enqueue(null, "one", { label: "lost" })).rejects.toMatchObject({ code: "unavailable" });
    await expect(jobs.check()).rejects.toMatchObject({ code: "unavailable" });
    await proxy.mend();
    await expect
      .poll(
        () =>
          jobs.enqueue(null, "one", { label: "after" }).then(
            () => "added",
            () => "refused",
          ),
        { timeout: 20_000 },
      )
      .toBe("added");
    expect(await promise).toBe("after");
  });
});
