import { setTimeout as pause } from "node:timers/promises";
import { RuleBroken } from "@sre/service-kit";

/**
 * What one replica holds, how much of it it stores in one transaction, and when a refused sender may come back. How many deliveries
 * may wait is the server's to say, which counts them before it reads them (`ingestInFlightMax`).
 */
export const queueLimits = {
  alertsMax: 40_000,
  alertsTogetherMax: 1_024,
  alertsTogetherMin: 64,
  /** How long a transaction may take before the next one is made half as large; one of half the time makes room for twice as many. */
  transactionMsWanted: 500,
  /** Others of a busy time come along when they arrive within this. */
  gatherMs: 2,
  /** Nobody waits behind a transaction that takes longer. */
  stalledMs: 1_500,
  retryAfterSeconds: 5,
} as const;

/** What a queue needs to know of its deliveries. */
export interface QueueInput<D, R> {
  readonly alertsIn: (delivery: D) => number;
  /** How many from the head, of about so many alerts, may be stored together with the same outcome as one after the other; at least one. */
  readonly together: (waiting: readonly D[], alertsMax: number) => number;
  /** Stores in one transaction; gives an answer for each, after the commit. */
  readonly store: (deliveries: readonly D[]) => Promise<readonly R[]>;
  /** Milliseconds of a clock that only goes forward. */
  readonly nowMs: () => number;
}

interface Waiting<D, R> {
  readonly delivery: D;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

const isUnavailable = (error: unknown): boolean => error instanceof RuleBroken && error.code === "unavailable";

/**
 * Group commit: deliveries that arrive while one transaction is under way are stored by the next one together. Each is answered
 * after the commit of its own alerts. One that cannot be stored fails alone: the transaction is then repeated one by one.
 * Throws RuleBroken "overloaded" when the queue is full, and "unavailable" at once while the database does not answer.
 */
export class DeliveryQueue<D, R> {
  readonly #input: QueueInput<D, R>;
  #waiting: Waiting<D, R>[] = [];
  #alerts = 0;
  #working = false;
  #alertsTogether: number = queueLimits.alertsTogetherMax;
  /** The database did not answer the last transaction, or does not answer this one in time. */
  #out = false;

  constructor(input: QueueInput<D, R>) {
    this.#input = input;
  }

  async add(delivery: D): Promise<R> {
    const alerts = this.#input.alertsIn(delivery);
    this.#admit(alerts);
    this.#alerts += alerts;
    try {
      const stored = new Promise<R>((resolve, reject) => this.#waiting.push({ delivery, resolve, reject }));
      if (!this.#working) void this.#work();
      return await stored;
    } finally {
      this.#alerts -= alerts;
    }
  }

  #admit(alerts: number): void {
    const { alertsMax, retryAfterSeconds } = queueLimits;
    // One transaction tries whether the database is back; nobody else waits for what it finds.
    if (this.#out && this.#working) throw unavailable();
    // A delivery larger than all that may wait is taken when nothing waits.
    if (this.#alerts > 0 && this.#alerts + alerts > alertsMax)
      throw new RuleBroken("overloaded", "Too many alerts are being stored.", { retryAfterSeconds });
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let before = 0; this.#waiting.length > 0;) {
      if (before > 1 && this.#waiting.length < before) await pause(queueLimits.gatherMs);
      const waiting = this.#waiting.map(({ delivery }) => delivery);
      const batch = this.#waiting.splice(0, this.#input.together(waiting, this.#alertsTogether));
      const startedMs = this.#input.nowMs();
      before = batch.length;
      const stalled = setTimeout(() => this.#refuseWaiting(), queueLimits.stalledMs);
      await this.#settle(batch);
      clearTimeout(stalled);
      this.#fitSize(this.#input.nowMs() - startedMs);
    }
    this.#working = false;
  }

  #fitSize(tookMs: number): void {
    const { alertsTogetherMin, alertsTogetherMax, transactionMsWanted } = queueLimits;
    if (tookMs > transactionMsWanted) this.#alertsTogether = Math.max(alertsTogetherMin, this.#alertsTogether / 2);
    else if (tookMs < transactionMsWanted / 2) this.#alertsTogether = Math.min(alertsTogetherMax, this.#alertsTogether * 2);
  }

  #refuseWaiting(): void {
    this.#out = true;
    for (const { reject } of this.#waiting.splice(0)) reject(unavailable());
  }

  async #settle(batch: readonly Waiting<D, R>[]): Promise<void> {
    try {
      const results = await this.#input.store(batch.map(({ delivery }) => delivery));
      batch.forEach(({ resolve }, index) => resolve(results[index]!));
      this.#out = false;
    } catch (error) {
      this.#out = isUnavailable(error);
      if (this.#out || batch.length === 1) for (const { reject } of batch) reject(error);
      else for (const one of batch) await this.#settle([one]);
    }
  }
}

function unavailable(): RuleBroken {
  return new RuleBroken("unavailable", "The database does not answer at the moment.", { retryAfterSeconds: queueLimits.retryAfterSeconds });
}
