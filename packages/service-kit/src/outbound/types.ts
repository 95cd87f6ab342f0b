import type { z } from "zod";

/** One peer that we call; every bound is part of its name card. */
export interface OutboundTarget {
  /** Label of its metrics and breaker. */
  readonly name: string;
  /** Origin and path prefix of every request; requests cannot leave it. */
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Value of the Authorization header, asked before each call. */
  readonly authorization?: () => Promise<string>;
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
  /** For the whole call with its retries. */
  readonly deadlineMs: number;
  /** Of the decoded body. */
  readonly responseBytesMax: number;
  readonly attemptsMax: number;
  readonly connectionsMax: number;
}

export type FailureReason = "timeout" | "unreachable" | "refused" | "denied" | "garbled" | "too_large" | "breaker_open" | "cancelled";

export interface OutboundAnswer {
  readonly kind: "answered";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly tookMs: number;
}

export interface OutboundFailure {
  readonly kind: "failed";
  readonly because: FailureReason;
  readonly status?: number;
  /** For operators; names no secret. */
  readonly detail: string;
  /** What the peer said about it, at most 4 KiB. */
  readonly body?: string;
  readonly retryAfterMs?: number;
  readonly tookMs: number;
}

export type OutboundResult = OutboundAnswer | OutboundFailure;

export interface OutboundRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the target's base URL; begins with a slash, its parts percent-encoded by the caller. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether it may be sent again when its outcome is unknown. Default: GET only. */
  readonly idempotent?: boolean;
  /** Shorter than the target's deadline. */
  readonly deadlineMs?: number;
  readonly signal: AbortSignal;
}

export type BreakerState = "closed" | "open" | "half_open";

/** Calls to one target. `send` never rejects and settles within its deadline. */
export interface Outbound {
  readonly target: OutboundTarget;
  send(request: OutboundRequest): Promise<OutboundResult>;
  breakerState(): BreakerState;
  close(): Promise<void>;
}

export type OutboundFactory = (target: OutboundTarget) => Outbound;

export type Parsed<S extends z.ZodType> =
  | { readonly ok: true; readonly value: z.output<S> }
  | { readonly ok: false; readonly because: "garbled"; readonly detail: string };
