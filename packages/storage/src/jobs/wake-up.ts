/** The idle workers of one queue: each new job wakes one of them, which wakes the next as soon as it found a job. */
export interface WakeUp {
  /** `notify` makes the worker look for a job now. */
  add(workerId: string, notify: () => void): void;
  readonly wakeOne: () => void;
  started(workerId: string): void;
  finished(workerId: string): void;
}

export function createWakeUp(): WakeUp {
  const workers = new Map<string, () => void>();
  const idle = new Set<string>();
  const wakeOne = () => {
    const [workerId] = idle;
    if (workerId === undefined) return;
    // To the end of the line, so that the next call wakes another one.
    idle.delete(workerId);
    idle.add(workerId);
    workers.get(workerId)?.();
  };
  return {
    add(workerId, notify) {
      workers.set(workerId, notify);
      idle.add(workerId);
    },
    wakeOne,
    started(workerId) {
      idle.delete(workerId);
      wakeOne();
    },
    finished(workerId) {
      idle.add(workerId);
      workers.get(workerId)?.();
    },
  };
}
