import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes, type Context, type Tracer } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { parseTraceParent } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NoopSpanProcessor, TracerProvider, type SpanProcessor } from "@opentelemetry/sdk-trace";

const contexts = new AsyncLocalStorageContextManager().enable();
const exportTimeoutMs = 3_000;
const noTraceId = "0".repeat(32);

function tracerOf(processors: SpanProcessor[], service?: string): { tracer: Tracer; provider: TracerProvider } {
  // Without any span processor the SDK makes no trace ids, so there is always one.
  const provider = new TracerProvider({
    spanProcessors: [new NoopSpanProcessor(), ...processors],
    ...(service ? { resource: resourceFromAttributes({ "service.name": service }) } : {}),
  });
  return { tracer: provider.getTracer("service-kit"), provider };
}

let tracer = tracerOf([]).tracer;

/** Sends spans to an OTLP/HTTP collector when there is one; trace ids exist either way. */
export function startTracing(input: { readonly service: string; readonly exporterUrl?: string | undefined }): {
  shutdown(): Promise<void>;
} {
  const url = input.exporterUrl;
  const processors = url
    ? [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${url}/v1/traces`, timeoutMillis: exportTimeoutMs }) })]
    : [];
  const started = tracerOf(processors, input.service);
  tracer = started.tracer;
  return { shutdown: () => started.provider.shutdown() };
}

function parentOf(traceparent: string | undefined): Context {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
  return parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT;
}

/** A stretch of work with a trace id; `run` may be called several times, `end` once. */
export interface OpenSpan {
  readonly traceId: string;
  readonly traceparent: string;
  run<T>(work: () => T): T;
  end(outcome: { readonly failed: boolean; readonly attributes?: Attributes }): void;
}

function traceparentOf(context: Context): string {
  const span = trace.getSpanContext(context);
  if (!span) return "";
  return `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 1}`;
}

/** Opens a span: a server's span continues the caller's `traceparent`, any other one continues the current span. */
export function openSpan(
  name: string,
  options: { kind: "server" | "client" | "internal"; traceparent?: string | undefined; attributes?: Attributes },
): OpenSpan {
  const kind = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL }[options.kind];
  const parent = options.kind === "server" || options.traceparent !== undefined ? parentOf(options.traceparent) : contexts.active();
  const span = tracer.startSpan(name, { kind, attributes: options.attributes ?? {} }, parent);
  const within = trace.setSpan(parent, span);
  return {
    traceId: span.spanContext().traceId,
    traceparent: traceparentOf(within),
    run: (work) => contexts.with(within, work),
    end(outcome) {
      if (outcome.attributes) span.setAttributes(outcome.attributes);
      if (outcome.failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

/** Trace id of the work at hand: 32 hex digits, all zero outside of any. */
export function currentTraceId(): string {
  return trace.getSpanContext(contexts.active())?.traceId ?? noTraceId;
}

/** The W3C traceparent of the work at hand, "" outside of any: store it with a job, hand it to `runWithTraceparent` later. */
export function currentTraceparent(): string {
  return traceparentOf(contexts.active());
}

/** Runs work as a part of the trace that `traceparent` names; a malformed or empty one begins a new trace. */
export async function runWithTraceparent<T>(traceparent: string, work: () => Promise<T>): Promise<T> {
  const span = openSpan("job", { kind: "internal", traceparent });
  let failed = true;
  try {
    const result = await span.run(work);
    failed = false;
    return result;
  } finally {
    span.end({ failed });
  }
}

export function isTraceId(id: string): boolean {
  return id !== noTraceId;
}
