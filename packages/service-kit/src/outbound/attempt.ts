import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Dispatcher } from "undici";
import type { FailureReason, OutboundRequest } from "./types.ts";

/** Outcome of one attempt, before anybody thinks about another. */
export type Attempt =
  | { readonly kind: "answered"; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }
  | {
      readonly kind: "failed";
      readonly because: Exclude<FailureReason, "breaker_open">;
      readonly detail: string;
      readonly status?: number;
      readonly body?: string;
      readonly retryAfterMs?: number;
      /** Whether another attempt may fare better. */
      readonly transient: boolean;
      /** Whether the peer is in trouble, as opposed to our request. */
      readonly peerFault: boolean;
      /** Whether the request may have had its effect. */
      readonly mayHaveActed: boolean;
    };

const failureBodyBytesMax = 4_096;
const retryAfterMsMax = 60_000;

class TooLarge extends Error {}

function headersOf(headers: Dispatcher.ResponseData["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}

async function readBody(response: Dispatcher.ResponseData, bytesMax: number): Promise<Uint8Array> {
  const encoding = String(response.headers["content-encoding"] ?? "identity").toLowerCase();
  if (encoding !== "identity" && encoding !== "gzip") throw new Error(`unknown content encoding ${encoding.slice(0, 40)}`);
  const stream = encoding === "gzip" ? pipeline(response.body, createGunzip(), () => undefined) : response.body;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = chunk as Buffer;
    size += bytes.byteLength;
    if (size > bytesMax) {
      response.body.destroy();
      throw new TooLarge();
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size);
}

async function readStart(response: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).byteLength;
      if (size >= failureBodyBytesMax) break;
    }
  } catch {
    // What was read of a refusal is enough.
  }
  response.body.destroy();
  return Buffer.concat(chunks).subarray(0, failureBodyBytesMax).toString("utf8");
}

/** `Retry-After` in milliseconds, at most a minute; undefined when it is absent or no number of seconds or date. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), retryAfterMsMax) : undefined;
}

async function refusal(response: Dispatcher.ResponseData, nowMs: number): Promise<Attempt> {
  const status = response.statusCode;
  const headers = headersOf(response.headers);
  const body = await readStart(response);
  const wait = retryAfterMs(headers["retry-after"], nowMs);
  const overloaded = status === 429 || status >= 500;
  return {
    kind: "failed",
    because: status === 401 || status === 403 ? "denied" : "refused",
    status,
    detail: status >= 300 && status < 400 ? `answered ${status}, a redirect, which is not followed` : `answered ${status}`,
    body,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    transient: overloaded && status !== 501,
    peerFault: overloaded && status !== 501,
    mayHaveActed: status >= 500 && status !== 503,
  };
}

function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let at: unknown = error; at instanceof Error && codes.length < 5; at = at.cause) {
    if ("code" in at && typeof at.code === "string") codes.push(at.code);
  }
  return codes;
}

const neverConnected = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"]);

/** What a thrown error means. `deadline` and `caller` tell a slow peer from a caller who gave up. */
function failureOf(error: unknown, signals: { readonly deadline: AbortSignal; readonly caller: AbortSignal }): Attempt {
  const codes = codesOf(error);
  const sent = !codes.some((code) => neverConnected.has(code));
  const failed = (because: Exclude<FailureReason, "breaker_open">, detail: string, transient: boolean): Attempt => ({
    kind: "failed",
    because,
    detail,
    transient,
    peerFault: transient || because === "timeout",
    mayHaveActed: sent,
  });
  if (error instanceof TooLarge) return failed("too_large", "answered more than the limit", false);
  if (signals.caller.aborted) return failed("cancelled", "the caller gave up", false);
  if (signals.deadline.aborted) return failed("timeout", "did not answer within the deadline", false);
  const certificate = codes.find(
    (code) => code.startsWith("CERT_") || code.startsWith("ERR_TLS") || code.includes("SELF_SIGNED") || code.startsWith("UNABLE_TO"),
  );
  if (certificate)
    return {
      ...(failed("unreachable", `its certificate is not accepted (${certificate})`, false) as Extract<Attempt, { kind: "failed" }>),
      peerFault: true,
    };
  if (codes.some((code) => code.startsWith("Z_") || code === "ERR_BUFFER_TOO_LARGE"))
    return failed("garbled", "answered with a damaged encoding", true);
  if (error instanceof Error && error.name === "HTTPParserError") return failed("garbled", "answered what is no HTTP", true);
  if (error instanceof Error && error.message.startsWith("unknown content encoding"))
    return failed("garbled", `answered with an ${error.message}`, false);
  return failed("unreachable", `could not be reached (${codes[0] ?? "connection lost"})`, true);
}

/** Sends a request once over the pool and reads its whole answer within the bounds. Never rejects. */
export async function attemptOnce(input: {
  readonly pool: Dispatcher;
  readonly request: OutboundRequest;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly deadline: AbortSignal;
  readonly bytesMax: number;
  readonly now: () => Date;
}): Promise<Attempt> {
  const { pool, request, deadline } = input;
  const signals = { deadline, caller: request.signal };
  try {
    const response = await pool.request({
      method: request.method,
      path: input.path,
      headers: input.headers,
      body: request.body ?? null,
      signal: AbortSignal.any([deadline, request.signal]),
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    if (response.statusCode < 200 || response.statusCode >= 300) return await refusal(response, input.now().getTime());
    const body = await readBody(response, input.bytesMax);
    return { kind: "answered", status: response.statusCode, headers: headersOf(response.headers), body };
  } catch (error) {
    return failureOf(error, signals);
  }
}
