import type { App } from "../app.ts";
import { deleteEventsBefore, eventLimits } from "./store.ts";

const everyMs = 3_600_000;
const dayMs = 24 * 3_600_000;

/** Forgets events past their retention, once an hour, until it is disposed. */
export function forgetOldEvents(app: App): Disposable {
  const timer = setInterval(() => {
    const before = new Date(app.clock.now().getTime() - eventLimits.retentionDays * dayMs);
    deleteEventsBefore(app.database.kysely, before).catch((error: unknown) =>
      app.log.warn({ err: error }, "old events could not be deleted"),
    );
  }, everyMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
