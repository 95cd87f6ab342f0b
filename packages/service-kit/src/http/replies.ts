import { isRawBody, type Operation, type Problem, type RawBody } from "@sre/contracts/shared";
import type { FastifyReply } from "fastify";
import { Readable } from "node:stream";
import { assert } from "../lifecycle/assert.ts";
import type { ProblemReply } from "./problems.ts";

/** What a handler gave back, seen without the types of its operation. */
export interface LooseReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "strict-transport-security": "max-age=31536000",
  "cache-control": "no-store",
};

export function setSecurityHeaders(reply: FastifyReply): void {
  void reply.headers(securityHeaders);
}

/** Sends a refusal as problem+json. */
export function sendProblem(reply: FastifyReply, problem: ProblemReply, extra: Readonly<Record<string, string>> = {}): FastifyReply {
  const body: Problem = problem.body;
  void reply.code(problem.status).headers(extra).type("application/problem+json; charset=utf-8");
  if (problem.retryAfterSeconds !== null) void reply.header("retry-after", String(problem.retryAfterSeconds));
  // A sender that knows only Basic credentials sends them once it was asked for them.
  const bySender = reply.request.routeOptions.config?.operation?.authentication === "ingest";
  if (problem.status === 401) void reply.header("www-authenticate", bySender ? ['Basic realm="sender"', "Bearer"] : "Bearer");
  return reply.send(JSON.stringify(body));
}

function isAsyncIterable(body: unknown): body is AsyncIterable<string> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}

/** The items of a source until it ends or the signal fires, whichever is first; ends cleanly either way. */
async function* untilAborted(source: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
  const items = source[Symbol.asyncIterator]();
  const aborted = new Promise<"aborted">((resolve) => {
    if (signal.aborted) resolve("aborted");
    signal.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
  try {
    for (;;) {
      const next = await Promise.race([items.next(), aborted]);
      if (next === "aborted" || next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a source that waits for its next item would hold the end of the stream back.
    items.return?.().catch(() => undefined);
  }
}

/** A comment first: headers go out with the first byte, and a reader must not wait for the first event to know that it is connected. */
async function* opened(events: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  yield ": open\n\n";
  yield* events;
}

function rawPayload(body: unknown, contentType: string, signal: AbortSignal): string | Buffer | Readable {
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (body instanceof Readable) return body;
  assert(isAsyncIterable(body), `A ${contentType} body must be a text, bytes or a stream.`);
  const items = contentType.startsWith("text/event-stream") ? opened(body) : body;
  return Readable.from(untilAborted(items, signal), { objectMode: false });
}

/** What goes on the wire, checked against the operation: throws when the handler broke its contract. */
export function payloadOf(
  operation: Operation,
  reply: LooseReply,
  signal: AbortSignal,
): { contentType: string | null; payload: string | Buffer | Readable | null } {
  const declared = operation.responses[reply.status as keyof Operation["responses"]] as RawBody | null | undefined;
  assert(declared !== undefined, `${operation.method} ${operation.path} declares no status ${reply.status}.`);
  if (declared === null) return { contentType: null, payload: null };
  if (isRawBody(declared)) {
    const contentType = reply.headers?.["content-type"] ?? declared.contentType;
    return {
      contentType: contentType.startsWith("text/") && !contentType.includes("charset") ? `${contentType}; charset=utf-8` : contentType,
      payload: rawPayload(reply.body, contentType, signal),
    };
  }
  // The schema also drops what it does not declare, so that no column leaks by being added to a table.
  const schema = declared as Exclude<Operation["responses"][200], RawBody | null | undefined>;
  const checked = schema.safeParse(reply.body);
  if (!checked.success) throw new TypeError(`${operation.method} ${operation.path} answered outside its schema: ${checked.error.message}`);
  return { contentType: "application/json; charset=utf-8", payload: JSON.stringify(checked.data) };
}

/** Sets the headers of a reply; several cookies stand in one `set-cookie`, a line each. */
export function setReplyHeaders(reply: FastifyReply, headers: Readonly<Record<string, string>> | undefined): void {
  for (const [name, value] of Object.entries(headers ?? {})) {
    void reply.header(name, name.toLowerCase() === "set-cookie" ? value.split("\n") : value);
  }
}
