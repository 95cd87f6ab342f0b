import { setTimeout as pause } from "node:timers/promises";
import type { Db, Job as BossJob, PgBoss } from "pg-boss";
import { CompiledQuery } from "kysely";
import { newUuid, RuleBroken, type Log, type Metrics } from "@sre/service-kit";
import type { DatabaseHandle } from "../database/database.ts";
import type { Engine } from "../database/engine.ts";
import { databaseFailure } from "../database/failures.ts";
import { afterCommit, requireOutsideTransaction } from "../database/scope.ts";
import { createBoss, createQueues, jobLimits, takeOverActive } from "./boss.ts";
import type { Job, Jobs, JobTransaction, QueueConfig, QueueStats, WorkOptions } from "./jobs.ts";
import { createWakeUp, type WakeUp } from "./wake-up.ts";

const metricsEveryMs = 5_000;

interface Runtime {
  readonly boss: PgBoss;
  readonly engine: Engine;
  readonly queues: ReadonlyMap<string, WakeUp>;
  readonly log: Log;
  readonly closing: AbortController;
}

function within(tx: JobTransaction): Db {
  return {
    async executeSql(text, values) {
      const { rows } = await tx.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text, values ?? []));
      return { rows };
    },
  };
}

function wakeUpOf(runtime: Runtime, queue: string): WakeUp {
  const wakeUp = runtime.queues.get(queue);
  if (!wakeUp) throw new Error(`The queue ${queue} was not declared when the jobs were opened.`);
  return wakeUp;
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw databaseFailure(error);
  }
}

async function enqueue(runtime: Runtime, [tx, queue, payload, given = {}]: Parameters<Jobs["enqueue"]>): Promise<void> {
  const wakeUp = wakeUpOf(runtime, queue);
  if (runtime.closing.signal.aborted) throw new RuleBroken("unavailable", "The service is shutting down.");
  if (!tx) requireOutsideTransaction(runtime.engine);
  const { key, startAfterSeconds, priority } = given;
  const options = {
    // Jobs without a key would exclude each other.
    singletonKey: key ?? newUuid(),
    ...(startAfterSeconds === undefined ? {} : { startAfter: startAfterSeconds }),
    ...(priority === undefined ? {} : { priority }),
    ...(tx ? { db: within(tx) } : {}),
  };
  await translated(() => runtime.boss.send(queue, payload, options));
  if (!startAfterSeconds) afterCommit(runtime.engine, wakeUp.wakeOne);
}

// As pg-boss puts back a job that it fetched in excess: the attempt does not count.
async function putBack(runtime: Runtime, jobId: string): Promise<void> {
  const text = `update ${runtime.engine.jobsSchema}.job set state = 'retry', started_on = null, heartbeat_on = null, start_after = now() where id = $1 and state = 'active'`;
  await runtime.engine.executeSql(text, [jobId]);
}

async function runJob<P extends object>(runtime: Runtime, job: BossJob<P>, handler: (job: Job<P>) => Promise<void>): Promise<void> {
  const { closing, log } = runtime;
  const signal = AbortSignal.any([job.signal, closing.signal]);
  try {
    await handler({ id: job.id, payload: job.data, attempt: job.retryCount + 1, signal });
  } catch (error) {
    if (closing.signal.aborted) return putBack(runtime, job.id);
    log.warn({ err: error, queue: job.name, job: job.id, attempt: job.retryCount + 1 }, "a job's attempt failed");
    throw error;
  }
}

async function addWorker<P extends object>(runtime: Runtime, queue: string, handler: (job: Job<P>) => Promise<void>): Promise<void> {
  const wakeUp = wakeUpOf(runtime, queue);
  const started = Promise.withResolvers<string>();
  const workerId = await runtime.boss.work<P>(queue, { batchSize: 1, pollingIntervalSeconds: jobLimits.pollSeconds }, async ([job]) => {
    if (!job) return;
    const id = await started.promise;
    wakeUp.started(id);
    try {
      await runJob(runtime, job, handler);
    } finally {
      wakeUp.finished(id);
    }
  });
  wakeUp.add(workerId, () => runtime.boss.notifyWorker(workerId));
  started.resolve(workerId);
}

async function stats(runtime: Runtime): Promise<QueueStats[]> {
  const text = `select name, count(*)::int as depth, extract(epoch from now() - min(start_after))::float8 as age
    from ${runtime.engine.jobsSchema}.job where state < 'active' and start_after <= now() group by name`;
  const { rows } = await translated(() => runtime.engine.executeSql(text));
  const found = new Map((rows as { name: string; depth: number; age: number }[]).map((row) => [row.name, row]));
  return [...runtime.queues.keys()].map((queue) => {
    const row = found.get(queue);
    return { queue, depth: row?.depth ?? 0, oldestAgeSeconds: Math.max(0, row?.age ?? 0) };
  });
}

function observe(runtime: Runtime, metrics: Metrics): NodeJS.Timeout {
  const measure = async () => {
    for (const { queue, depth, oldestAgeSeconds } of await stats(runtime)) metrics.queue(queue, depth, oldestAgeSeconds);
  };
  const attempt = () => void measure().catch((error: unknown) => runtime.log.debug({ err: error }, "queues were not measured"));
  attempt();
  return setInterval(attempt, metricsEveryMs).unref();
}

async function check(runtime: Runtime): Promise<void> {
  if (runtime.closing.signal.aborted) throw new RuleBroken("unavailable", "The service is shutting down.");
  await translated(() => runtime.engine.executeSql(`select 1 from ${runtime.engine.jobsSchema}.queue limit 1`));
}

async function start(database: DatabaseHandle, queues: readonly QueueConfig[], log: Log): Promise<PgBoss> {
  const { engine } = database;
  const { boss, use } = createBoss(engine, log);
  await engine.install(async ({ executeSql }) => {
    use(executeSql);
    await boss.start();
    await createQueues(boss, engine, queues);
    if (engine.kind === "embedded") await takeOverActive(boss, executeSql, engine.jobsSchema);
    use(engine.executeSql);
  });
  return boss;
}

// Not pg-boss's own graceful stop: it looks only every half second whether the workers have ended.
async function stop(runtime: Runtime): Promise<void> {
  const { boss, closing, queues } = runtime;
  closing.abort(new Error("The service is shutting down."));
  const ended = Promise.allSettled([...queues.keys()].map((queue) => boss.offWork(queue, { wait: true })));
  const patience = new AbortController();
  await Promise.race([ended, pause(jobLimits.closeMs, undefined, { signal: patience.signal }).catch(() => {})]);
  patience.abort();
  await boss.stop({ graceful: false, close: false });
}

/**
 * Opens the job queues in the database and creates those that are missing; several replicas may do so at once.
 * Close the jobs before the database. Throws RuleBroken("unavailable") when the database does not answer.
 */
export async function openJobs(input: {
  readonly database: DatabaseHandle;
  readonly queues: readonly QueueConfig[];
  readonly log: Log;
  readonly metrics?: Metrics;
}): Promise<Jobs> {
  const { database, log } = input;
  const boss = await translated(() => start(database, input.queues, log));
  const queues = new Map(input.queues.map((queue) => [queue.name, createWakeUp()]));
  const runtime: Runtime = { boss, engine: database.engine, queues, log, closing: new AbortController() };
  const timer = input.metrics ? observe(runtime, input.metrics) : null;
  let closed: Promise<void> | undefined;
  const close = () => {
    if (timer) clearInterval(timer);
    return (closed ??= stop(runtime));
  };
  return {
    enqueue: (...job) => enqueue(runtime, job),
    async work<P extends object>(queue: string, options: WorkOptions, handler: (job: Job<P>) => Promise<void>) {
      for (let worker = 0; worker < options.concurrency; worker += 1) await addWorker(runtime, queue, handler);
    },
    stats: () => stats(runtime),
    check: () => check(runtime),
    close,
    [Symbol.asyncDispose]: close,
  };
}
