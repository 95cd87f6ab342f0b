import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { RuleBroken } from "../identity/rules.ts";
import type { Clock } from "../lifecycle/clock.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import { openSpan } from "../observe/tracing.ts";
import { Breaker, breakerLimits } from "./breaker.ts";
import { attemptOnce, type Attempt } from "./attempt.ts";
import type {
  BreakerState,
  FailureReason,
  Outbound,
  OutboundFactory,
  OutboundFailure,
  OutboundRequest,
  OutboundResult,
  OutboundTarget,
} from "./types.ts";

export const outboundLimits = {
  attemptsMax: 5,
  backoffBaseMs: 100,
  backoffMaxMs: 5_000,
  connectTimeoutMs: 5_000,
  keepAliveMs: 10_000,
  pathCharactersMax: 65_536,
} as const;

interface Deps {
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
  /** A number in [0, 1) for the jitter. */
  readonly chance?: () => number;
}

function createBreaker(target: OutboundTarget, deps: Deps): Breaker {
  deps.metrics.breaker(target.name, "closed");
  return new Breaker(deps.clock, (state) => {
    deps.metrics.breaker(target.name, state);
    deps.log.warn({ target: target.name, breaker: state }, "breaker changed");
  });
}

function createPool(target: OutboundTarget): Pool {
  const { tls } = target;
  return new Pool(new URL(target.baseUrl).origin, {
    connections: target.connectionsMax,
    pipelining: 1,
    keepAliveTimeout: outboundLimits.keepAliveMs,
    connect: {
      timeout: outboundLimits.connectTimeoutMs,
      ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls?.key === undefined ? {} : { key: tls.key }),
      ...(tls?.servername === undefined ? {} : { servername: tls.servername }),
      ...(tls?.rejectUnauthorized === undefined ? {} : { rejectUnauthorized: tls.rejectUnauthorized }),
    },
  });
}

// A dot segment or an absolute path of another origin would let a name chosen by strangers leave the base URL.
const unsafePath = /[\\\s?#\p{Cc}]|(^|\/)(\.|%2e){1,2}(\/|$)|^\/\//iu;

function fullPath(target: OutboundTarget, request: OutboundRequest): string | null {
  const tooLong = request.path.length > outboundLimits.pathCharactersMax;
  if (tooLong || !request.path.startsWith("/") || unsafePath.test(request.path)) return null;
  const prefix = new URL(target.baseUrl).pathname.replace(/\/+$/, "");
  const query = new URLSearchParams(
    Object.entries(request.query ?? {}).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value]] : value.map((one) => [name, one]),
    ),
  ).toString();
  return `${prefix}${request.path}${query === "" ? "" : `?${query}`}`;
}

/** Full jitter (AWS Architecture Blog, "Exponential Backoff and Jitter"), in milliseconds; a Retry-After is the least. */
export function backoffMs(attempt: number, chance: number, retryAfter: number | undefined): number {
  const ceiling = Math.min(outboundLimits.backoffMaxMs, outboundLimits.backoffBaseMs * 2 ** attempt);
  return (retryAfter ?? 0) + Math.round(chance * ceiling);
}

class TargetCalls implements Outbound {
  readonly target: OutboundTarget;
  readonly #deps: Deps;
  readonly #pool: Pool;
  readonly #breaker: Breaker;

  constructor(target: OutboundTarget, deps: Deps) {
    this.target = target;
    this.#deps = deps;
    this.#pool = createPool(target);
    this.#breaker = createBreaker(target, deps);
  }

  breakerState(): BreakerState {
    return this.#breaker.state();
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async send(request: OutboundRequest): Promise<OutboundResult> {
    const { clock, metrics } = this.#deps;
    const started = clock.monotonicMs();
    const span = openSpan(`${request.method} ${this.target.name}`, {
      kind: "client",
      attributes: { "http.request.method": request.method, "peer.service": this.target.name },
    });
    const result = await span.run(() => this.#within(request, started, span.traceparent));
    const outcome = result.kind === "answered" ? "answered" : result.because;
    metrics.outboundCall(this.target.name, outcome, result.tookMs / 1_000);
    span.end({ failed: result.kind === "failed", attributes: { "outbound.outcome": outcome } });
    return result;
  }

  async #within(request: OutboundRequest, started: number, traceparent: string): Promise<OutboundResult> {
    const tookMs = (): number => this.#deps.clock.monotonicMs() - started;
    const failed = (because: FailureReason, detail: string): OutboundFailure => ({
      kind: "failed",
      because,
      detail: `${this.target.name} ${detail}`,
      tookMs: tookMs(),
    });
    const path = fullPath(this.target, request);
    if (path === null) return failed("refused", "was not asked: the path is not a plain one");
    if (request.signal.aborted) return failed("cancelled", "was not asked: the caller gave up");
    const deadlineMs = Math.min(request.deadlineMs ?? this.target.deadlineMs, this.target.deadlineMs);
    const deadline = AbortSignal.timeout(deadlineMs);
    const headers = await this.#headers(request, traceparent, deadline);
    if ("because" in headers) return failed(headers.because, headers.detail);
    const attempt = (): Promise<Attempt> =>
      attemptOnce({
        pool: this.#pool,
        request,
        path,
        headers: headers.all,
        deadline,
        bytesMax: this.target.responseBytesMax,
        now: () => this.#deps.clock.now(),
      });
    const last = await this.#attempts(request, attempt, () => deadlineMs - tookMs());
    if (last === "breaker_open")
      return { ...failed("breaker_open", "is not asked for a while after repeated failures"), retryAfterMs: breakerLimits.openMs };
    if (last.kind === "answered") return { ...last, tookMs: tookMs() };
    const { transient: _transient, peerFault: _peerFault, mayHaveActed: _mayHaveActed, ...failure } = last;
    return { ...failure, detail: `${this.target.name} ${failure.detail}`, tookMs: tookMs() };
  }

  async #headers(
    request: OutboundRequest,
    traceparent: string,
    deadline: AbortSignal,
  ): Promise<{ all: Record<string, string> } | { because: FailureReason; detail: string }> {
    const all: Record<string, string> = {
      accept: "application/json",
      "accept-encoding": "gzip",
      ...(request.body === undefined ? {} : { "content-type": "application/json" }),
      ...this.target.headers,
      ...request.headers,
      traceparent,
    };
    if (!this.target.authorization) return { all };
    const late = new Promise<never>((_, reject) =>
      deadline.addEventListener("abort", () => reject(new RuleBroken("unavailable", "late")), { once: true }),
    );
    try {
      return { all: { ...all, authorization: await Promise.race([this.target.authorization(), late]) } };
    } catch (error) {
      if (deadline.aborted) return { because: "timeout", detail: "was not asked: no credentials within the deadline" };
      const unavailable = error instanceof RuleBroken && error.code === "unavailable";
      this.#deps.log.warn({ err: error, target: this.target.name }, "no credentials for a call");
      return { because: unavailable ? "unreachable" : "denied", detail: "was not asked: no credentials could be had" };
    }
  }

  async #attempts(request: OutboundRequest, attempt: () => Promise<Attempt>, leftMs: () => number): Promise<Attempt | "breaker_open"> {
    const attemptsMax = Math.min(this.target.attemptsMax, outboundLimits.attemptsMax);
    const repeatable = request.idempotent ?? request.method === "GET";
    let last: Attempt | "breaker_open" = "breaker_open";
    for (let number = 1; number <= attemptsMax; number++) {
      const next = await this.#guarded(attempt);
      if (next === "breaker_open") return last;
      last = next;
      if (last.kind === "answered" || !last.transient || number === attemptsMax) return last;
      if (!repeatable && last.mayHaveActed) return last;
      const waitMs = backoffMs(number, (this.#deps.chance ?? Math.random)(), last.retryAfterMs);
      if (waitMs >= leftMs()) return last;
      const slept = await sleep(waitMs, true, { signal: request.signal }).catch(() => false);
      if (!slept) return last;
    }
    return last;
  }

  async #guarded(attempt: () => Promise<Attempt>): Promise<Attempt | "breaker_open"> {
    const ticket = this.#breaker.enter();
    if (!ticket) return "breaker_open";
    const outcome = await attempt();
    if (outcome.kind === "answered") ticket.settle("good");
    else ticket.settle(outcome.because === "cancelled" ? "unclear" : outcome.peerFault ? "bad" : "good");
    return outcome;
  }
}

/** Makes the caller of a target: pool, deadline, size limit, retries with full jitter, one breaker. The only place that retries. */
export function createOutboundFactory(deps: Deps): OutboundFactory {
  return (target) => new TargetCalls(target, deps);
}
