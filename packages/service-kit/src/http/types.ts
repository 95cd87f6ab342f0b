import type { healthOperations, Operation, OperationReply, OperationRequest, Operations } from "@sre/contracts/shared";
import type { FastifyInstance } from "fastify";
import type { CallContext, HttpFacts, Principal } from "../identity/context.ts";
import type { Clock } from "../lifecycle/clock.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { HttpLimits } from "./limits.ts";

/** One operation's work, behind its guards: the request has passed its schemas and the caller holds the scope. */
export type Handler<Op extends Operation> = (ctx: CallContext, request: OperationRequest<Op>) => Promise<OperationReply<Op>>;
export type Handlers<Ops extends Operations> = { readonly [Name in keyof Ops]: Handler<Ops[Name]> };

export interface HealthCheck {
  readonly name: string;
  /** Whether the service cannot take traffic without it. */
  readonly required: boolean;
  /** Resolves when the dependency works; rejects or outlives its second otherwise. */
  check(signal: AbortSignal): Promise<void>;
}

/** What decides who calls. Throws RuleBroken("unauthenticated" | "invalid_token" | "forbidden"). */
export interface Authenticate {
  principal(request: AuthenticationRequest): Promise<Principal>;
  /** For operations whose authentication is `ingest`. */
  ingest?(request: AuthenticationRequest): Promise<Principal>;
}

export interface AuthenticationRequest extends HttpFacts {
  /** The bearer token (of a sender: or the password of Basic credentials), or null without an Authorization header. A malformed header has been refused already. */
  readonly bearer: string | null;
  readonly traceId: string;
  readonly at: Date;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface HttpServer {
  readonly port: number;
  readonly url: string;
  readonly inject: FastifyInstance["inject"];
  /** Takes no new work, ends streams, lets requests in flight finish (10 s at most), then closes. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A caller that was not let in (401) or may not do what it asked for (403). */
export interface Refusal {
  /** Null where nobody was recognised. */
  readonly principal: Principal | null;
  readonly status: 401 | 403;
  readonly code: string;
  readonly method: string;
  /** The path of the operation with its parameters unnamed, never what was sent. */
  readonly route: string;
  readonly traceId: string;
  readonly at: Date;
}

export interface HttpServerInput<Ops extends Operations> {
  readonly service: string;
  readonly version: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Every operation; those of `healthOperations` are served by the kit itself. */
  readonly operations: Ops;
  readonly handlers: Handlers<Omit<Ops, keyof typeof healthOperations>>;
  /** Served at /openapi.json. */
  readonly openApi: unknown;
  readonly authenticate: Authenticate;
  readonly checks: readonly HealthCheck[];
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
  readonly limits?: Partial<HttpLimits>;
  /** Told of each refusal of a caller; must not wait or throw. */
  readonly onRefused?: (refusal: Refusal) => void;
  /** Further routes of the application, e.g. the console's files. A route may override the security headers it must. */
  readonly plugins?: (app: FastifyInstance) => Promise<void>;
}
