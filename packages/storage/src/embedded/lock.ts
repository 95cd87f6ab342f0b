import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";

const retryMs = 100;

function tryLock(file: string): DatabaseSync | null {
  const lock = new DatabaseSync(file);
  try {
    lock.exec("pragma locking_mode = exclusive; begin exclusive");
    return lock;
  } catch {
    lock.close();
    return null;
  }
}

/**
 * Takes a lock of the operating system on `file`, waiting up to `waitMs` milliseconds for its holder; null when somebody else keeps it.
 * It is freed by `close`, and by the end of the process however it ends.
 */
export async function lockFile(file: string, waitMs: number): Promise<{ close(): void } | null> {
  for (let waitedMs = 0; ; waitedMs += retryMs) {
    const lock = tryLock(file);
    if (lock) return lock;
    if (waitedMs >= waitMs) return null;
    await pause(retryMs);
  }
}
