import type { Health } from "@sre/contracts/shared";
import { RuleBroken } from "../identity/rules.ts";
import type { Clock } from "../lifecycle/clock.ts";
import type { Log } from "../observe/log.ts";
import type { HttpLimits } from "./limits.ts";
import type { HealthCheck } from "./types.ts";

type CheckResult = Health["checks"][number];

export interface HealthReport {
  health(): Promise<Health>;
  /** Throws RuleBroken("unavailable") that names what is missing. */
  readiness(): Promise<{ ready: true; missing: [] }>;
  /** From now on this replica is not ready. */
  drain(): void;
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("timed out")), { once: true }));
}

async function runCheck(check: HealthCheck, clock: Clock, deadlineMs: number): Promise<CheckResult & { fault?: unknown }> {
  const started = clock.monotonicMs();
  const signal = AbortSignal.timeout(deadlineMs);
  const known = { name: check.name, required: check.required };
  const latency = () => Math.round((clock.monotonicMs() - started) * 10) / 10;
  try {
    await Promise.race([check.check(signal), rejectOnAbort(signal)]);
    return { ...known, ok: true, latency_ms: latency() };
  } catch (fault) {
    // Only our own sentences go out: the message of a driver names hosts.
    const detail = fault instanceof RuleBroken ? fault.detail : signal.aborted ? "does not answer in time" : "does not work";
    return { ...known, ok: false, latency_ms: latency(), detail, fault };
  }
}

export interface HealthInput {
  readonly service: string;
  readonly version: string;
  readonly checks: readonly HealthCheck[];
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: HttpLimits;
}

/** State of the dependencies, asked at most once a second however often it is read. */
export function createHealthReport(input: HealthInput): HealthReport {
  const { clock, limits, log } = input;
  const startedMs = clock.monotonicMs();
  const failing = new Set<string>();
  let cached: { atMs: number; results: Promise<CheckResult[]> } | null = null;
  let draining = false;

  function note({ fault, ...result }: CheckResult & { fault?: unknown }): CheckResult {
    if (!result.ok && !failing.has(result.name)) log.warn({ check: result.name, err: fault }, "a dependency fails");
    if (result.ok && failing.has(result.name)) log.info({ check: result.name }, "a dependency works again");
    if (result.ok) failing.delete(result.name);
    else failing.add(result.name);
    return result;
  }

  function results(): Promise<CheckResult[]> {
    const nowMs = clock.monotonicMs();
    if (cached && nowMs - cached.atMs < limits.healthCacheMs) return cached.results;
    const all = Promise.all(input.checks.map(async (check) => note(await runCheck(check, clock, limits.healthCheckDeadlineMs))));
    cached = { atMs: nowMs, results: all };
    return all;
  }

  return {
    async health() {
      const checks = await results();
      return {
        status: checks.every((check) => check.ok) ? "ok" : "degraded",
        service: input.service,
        version: input.version,
        uptime_seconds: Math.round((clock.monotonicMs() - startedMs) / 1_000),
        checks,
      };
    },
    async readiness() {
      const failed = (await results()).filter((check) => check.required && !check.ok).map((check) => check.name);
      const missing = draining ? ["draining", ...failed] : failed;
      if (missing.length === 0) return { ready: true, missing: [] };
      const errors = missing.map((name) => ({ field: name, message: "is missing" }));
      throw new RuleBroken("unavailable", `Not ready; missing: ${missing.join(", ")}.`, { errors });
    },
    drain() {
      draining = true;
    },
  };
}
