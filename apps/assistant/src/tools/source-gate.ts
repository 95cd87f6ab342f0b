import type { Clock, Log } from "@sre/service-kit";
import type { SourceGate } from "../app.ts";
import type { SlotLeases } from "./slot-leases.ts";

/** Milliseconds: how soon places held by others are looked for again, and how long a place is passed on inside this process before others get a chance. */
const gateLimits = { retryMs: 50, retryAfterFaultMs: 500, passOnMsMax: 1_000 } as const;

interface Waiting {
  readonly priority: number;
  readonly order: number;
  readonly admit: (slot: Slot) => void;
}

interface Slot {
  readonly number: number;
  readonly leasedAtMs: number;
}

interface Deps {
  readonly leases: SlotLeases;
  readonly clock: Clock;
  readonly log: Log;
}

/** Who waits for one source: the most severe first, then who came first; and the places this process holds for it. */
class SourceQueue {
  readonly #source: string;
  readonly #deps: Deps;
  readonly #waiting: Waiting[] = [];
  #held = 0;
  #max = 1;
  #leasing = false;
  inside = 0;

  constructor(source: string, deps: Deps) {
    this.#source = source;
    this.#deps = deps;
  }

  enter(waiting: Waiting, max: number): void {
    this.#max = max;
    const at = this.#waiting.findIndex((other) => other.priority > waiting.priority);
    this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, waiting);
    void this.#lease();
  }

  forget(waiting: Waiting): void {
    const at = this.#waiting.indexOf(waiting);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  leave(slot: Slot): void {
    this.inside--;
    const fresh = this.#deps.clock.monotonicMs() - slot.leasedAtMs < gateLimits.passOnMsMax;
    const next = fresh ? this.#waiting.shift() : undefined;
    if (next) return this.#admit(next, slot);
    void this.#release([slot]);
  }

  #admit(waiting: Waiting, slot: Slot): void {
    this.inside++;
    waiting.admit(slot);
  }

  async #release(slots: readonly Slot[]): Promise<void> {
    const numbers = slots.map(({ number }) => number);
    await this.#deps.leases.release(this.#source, numbers).catch((error: unknown) => {
      this.#deps.log.warn({ err: error, source: this.#source }, "places in front of a source were not given back");
    });
    this.#held -= slots.length;
    void this.#lease();
  }

  async #lease(): Promise<void> {
    if (this.#leasing) return;
    this.#leasing = true;
    try {
      while (this.#waiting.length > 0 && this.#held < this.#max) {
        const got = await this.#leaseOnce();
        if (got > 0 || this.#waiting.length === 0) continue;
        await new Promise((resolve) => setTimeout(resolve, got < 0 ? gateLimits.retryAfterFaultMs : gateLimits.retryMs));
      }
    } finally {
      this.#leasing = false;
    }
  }

  /** Takes what is free and hands it out; resolves to how many places it got, −1 when they cannot be had at the moment. */
  async #leaseOnce(): Promise<number> {
    const { leases, clock, log } = this.#deps;
    const wanted = Math.min(this.#waiting.length, this.#max - this.#held);
    try {
      const numbers = await leases.lease(this.#source, this.#max, wanted);
      this.#held += numbers.length;
      const slots = numbers.map((number) => ({ number, leasedAtMs: clock.monotonicMs() }));
      const unused = slots.filter((slot) => {
        const next = this.#waiting.shift();
        if (next) this.#admit(next, slot);
        return next === undefined;
      });
      if (unused.length > 0) await this.#release(unused);
      return numbers.length;
    } catch (error) {
      log.warn({ err: error, source: this.#source }, "no place in front of a source could be had");
      return -1;
    }
  }
}

/**
 * The gate in front of the sources: never more calls under way than a source's cap, over all processes that share the
 * leases; inside a process the lowest number of `priority` goes first.
 */
export function createSourceGate(deps: Deps): SourceGate {
  const queues = new Map<string, SourceQueue>();
  let order = 0;
  const queueOf = (source: string) => {
    const queue = queues.get(source) ?? new SourceQueue(source, deps);
    queues.set(source, queue);
    return queue;
  };
  return {
    // The four parameters are the agreed form of the port.
    // oxlint-disable-next-line max-params
    async enter(source, max, priority, signal) {
      signal.throwIfAborted();
      const queue = queueOf(source);
      const { promise, resolve, reject } = Promise.withResolvers<Slot>();
      const waiting: Waiting = { priority, order: order++, admit: resolve };
      const onAbort = () => {
        queue.forget(waiting);
        reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
      };
      signal.addEventListener("abort", onAbort, { once: true });
      queue.enter(waiting, max);
      try {
        const slot = await promise;
        let left = false;
        const leave = () => {
          if (!left) queue.leave(slot);
          left = true;
        };
        return { [Symbol.dispose]: leave };
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
    inFlight: (source) => queues.get(source)?.inside ?? 0,
    close: () => deps.leases.close(),
  };
}
