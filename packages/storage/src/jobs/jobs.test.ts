import { createLog, createMetrics } from "@sre/service-kit";
import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../database/database.ts";
import { testDatabases } from "../testing/databases.ts";
import type { Job, Jobs, QueueConfig } from "./jobs.ts";
import { openJobs } from "./open-jobs.ts";

interface Tables {
  runs: { label: string };
}
interface Payload {
  readonly label: string;
}

const migrations: Record<string, Migration> = {
  "001_runs": { up: (db: Kysely<unknown>) => sql`create table runs (label text)`.execute(db).then(() => {}) },
};
const log = createLog({ service: "test", level: "silent" });
const queues: QueueConfig[] = [
  { name: "work", attemptsMax: 3, timeoutSeconds: 60 },
  { name: "fragile", attemptsMax: 1, timeoutSeconds: 60, deadLetter: true },
  { name: "hasty", attemptsMax: 1, timeoutSeconds: 1 },
];

/** Collects what handlers report and resolves once `count` reports are in. */
function collector(count: number) {
  const seen: string[] = [];
  const { promise, resolve } = Promise.withResolvers<string[]>();
  const note = (label: string) => {
    seen.push(label);
    if (seen.length === count) resolve(seen);
  };
  return { seen, all: promise, note };
}

describe.each(testDatabases)("jobs on $name", ({ open }) => {
  let database: Database<Tables>;
  let jobs: Jobs;
  beforeEach(async () => {
    database = await open<Tables>(migrations);
    jobs = await openJobs({ database, queues, log });
  });
  afterEach(async () => {
    await jobs.close();
    await database.close();
  });

  const enqueue = (label: string, options = {}) => jobs.enqueue(null, "work", { label }, options);

  it("adds a job with the first transaction of the process and runs it after the commit", async () => {
    const { all, note } = collector(1);
    await jobs.work<Payload>("work", { concurrency: 1 }, async ({ payload }) => {
      const rows = await database.kysely.selectFrom("runs").selectAll().execute();
      note(`${payload.label} sees ${rows.length}`);
    });
    await database.transaction(async (tx) => {
      await jobs.enqueue(tx, "work", { label: "first" });
      await tx.insertInto("runs").values({ label: "row" }).execute();
    });
    expect(await all).toEqual(["first sees 1"]);
  });

  it("never runs a job of a transaction that was rolled back", async () => {
    const rolledBack = database.transaction(async (tx) => {
      await jobs.enqueue(tx, "work", { label: "ghost" });
      throw new Error("a rule");
    });
    await expect(rolledBack).rejects.toThrow("a rule");
    await enqueue("real");
    expect((await jobs.stats()).find(({ queue }) => queue === "work")?.depth).toBe(1);
    const { all, note } = collector(1);
    await jobs.work<Payload>("work", { concurrency: 1 }, async ({ payload }) => note(payload.label));
    expect(await all).toEqual(["real"]);
  });

  it("refuses to add a job beside the open transaction", async () => {
    await expect(database.transaction(() => enqueue("beside"))).rejects.toThrow("outside the transaction");
  });

  it("runs each job once, however many workers there are, without a pause between them", async () => {
    const labels = Array.from({ length: 60 }, (_, index) => `job ${index}`);
    const { all, seen, note } = collector(labels.length);
    await jobs.work<Payload>("work", { concurrency: 2 }, async ({ payload }) => note(payload.label));
    await database.transaction(async (tx) => {
      for (const label of labels) await jobs.enqueue(tx, "work", { label });
    });
    await all;
    expect([...seen].sort()).toEqual([...labels].sort());
  });

  it("runs as many jobs at once as the concurrency allows", async () => {
    const { all, note } = collector(3);
    await jobs.work<Payload>("work", { concurrency: 3 }, async ({ payload }) => {
      note(payload.label);
      await all;
    });
    await Promise.all(["a", "b", "c"].map((label) => enqueue(label)));
    expect((await all).sort()).toEqual(["a", "b", "c"]);
  });

  it("repeats a failed attempt and counts it", async () => {
    const { all, note } = collector(2);
    await jobs.work<Payload>("work", { concurrency: 1 }, async ({ attempt }) => {
      note(`attempt ${attempt}`);
      if (attempt === 1) throw new Error("not yet");
    });
    await enqueue("shaky");
    expect(await all).toEqual(["attempt 1", "attempt 2"]);
  });

  it("keeps a job that failed for good as a dead letter", async () => {
    await jobs.work<Payload>("fragile", { concurrency: 1 }, async () => {
      throw new Error("broken");
    });
    await jobs.enqueue(null, "fragile", { label: "doomed" });
    const dead = () => database.engine.executeSql(`select data from ${database.engine.jobsSchema}.job where name = 'fragile.dead'`);
    await expect.poll(async () => (await dead()).rows, { timeout: 20_000 }).toEqual([{ data: { label: "doomed" } }]);
  });

  it("aborts a job at the time limit of its queue", async () => {
    const { all, note } = collector(1);
    await jobs.work<Payload>("hasty", { concurrency: 1 }, async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      note("aborted");
    });
    await jobs.enqueue(null, "hasty", { label: "endless" });
    expect(await all).toEqual(["aborted"]);
  });

  it("adds no second job with a key while the first waits or runs, and one after it has finished", async () => {
    const started = Promise.withResolvers<void>();
    const proceed = Promise.withResolvers<void>();
    const { all, seen, note } = collector(2);
    await enqueue("first", { key: "k" });
    await enqueue("while waiting", { key: "k" });
    await jobs.work<Payload>("work", { concurrency: 2 }, async ({ payload }) => {
      started.resolve();
      await proceed.promise;
      note(payload.label);
    });
    await started.promise;
    await enqueue("while running", { key: "k" });
    proceed.resolve();
    const work = async () =>
      (await database.engine.executeSql(`select state::text as state from ${database.engine.jobsSchema}.job where name = 'work'`)).rows;
    await expect.poll(work, { timeout: 20_000 }).toEqual([{ state: "completed" }]);
    await enqueue("after", { key: "k" });
    await all;
    expect(seen).toEqual(["first", "after"]);
  });

  it("runs a higher priority first, then the older job", async () => {
    await enqueue("low", { priority: -1 });
    await enqueue("older");
    await enqueue("newer");
    await enqueue("high", { priority: 5 });
    const { all, note } = collector(4);
    await jobs.work<Payload>("work", { concurrency: 1 }, async ({ payload }) => note(payload.label));
    expect(await all).toEqual(["high", "older", "newer", "low"]);
  });

  it("leaves a job for later until its time, and does not count it as waiting", async () => {
    await enqueue("later", { startAfterSeconds: 2, priority: 9 });
    expect((await jobs.stats()).find(({ queue }) => queue === "work")).toEqual({ queue: "work", depth: 0, oldestAgeSeconds: 0 });
    await enqueue("now");
    const { all, note } = collector(2);
    await jobs.work<Payload>("work", { concurrency: 1 }, async ({ payload }) => note(payload.label));
    expect(await all).toEqual(["now", "later"]);
  });

  it("aborts a running job at close and leaves it to the next worker as the same attempt", async () => {
    const started = Promise.withResolvers<Job<Payload>>();
    await jobs.work<Payload>("work", { concurrency: 1 }, async (job) => {
      started.resolve(job);
      await new Promise((_, reject) => job.signal.addEventListener("abort", () => reject(new Error("aborted"))));
    });
    await enqueue("interrupted");
    const { id } = await started.promise;
    await jobs.close();
    jobs = await openJobs({ database, queues, log });
    const { all, note } = collector(1);
    await jobs.work<Payload>("work", { concurrency: 1 }, async (job) => note(`${job.id} attempt ${job.attempt}`));
    expect(await all).toEqual([`${id} attempt 1`]);
  });

  it("refuses jobs and its health check once closed", async () => {
    await expect(jobs.check()).resolves.toBeUndefined();
    await jobs.close();
    await expect(jobs.check()).rejects.toMatchObject({ code: "unavailable" });
    await expect(enqueue("too late")).rejects.toMatchObject({ code: "unavailable" });
  });

  it("measures how many jobs wait in each queue", async () => {
    await enqueue("one");
    await enqueue("two");
    const metrics = createMetrics("test");
    await jobs.close();
    jobs = await openJobs({ database, queues, log, metrics });
    const depths = async () => (await metrics.registry.metrics()).split("\n").filter((line) => line.startsWith("queue_depth{"));
    await expect.poll(depths, { timeout: 20_000 }).toContain('queue_depth{queue="work",service="test"} 2');
  });

  it("refuses a queue that was never declared", async () => {
    await expect(jobs.enqueue(null, "unknown", {})).rejects.toThrow("not declared");
  });
});
