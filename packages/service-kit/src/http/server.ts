import type { healthOperations, Operation, Operations } from "@sre/contracts/shared";
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { RuleBroken } from "../identity/rules.ts";
import { answerClientError } from "./client-errors.ts";
import { guardOf, release, routeOf, stateOf, type Dispatch } from "./dispatch.ts";
import { createHealthReport, type HealthReport } from "./health.ts";
import { httpLimits, type HttpLimits } from "./limits.ts";
import { limitIngest } from "./ingest-room.ts";
import { problemOf, ruleOf } from "./problems.ts";
import { sendProblem, setSecurityHeaders, type LooseReply } from "./replies.ts";
import { parseBody } from "./requests.ts";
import { pathPattern, routePath } from "./routes.ts";
import type { HttpServer, HttpServerInput } from "./types.ts";

type AnyHandler = Parameters<typeof routeOf>[1];

function healthHandlers(
  input: Pick<HttpServerInput<Operations>, "metrics" | "openApi">,
  report: HealthReport,
): Record<keyof typeof healthOperations, AnyHandler> {
  const openApi = JSON.stringify(input.openApi);
  const ok = (body: unknown): LooseReply => ({ status: 200, body });
  return {
    getHealth: async () => ok(await report.health()),
    getReadiness: async () => ok(await report.readiness()),
    getMetrics: async () => ok(await input.metrics.registry.metrics()),
    getOpenApi: async () => ok(openApi),
  };
}

function createApp(limits: HttpLimits): FastifyInstance {
  return fastify({
    logger: false,
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    http: {
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: limits.connectionsCheckMs,
      maxHeaderSize: limits.headerBytesMax,
    },
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: "idle",
    trustProxy: false,
    routerOptions: { maxParamLength: limits.pathParameterCharactersMax, querystringParser: () => ({}) },
    frameworkErrors: (error, request, reply) => {
      setSecurityHeaders(reply);
      return void sendProblem(reply, problemOf(new RuleBroken("not_found", "No such address.", { cause: error }), request.id));
    },
    clientErrorHandler: answerClientError,
  });
}

/** What is refused outside of any operation: 405 with Allow where the path exists, else 404. */
function refuseUnknown(
  operations: Operations,
): (request: FastifyRequest, reply: FastifyReply) => { rule: RuleBroken; allow: string | null } {
  const known = Object.values(operations).map((operation) => ({ method: operation.method, pattern: pathPattern(operation) }));
  return (request) => {
    const path = (request.raw.url ?? "").split("?", 1)[0] ?? "";
    const methods = known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    if (methods.length === 0 || methods.some((method) => method === request.method)) {
      return { rule: new RuleBroken("not_found", "No such address."), allow: null };
    }
    return { rule: new RuleBroken("method_not_allowed", "This address has no such method."), allow: [...new Set(methods)].join(", ") };
  };
}

function addHooks(app: FastifyInstance, input: HttpServerInput<Operations>, dispatch: Dispatch): void {
  app.addHook("onRequest", async (request, reply) => {
    const state = stateOf(dispatch, request);
    setSecurityHeaders(reply);
    void reply.headers({ "x-request-id": state.span.traceId, traceparent: state.span.traceparent });
    reply.raw.once("close", () => {
      release(dispatch, state);
      if (!reply.raw.writableFinished) state.abort.abort(new Error("the caller went away"));
    });
  });
  app.addHook("onSend", async (request, reply) => {
    // A body that was refused unread would otherwise be read to its end, however long.
    if (reply.statusCode >= 400 && !request.raw.complete) void reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    // A connection that was busy when the server began to close is idle now, and nobody else would close it.
    if (dispatch.closing) setImmediate(() => app.server.closeIdleConnections());
    const state = stateOf(dispatch, request);
    const route = request.is404 ? "unknown" : (request.routeOptions.url ?? "unknown");
    const seconds = ((state.streamingMs ?? dispatch.clock.monotonicMs()) - state.startedMs) / 1_000;
    const status = reply.statusCode;
    input.metrics.httpRequest({ method: request.method, route, status }, seconds);
    state.span.end({
      failed: status >= 500,
      attributes: { "http.request.method": request.method, "http.route": route, "http.response.status_code": status },
    });
    state.span.run(() =>
      input.log.debug(
        { method: request.method, route, status, duration_ms: Math.round(seconds * 1_000), principal: state.principal?.subject },
        "request",
      ),
    );
  });
}

function addRefusals(app: FastifyInstance, input: HttpServerInput<Operations>, dispatch: Dispatch): void {
  const refuse = (request: FastifyRequest, reply: FastifyReply, rule: RuleBroken): FastifyReply => {
    const state = stateOf(dispatch, request);
    const { code } = rule;
    state.span.run(() => {
      if (code === "internal_error") input.log.error({ err: rule.cause ?? rule, path: state.facts.path }, "a request failed");
      else
        input.log.info(
          { code, detail: rule.detail, err: rule.cause, method: request.method, route: request.routeOptions.url },
          "a request was refused",
        );
    });
    return sendProblem(reply, problemOf(rule, state.span.traceId));
  };
  const unknown = refuseUnknown(input.operations);
  const refuseAddress = (request: FastifyRequest, reply: FastifyReply) => {
    const { rule, allow } = unknown(request, reply);
    if (allow !== null) void reply.header("allow", allow);
    return refuse(request, reply, rule);
  };
  // Of some methods Fastify looks at the body before it looks for a route: what has none is refused for that.
  app.setErrorHandler((error, request, reply) => (request.is404 ? refuseAddress(request, reply) : refuse(request, reply, ruleOf(error))));
  app.setNotFoundHandler(refuseAddress);
}

declare module "fastify" {
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

function addRoutes(
  app: FastifyInstance,
  operations: Operations,
  { dispatch, handlers }: { dispatch: Dispatch; handlers: Readonly<Record<string, AnyHandler>> },
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (request, bytes, done) => {
    try {
      const operation = request.routeOptions.config.operation;
      done(null, operation ? parseBody(operation, bytes as Buffer, dispatch.limits) : undefined);
    } catch (error) {
      done(error as Error);
    }
  });
  for (const [name, operation] of Object.entries(operations)) {
    const handler = handlers[name];
    if (!handler) throw new Error(`No handler for the operation ${name}.`);
    app.route({
      method: operation.method,
      url: routePath(operation),
      config: { operation },
      ...(operation.bodyBytesMax === undefined ? {} : { bodyLimit: operation.bodyBytesMax }),
      onRequest: guardOf(operation, dispatch),
      handler: routeOf(operation, handler, dispatch),
    });
  }
}

async function closeWithin(app: FastifyInstance, drainMs: number): Promise<void> {
  const force = setTimeout(() => app.server.closeAllConnections(), drainMs);
  try {
    await app.close();
  } finally {
    clearTimeout(force);
  }
}

function serverOf(app: FastifyInstance, host: string, stop: () => Promise<void>): HttpServer {
  const address = app.server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  let closed: Promise<void> | null = null;
  const close = (): Promise<void> => (closed ??= stop());
  return {
    port,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    inject: app.inject.bind(app) as FastifyInstance["inject"],
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Serves one table of operations: routes, guards, validation both ways, limits, problem+json for every refusal, health and metrics.
 * Rejects when the address is taken or an operation has no handler.
 */
export async function startHttpServer<Ops extends Operations>(given: HttpServerInput<Ops>): Promise<HttpServer> {
  // Each handler meets exactly the operation of its own name, which the types of the input have proven.
  const input = given as unknown as HttpServerInput<Operations>;
  const limits: HttpLimits = { ...httpLimits, ...input.limits };
  const { authenticate, clock, log } = input;
  if (!authenticate.ingest && Object.values(input.operations).some((operation) => operation.authentication === "ingest")) {
    throw new Error("Operations for senders need authenticate.ingest.");
  }
  const dispatch: Dispatch = { authenticate, clock, log, limits, states: new WeakMap(), streams: new Set(), inFlight: 0, closing: false };
  const report = createHealthReport({ ...input, limits });
  const app = createApp(limits);
  app.server.maxConnections = limits.connectionsMax;
  const { ingestInFlightMax: max, ingestRetryAfterSeconds: retryAfterSeconds } = limits;
  limitIngest(app.server, { operations: input.operations, max, retryAfterSeconds, metrics: input.metrics });
  addHooks(app, input, dispatch);
  addRefusals(app, input, dispatch);
  addRoutes(app, input.operations, {
    dispatch,
    handlers: { ...(input.handlers as unknown as Record<string, AnyHandler>), ...healthHandlers(input, report) },
  });
  if (input.plugins) await app.register(input.plugins);
  await app.listen({ host: input.host, port: input.port });
  return serverOf(app, input.host, async () => {
    report.drain();
    dispatch.closing = true;
    for (const stream of dispatch.streams) stream.abort(new Error("the server closes"));
    await closeWithin(app, limits.drainMs);
  });
}
