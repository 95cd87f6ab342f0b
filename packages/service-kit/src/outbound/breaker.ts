import type { Clock } from "../lifecycle/clock.ts";
import type { BreakerState } from "./types.ts";

export const breakerLimits = { failuresUntilOpen: 5, openMs: 10_000 } as const;

/** What an attempt says about the peer; `unclear` when its caller gave up before there was an answer. */
export type Verdict = "good" | "bad" | "unclear";

/** Leave to make one attempt, to be settled once. */
export interface Ticket {
  settle(verdict: Verdict): void;
}

/**
 * Circuit breaker of one target: five bad attempts in a row open it for ten seconds, then one probe at a time decides.
 * Nobody waits at it, so that a caller's deadline never depends on another caller's probe.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #changed: (state: BreakerState) => void;
  #failures = 0;
  #openedMs: number | null = null;
  #probing = false;

  constructor(clock: Clock, changed: (state: BreakerState) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  state(): BreakerState {
    if (this.#openedMs === null) return "closed";
    return this.#clock.monotonicMs() - this.#openedMs < breakerLimits.openMs ? "open" : "half_open";
  }

  /** A ticket, or null while the peer is left alone. */
  enter(): Ticket | null {
    const state = this.state();
    if (state === "closed") return { settle: (verdict) => this.#settle(verdict) };
    if (state === "open" || this.#probing) return null;
    this.#probing = true;
    this.#changed("half_open");
    return { settle: (verdict) => this.#settleProbe(verdict) };
  }

  #settle(verdict: Verdict): void {
    // An attempt from before the opening says nothing new.
    if (this.#openedMs !== null || verdict === "unclear") return;
    this.#failures = verdict === "good" ? 0 : this.#failures + 1;
    if (this.#failures >= breakerLimits.failuresUntilOpen) this.#open();
  }

  #settleProbe(verdict: Verdict): void {
    this.#probing = false;
    if (verdict === "bad") this.#open();
    if (verdict !== "good") return;
    this.#failures = 0;
    this.#openedMs = null;
    this.#changed("closed");
  }

  #open(): void {
    this.#openedMs = this.#clock.monotonicMs();
    this.#changed("open");
  }
}
