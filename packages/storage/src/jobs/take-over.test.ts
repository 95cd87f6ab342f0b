import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createLog } from "@sre/service-kit";
import { describe, expect, it } from "vitest";
import type { DatabaseConfig } from "../database/config.ts";
import { openDatabase } from "../database/database.ts";
import { dropTestSchemas, postgresTestConfig, testDirectory } from "../testing/databases.ts";
import { openJobs } from "./open-jobs.ts";

const log = createLog({ service: "test", level: "silent" });
const queues = [{ name: "slow", attemptsMax: 3, timeoutSeconds: 600 }];
const program = join(import.meta.dirname, "..", "testing", "hanging-worker.ts");

async function open(config: DatabaseConfig) {
  const database = await openDatabase<object>({ config, migrations: {}, log });
  const jobs = await openJobs({ database, queues, log });
  const close = async () => {
    await jobs.close();
    await database.close();
  };
  return { jobs, close };
}

/** Lets another process take the job, then kills it as an out-of-memory kill would. */
async function runAndKill(config: DatabaseConfig): Promise<string> {
  const child = spawn(process.execPath, [program, JSON.stringify(config)], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  child.kill("SIGKILL");
  await once(child, "exit");
  return said.toString().trim();
}

async function nextAttempt(config: DatabaseConfig): Promise<string> {
  const { jobs, close } = await open(config);
  const { promise, resolve } = Promise.withResolvers<string>();
  await jobs.work<{ label: string }>("slow", { concurrency: 1 }, async ({ payload, attempt }) =>
    resolve(`${payload.label}: attempt ${attempt}`),
  );
  const result = await promise;
  await close();
  return result;
}

async function takenOver(config: DatabaseConfig): Promise<string[]> {
  const { jobs, close } = await open(config);
  await jobs.enqueue(null, "slow", { label: "survivor" });
  await close();
  return [await runAndKill(config), await nextAttempt(config)];
}

describe("a job whose process was killed", () => {
  it("is run again by the next start on an embedded database", { timeout: 120_000 }, async () => {
    const directory = await testDirectory();
    try {
      expect(await takenOver({ kind: "embedded", directory: join(directory, "service") })).toEqual(["attempt 1", "survivor: attempt 2"]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it.skipIf(!process.env["POSTGRES_URL"])("is taken over by another replica on PostgreSQL", { timeout: 120_000 }, async () => {
    const config = postgresTestConfig();
    if (!config) throw new Error("POSTGRES_URL is not set.");
    try {
      expect(await takenOver(config)).toEqual(["attempt 1", "survivor: attempt 2"]);
    } finally {
      await dropTestSchemas(config);
    }
  });
});
