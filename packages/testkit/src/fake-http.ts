import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";

/**
 * What goes wrong on the way: `reset` ends the connection instead of answering; `reset_mid_body` and `truncated` end it half-way, the one
 * by a reset, the other in good order though the length said more; `trickle` sends one byte each 50 ms; `hang` never answers.
 */
export type FakeFault = "reset" | "reset_mid_body" | "truncated" | "trickle" | "hang";

export interface FakeAnswer {
  /** 200 when left out. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Sent as JSON with its content type. */
  readonly json?: unknown;
  readonly delayMs?: number;
  readonly fault?: FakeFault;
}

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

type Answering = FakeAnswer | ((request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>);

export interface FakeHttp extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** In order of arrival. */
  readonly requests: FakeRequest[];
  /** The most requests that were being answered at once. */
  readonly inFlightMax: () => number;
  /** Answers differently from the next request on. */
  answer(next: Answering): void;
  close(): Promise<void>;
}

const trickleMs = 50;
const hugeBytes = 64 * 1024 * 1024;
const requestBytesMax = 64 * 1024 * 1024;

/** The ways a source can fail, each as an answer: what every adapter's suite runs through. `huge` and `gzipBomb` are 64 MiB when read. */
export const fakeFaults = {
  slow: { delayMs: 60_000, json: {} },
  hang: { fault: "hang" },
  trickle: { fault: "trickle", json: { status: "success", data: [] } },
  reset: { fault: "reset" },
  resetMidBody: { fault: "reset_mid_body", json: { status: "success", data: ["…".repeat(1_000)] } },
  truncated: { fault: "truncated", json: { status: "success", data: ["…".repeat(1_000)] } },
  garbage: { headers: { "content-type": "application/json" }, body: '{"status":"succ\u0000]]' },
  html: { headers: { "content-type": "text/html" }, body: "<!doctype html><title>Sign in</title>" },
  empty: { headers: { "content-type": "application/json" }, body: "" },
  tooManyRequests: { status: 429, headers: { "retry-after": "1" }, body: "slow down" },
  serverError: { status: 500, body: "internal error" },
  unavailable: { status: 503, body: "unavailable" },
  unauthorized: { status: 401, body: "who are you?" },
  get huge(): FakeAnswer {
    return { headers: { "content-type": "application/json" }, body: Buffer.alloc(hugeBytes, 0x20) };
  },
  get gzipBomb(): FakeAnswer {
    return { headers: { "content-type": "application/json", "content-encoding": "gzip" }, body: gzipSync(Buffer.alloc(hugeBytes, 0x20)) };
  },
} as const satisfies Record<string, FakeAnswer>;

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > requestBytesMax) throw new Error("The request is larger than the fake server takes.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function bodyOf(answer: FakeAnswer): Buffer {
  if (answer.json !== undefined) return Buffer.from(JSON.stringify(answer.json));
  return Buffer.from(answer.body ?? "");
}

async function trickle(response: ServerResponse, body: Buffer, signal: AbortSignal): Promise<void> {
  for (const byte of body) {
    if (response.destroyed) return;
    response.write(Buffer.from([byte]));
    await pause(trickleMs, undefined, { signal });
  }
  response.end();
}

// Half of the body must be on its way before the connection ends: otherwise the client sees a refusal, not a broken answer.
async function sendHalf(response: ServerResponse, body: Buffer, how: "reset_mid_body" | "truncated"): Promise<void> {
  await new Promise<void>((resolve) => response.write(body.subarray(0, Math.ceil(body.length / 2)), () => resolve()));
  if (how === "truncated") response.socket?.end();
  else response.socket?.resetAndDestroy();
}

async function send(response: ServerResponse, answer: FakeAnswer, signal: AbortSignal): Promise<void> {
  if (answer.delayMs) await pause(answer.delayMs, undefined, { signal });
  if (answer.fault === "hang") return;
  if (answer.fault === "reset") return void response.socket?.resetAndDestroy();
  const body = bodyOf(answer);
  const json = answer.json === undefined ? {} : { "content-type": "application/json" };
  response.writeHead(answer.status ?? 200, { ...json, ...answer.headers, "content-length": String(body.length) });
  if (answer.fault === "trickle") return await trickle(response, body, signal);
  if (answer.fault) return await sendHalf(response, body, answer.fault);
  response.end(body);
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}

/** An HTTP server on a free port of loopback that answers as told and remembers what it was asked. A handler that throws answers 500 with the error's message. */
export async function startFakeHttp(first: Answering): Promise<FakeHttp> {
  const requests: FakeRequest[] = [];
  const ended = new AbortController();
  let current = first;
  let inFlight = 0;
  let most = 0;
  const respond = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? "/", "http://fake");
    const body = await readBody(incoming);
    const request = { method: incoming.method ?? "GET", path: url.pathname, query: url.searchParams, headers: incoming.headers, body };
    requests.push(request);
    const answering = current;
    const answer = typeof answering === "function" ? await answering(request) : answering;
    await send(response, answer, ended.signal);
  };
  const server = createServer((incoming, response) => {
    most = Math.max(most, (inFlight += 1));
    response.once("close", () => (inFlight -= 1));
    respond(incoming, response).catch((error: unknown) => {
      if (ended.signal.aborted || response.headersSent) return response.destroy();
      return response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    });
  });
  const port = await listen(server);
  const close = async () => {
    ended.abort();
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    inFlightMax: () => most,
    answer: (next) => void (current = next),
    close,
    [Symbol.asyncDispose]: close,
  };
}
