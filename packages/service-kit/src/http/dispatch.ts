import type { Operation } from "@sre/contracts/shared";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Readable } from "node:stream";
import { defaultTeamId, type CallContext, type HttpFacts, type Principal } from "../identity/context.ts";
import { RuleBroken } from "../identity/rules.ts";
import type { Clock } from "../lifecycle/clock.ts";
import type { Log } from "../observe/log.ts";
import { openSpan, type OpenSpan } from "../observe/tracing.ts";
import { admit, bearerOf, senderTokenOf } from "./guards.ts";
import type { HttpLimits } from "./limits.ts";
import { payloadOf, setReplyHeaders, type LooseReply } from "./replies.ts";
import { checkBodyHeaders, httpFactsOf, requestReader } from "./requests.ts";
import type { Authenticate, AuthenticationRequest } from "./types.ts";

/** What the server keeps of a request from its first byte to its last. */
export interface RequestState {
  readonly span: OpenSpan;
  readonly startedMs: number;
  readonly at: Date;
  readonly facts: HttpFacts;
  readonly log: Log;
  readonly abort: AbortController;
  principal: Principal | null;
  /** Who was recognised, whether or not it was then let in. */
  caller: Principal | null;
  counted: boolean;
  /** When a stream began; null for replies that are sent at once. */
  streamingMs: number | null;
}

export interface Dispatch {
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: HttpLimits;
  readonly states: WeakMap<FastifyRequest, RequestState>;
  /** Requests whose reply is a stream; aborted when the server closes. */
  readonly streams: Set<AbortController>;
  inFlight: number;
  closing: boolean;
}

/** The state of a request; made on first use, so that a refusal before any hook has one too. */
export function stateOf(dispatch: Dispatch, request: FastifyRequest): RequestState {
  const known = dispatch.states.get(request);
  if (known) return known;
  const traceparent = request.headers["traceparent"];
  const state: RequestState = {
    span: openSpan(`HTTP ${request.method}`, { kind: "server", traceparent: typeof traceparent === "string" ? traceparent : undefined }),
    startedMs: dispatch.clock.monotonicMs(),
    at: dispatch.clock.now(),
    facts: httpFactsOf(request),
    log: dispatch.log,
    abort: new AbortController(),
    principal: null,
    caller: null,
    counted: false,
    streamingMs: null,
  };
  dispatch.states.set(request, state);
  return state;
}

/** The same, remembering who was recognised: a refusal for want of a scope is told with its name. */
function noting(authenticate: Authenticate, state: RequestState): Authenticate {
  const note = async (recognised: Promise<Principal>) => (state.caller = await recognised);
  return {
    principal: (request) => note(authenticate.principal(request)),
    ...(authenticate.ingest && { ingest: (request: AuthenticationRequest) => note(authenticate.ingest!(request)) }),
  };
}

/** Guards of one operation, before a byte of the body is read: content type, identity, scope, room for one more. */
export function guardOf(operation: Operation, dispatch: Dispatch): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const state = stateOf(dispatch, request);
    if (operation.tag !== "health") {
      if (dispatch.inFlight >= dispatch.limits.inFlightMax)
        throw new RuleBroken("overloaded", "Too many requests are being served.", { retryAfterSeconds: 1 });
      dispatch.inFlight++;
      state.counted = true;
    }
    state.principal = await state.span.run(() =>
      admit(operation, noting(dispatch.authenticate, state), () => ({
        ...state.facts,
        bearer: operation.authentication === "ingest" ? senderTokenOf(state.facts) : bearerOf(state.facts),
        traceId: state.span.traceId,
        at: state.at,
        log: state.log,
        signal: state.abort.signal,
      })),
    );
    if (operation.method !== "GET") checkBodyHeaders(operation, request.headers);
  };
}

function contextOf(state: RequestState): CallContext {
  const principal = state.principal;
  if (!principal) throw new Error("A handler runs only behind its guard.");
  return {
    teamId: principal.teamId ?? defaultTeamId,
    principal,
    traceId: state.span.traceId,
    at: state.at,
    log: state.log,
    signal: state.abort.signal,
    http: state.facts,
  };
}

async function withinDeadline<T>(work: Promise<T>, abort: AbortController, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const rule = new RuleBroken("unavailable", "The request took too long.");
      abort.abort(rule);
      reject(rule);
    }, deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function keepStream(dispatch: Dispatch, state: RequestState, stream: Readable): void {
  if (dispatch.streams.size >= dispatch.limits.streamsMax) {
    stream.destroy();
    throw new RuleBroken("overloaded", "Too many streams are open.");
  }
  dispatch.streams.add(state.abort);
  state.streamingMs = dispatch.clock.monotonicMs();
  // A stream is not work in flight: it may stay open for hours.
  release(dispatch, state);
  stream.once("close", () => dispatch.streams.delete(state.abort));
}

export function release(dispatch: Dispatch, state: RequestState): void {
  if (state.counted) dispatch.inFlight--;
  state.counted = false;
}

type LooseHandler = (ctx: CallContext, request: never) => Promise<LooseReply>;

/** The route of one operation: read and check the request, call the handler, check and send its reply. */
export function routeOf(operation: Operation, handler: LooseHandler, dispatch: Dispatch) {
  const read = requestReader(operation, dispatch.limits);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const state = stateOf(dispatch, request);
    return state.span.run(async () => {
      const answer = await withinDeadline(
        handler(contextOf(state), read(request) as never),
        state.abort,
        dispatch.limits.handlerDeadlineMs,
      );
      const { contentType, payload } = payloadOf(operation, answer, state.abort.signal);
      if (payload instanceof Readable) keepStream(dispatch, state, payload);
      setReplyHeaders(reply, answer.headers);
      if (contentType !== null) void reply.type(contentType);
      // An undefined payload, other than null, is not announced as JSON.
      return reply.code(answer.status).send(payload ?? undefined);
    });
  };
}
