import { ConfigurationError } from "../config/environment.ts";
import type { Log } from "../observe/log.ts";
import { createFailPoints } from "./fail-points.ts";

const exitCodes = { failure: 1, misconfigured: 78 } as const;
const closeMsMax = 10_000;
// A launcher that was killed may be started again at once: its ports must be free by then.
const abandonedCloseMsMax = 1_200;
const stopSignals = ["SIGTERM", "SIGINT"] as const;

/** What ends a process, and how it is told: `process` itself, or a stand-in of a test. */
export interface HostProcess {
  once(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  exitCode?: number | string | null | undefined;
  exit(code: number): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stderr: { write(text: string): unknown };
}

/** Aborts on SIGTERM, SIGINT, or when the launcher that started this process goes away. */
function stopSignal(host: HostProcess): { signal: AbortSignal; closeMsMax(): number; forget(): void } {
  const controller = new AbortController();
  let limitMs = closeMsMax;
  const stop = (): void => controller.abort(new Error("the service stops"));
  const abandon = (): void => {
    limitMs = abandonedCloseMsMax;
    stop();
  };
  for (const event of stopSignals) host.once(event, stop);
  host.once("disconnect", abandon);
  return {
    signal: controller.signal,
    closeMsMax: () => limitMs,
    forget: () => {
      for (const event of stopSignals) host.off(event, stop);
      host.off("disconnect", abandon);
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function fail(host: HostProcess, log: Log, error: unknown): void {
  if (error instanceof ConfigurationError) {
    host.stderr.write(`${error.message}\n`);
    host.exitCode = exitCodes.misconfigured;
    return;
  }
  log.fatal({ err: error }, "the service cannot run");
  host.exitCode = exitCodes.failure;
}

async function closeInTime(input: { stack: AsyncDisposableStack; log: Log; host: HostProcess; limitMs: number }): Promise<void> {
  const { stack, log, host, limitMs } = input;
  const late = setTimeout(() => {
    log.error({ close_ms_max: limitMs }, "closing took too long");
    host.exit(exitCodes.failure);
  }, limitMs);
  try {
    await stack.disposeAsync();
  } catch (error) {
    fail(host, log, error);
  } finally {
    clearTimeout(late);
  }
}

/**
 * Runs a service: opens what it needs, waits until it is told to stop (SIGTERM, SIGINT, its launcher gone), closes in reverse within ten seconds (1.2 when the launcher is gone).
 * A ConfigurationError is one line on stderr and exit code 78; any other failure is logged, exit code 1.
 */
export async function runService(input: {
  readonly log: Log;
  readonly open: (stack: AsyncDisposableStack, signal: AbortSignal) => Promise<void>;
  readonly host?: HostProcess;
}): Promise<void> {
  const { log } = input;
  const host = input.host ?? process;
  const stop = stopSignal(host);
  const stack = new AsyncDisposableStack();
  try {
    createFailPoints(host.env, () => undefined);
    await input.open(stack, stop.signal);
    await aborted(stop.signal);
    log.info("stopping");
  } catch (error) {
    if (!stop.signal.aborted) fail(host, log, error);
  }
  await closeInTime({ stack, log, host, limitMs: stop.closeMsMax() });
  stop.forget();
  // The channel to the launcher would keep the event loop alive.
  if (host === process && process.connected) process.disconnect();
}
