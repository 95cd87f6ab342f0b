/** Lets at most `max` callers in at a time; the others wait in order of arrival. */
export interface Gate {
  /** Resolves to the function that leaves. Throws ETIMEDOUT when no place became free within `waitMs` milliseconds. */
  enter(waitMs: number): Promise<() => void>;
}

class NoFreeConnection extends Error {
  readonly code = "ETIMEDOUT";

  constructor(waitedMs: number) {
    super(`No database connection became free within ${waitedMs} ms.`);
  }
}

export function createGate(max: number): Gate {
  const waiting = new Set<() => void>();
  let inside = 0;
  const leave = () => {
    const [next] = waiting;
    if (!next) return void (inside -= 1);
    waiting.delete(next);
    next();
  };
  const once = () => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      leave();
    };
  };
  const wait = (waitMs: number) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(admitted);
        reject(new NoFreeConnection(waitMs));
      }, waitMs);
      const admitted = () => {
        clearTimeout(timer);
        resolve();
      };
      waiting.add(admitted);
    });
  return {
    async enter(waitMs) {
      if (inside < max) inside += 1;
      else await wait(waitMs);
      return once();
    },
  };
}
