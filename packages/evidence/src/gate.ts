/** Caps the calls under way for each source; the lowest number of `priority` goes first, then who came first. */
export interface InFlightGate {
  /** Resolves when there is room; dispose to leave. Rejects when the signal is aborted first. */
  enter(source: string, max: number, priority: number, signal: AbortSignal): Promise<Disposable | AsyncDisposable>;
}

interface Waiting {
  readonly priority: number;
  readonly order: number;
  readonly admit: () => void;
}

class Room {
  #inside = 0;
  readonly #waiting: Waiting[] = [];

  get idle(): boolean {
    return this.#inside === 0 && this.#waiting.length === 0;
  }

  enter(max: number, priority: number, order: number): { admitted: Promise<void>; leave: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting: Waiting = { priority, order, admit: resolve };
    if (this.#inside < max) {
      this.#inside++;
      resolve();
    } else {
      const at = this.#waiting.findIndex((other) => other.priority > priority);
      this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, waiting);
    }
    return { admitted: promise, leave: () => this.#leave(waiting) };
  }

  #leave(who: Waiting): void {
    const queued = this.#waiting.indexOf(who);
    if (queued >= 0) return void this.#waiting.splice(queued, 1);
    const next = this.#waiting.shift();
    if (next) next.admit();
    else this.#inside--;
  }
}

/** The gate of one process. */
export function createMemoryGate(): InFlightGate {
  const rooms = new Map<string, Room>();
  let order = 0;
  return {
    // The four parameters are the agreed form of the port.
    // oxlint-disable-next-line max-params
    async enter(source, max, priority, signal) {
      signal.throwIfAborted();
      const room = rooms.get(source) ?? new Room();
      rooms.set(source, room);
      const { admitted, leave } = room.enter(max, priority, order++);
      let left = false;
      const leaveOnce = () => {
        if (left) return;
        left = true;
        leave();
        if (room.idle) rooms.delete(source);
      };
      const aborted = Promise.withResolvers<never>();
      const onAbort = () => aborted.reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        await Promise.race([admitted, aborted.promise]);
      } catch (error) {
        leaveOnce();
        throw error;
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
      return { [Symbol.dispose]: leaveOnce };
    },
  };
}
