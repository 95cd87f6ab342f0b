import type { App } from "../app.ts";
import { resolveQuietIncidents } from "../incidents/resolve-quiet-incidents.ts";
import { releaseHeld } from "./release-held.ts";

const everyMs = 15_000;

/** Releases what nothing holds any more and resolves what has gone quiet, every few seconds, until it is disposed. */
export function watchNoise(app: App): Disposable {
  const look = async () => {
    await releaseHeld(app);
    await resolveQuietIncidents(app);
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => app.log.warn({ err: error }, "held alerts and quiet incidents could not be looked at"));
  }, everyMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
