/** Wakes the streams of this process; other replicas notice by looking once a second. */
export interface EventSignal {
  wake(): void;
  /** Settles at the next wake, after `timeoutMs`, or when the signal aborts. */
  next(timeoutMs: number, signal: AbortSignal): Promise<void>;
}

export function createEventSignal(): EventSignal {
  const waiting = new Set<() => void>();
  return {
    wake() {
      for (const resume of waiting) resume();
    },
    next(timeoutMs, signal) {
      return new Promise((resolve) => {
        const resume = () => {
          waiting.delete(resume);
          clearTimeout(timer);
          signal.removeEventListener("abort", resume);
          resolve();
        };
        const timer = setTimeout(resume, timeoutMs);
        waiting.add(resume);
        signal.addEventListener("abort", resume, { once: true });
        if (signal.aborted) resume();
      });
    },
  };
}
