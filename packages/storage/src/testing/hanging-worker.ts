import { createLog } from "@sre/service-kit";
import type { DatabaseConfig } from "../database/config.ts";
import { openDatabase } from "../database/database.ts";
import { openJobs } from "../jobs/open-jobs.ts";

/** A program for tests: takes a job of the queue "slow", says so, and holds it until the process is killed. */
const log = createLog({ service: "test", level: "silent" });
const database = await openDatabase<object>({ config: JSON.parse(process.argv[2] ?? "") as DatabaseConfig, migrations: {}, log });
const jobs = await openJobs({ database, queues: [{ name: "slow", attemptsMax: 3, timeoutSeconds: 600 }], log });
await jobs.work("slow", { concurrency: 1 }, async (job) => {
  process.stdout.write(`attempt ${job.attempt}\n`);
  await new Promise(() => {});
});
