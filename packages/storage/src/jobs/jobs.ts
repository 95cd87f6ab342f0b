import type { CompiledQuery, QueryResult } from "kysely";

/** A transaction whatever its tables are. */
export interface JobTransaction {
  readonly isTransaction: true;
  executeQuery<R>(query: CompiledQuery<R>): Promise<QueryResult<R>>;
}

export interface QueueConfig {
  readonly name: string;
  /** Runs of a job in all, before it counts as failed. */
  readonly attemptsMax: number;
  /** One run; then its signal aborts and it counts as failed. */
  readonly timeoutSeconds: number;
  /** Keeps jobs that failed for good in the queue `<name>.dead`. */
  readonly deadLetter?: boolean;
}

export interface EnqueueOptions {
  /** While a job with this key waits or runs in the queue, another is not added. */
  readonly key?: string;
  readonly startAfterSeconds?: number;
  /** Higher runs first; 0 when left out. */
  readonly priority?: number;
}

export interface Job<P> {
  readonly id: string;
  readonly payload: P;
  /** 1 for the first run. */
  readonly attempt: number;
  /** Aborts at the queue's time limit, when another worker took the job over, and at `close`. */
  readonly signal: AbortSignal;
}

export interface WorkOptions {
  /** Jobs of this queue that run at once in this process. */
  readonly concurrency: number;
}

export interface QueueStats {
  readonly queue: string;
  /** Jobs that could run now and wait. */
  readonly depth: number;
  /** How long the oldest of them could have run, 0 without any. */
  readonly oldestAgeSeconds: number;
}

/** Work that survives the process: each job runs at least once, so every step of it must be idempotent. */
export interface Jobs {
  /**
   * Adds a job: with `tx` exactly if that transaction commits, else at once. This process starts it within milliseconds, others within a second.
   * Throws OutsideTransaction for a null `tx` inside a transaction, RuleBroken("unavailable") in an outage.
   */
  enqueue<P extends object>(tx: JobTransaction | null, queue: string, payload: P, options?: EnqueueOptions): Promise<void>;
  /** Runs `handler` for the queue's jobs; a throw is a failed attempt, repeated after 1 s, 2 s, 4 s… up to a minute. */
  work<P extends object>(queue: string, options: WorkOptions, handler: (job: Job<P>) => Promise<void>): Promise<void>;
  stats(): Promise<QueueStats[]>;
  /** Throws RuleBroken("unavailable") when jobs can be neither added nor run. */
  check(): Promise<void>;
  /** Aborts running jobs, waits for them up to 5 s and leaves them to be run again. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
