import { PgBoss, type Db } from "pg-boss";
import type { Log } from "@sre/service-kit";
import type { Engine, ExecuteSql } from "../database/engine.ts";
import type { QueueConfig } from "./jobs.ts";

/** Seconds: how soon a job is looked for without a wake-up, how long a worker may be silent, the first and longest pause before a repetition, how long finished jobs are kept. */
export const jobLimits = {
  pollSeconds: 1,
  heartbeatSeconds: 10,
  retryDelaySeconds: 1,
  retryDelaySecondsMax: 60,
  keepFinishedSeconds: 24 * 3_600,
  superviseSeconds: { postgres: 1, embedded: 30 },
  closeMs: 5_000,
  repeatedErrorMs: 30_000,
} as const;

/** pg-boss, and the switch between the connection for set-up and the one for work. */
export interface Boss {
  readonly boss: PgBoss;
  readonly use: (executeSql: ExecuteSql) => void;
}

// An outage makes every worker complain each second: one line in a while says as much.
function logErrors(boss: PgBoss, log: Log): void {
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  boss.on("error", (error) => {
    const nowMs = performance.now();
    if (nowMs - loggedAtMs < jobLimits.repeatedErrorMs) return;
    loggedAtMs = nowMs;
    log.warn({ err: error }, "the job queue met an error");
  });
  boss.on("warning", (warning) => log.info({ warning: warning.message }, "the job queue warns"));
}

/** pg-boss over the database's own connections, not yet started. */
export function createBoss(engine: Engine, log: Log): Boss {
  let execute = engine.executeSql;
  const db: Db = { executeSql: (text, values) => execute(text, values) };
  const seconds = jobLimits.superviseSeconds[engine.kind];
  const boss = new PgBoss({
    db,
    backend: engine.kind === "embedded" ? "pglite" : "postgres",
    schema: engine.jobsSchema,
    schedule: false,
    superviseIntervalSeconds: seconds,
    monitorIntervalSeconds: seconds,
    monitorVacuum: false,
    reindex: false,
  });
  logErrors(boss, log);
  return { boss, use: (executeSql) => void (execute = executeSql) };
}

function deadLetterName(queue: string): string {
  return `${queue}.dead`;
}

// An embedded database has one process, whose end is seen at the next start: a heartbeat could only mistake a busy process for a dead one.
function queueOptions(engine: Engine, queue: QueueConfig) {
  return {
    retryLimit: queue.attemptsMax - 1,
    retryDelay: jobLimits.retryDelaySeconds,
    retryBackoff: true,
    retryDelayMax: jobLimits.retryDelaySecondsMax,
    expireInSeconds: queue.timeoutSeconds,
    deleteAfterSeconds: jobLimits.keepFinishedSeconds,
    ...(queue.deadLetter ? { deadLetter: deadLetterName(queue.name) } : {}),
    ...(engine.kind === "postgres" ? { heartbeatSeconds: jobLimits.heartbeatSeconds } : {}),
  };
}

const nobody = "00000000-0000-0000-0000-000000000000";

/** Creates the queues and reads each once: pg-boss would otherwise read it at the first `send`, outside the transaction of the caller, and wait for ever. */
export async function createQueues(boss: PgBoss, engine: Engine, queues: readonly QueueConfig[]): Promise<void> {
  for (const queue of queues) {
    if (queue.deadLetter) await boss.createQueue(deadLetterName(queue.name), { policy: "standard" });
    const options = queueOptions(engine, queue);
    await boss.createQueue(queue.name, { ...options, policy: "exclusive" });
    await boss.updateQueue(queue.name, options);
    await boss.findJobs(queue.name, { id: nobody });
  }
}

/** Embedded: whatever ran when the last process ended is run again at once, as far as it has attempts left. */
export async function takeOverActive(boss: PgBoss, executeSql: ExecuteSql, schema: string): Promise<void> {
  const { rows } = await executeSql(`select name, id::text as id from ${schema}.job where state = 'active'`);
  for (const row of rows as { name: string; id: string }[]) await boss.fail(row.name, row.id, { message: "the process ended" });
  const ids = rows.map((row) => row["id"]);
  if (ids.length > 0)
    await executeSql(`update ${schema}.job set start_after = now() where state = 'retry' and id = any($1::uuid[])`, [ids]);
}
