import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { RuleBroken } from "../identity/rules.ts";
import { systemClock } from "../lifecycle/clock.ts";
import { createLog } from "../observe/log.ts";
import { createMetrics, type Metrics } from "../observe/metrics.ts";
import { currentTraceId, runWithTraceparent } from "../observe/tracing.ts";
import { retryAfterMs } from "./attempt.ts";
import { backoffMs, createOutboundFactory, outboundLimits } from "./outbound.ts";
import { parseJson } from "./parse-json.ts";
import type { Outbound, OutboundFailure, OutboundRequest, OutboundResult, OutboundTarget } from "./types.ts";

const bomb = gzipSync(Buffer.alloc(50_000_000));
const closers: (() => void | Promise<void>)[] = [];
let metrics: Metrics;
beforeEach(() => {
  metrics = createMetrics("test");
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function callsTo(baseUrl: string, more: Partial<OutboundTarget> = {}): Outbound {
  const log = createLog({ service: "test", level: "silent" });
  const factory = createOutboundFactory({ metrics, log, clock: systemClock, chance: () => 0 });
  const calls = factory({ name: "peer", baseUrl, deadlineMs: 2_000, responseBytesMax: 10_000, attemptsMax: 3, connectionsMax: 4, ...more });
  closers.push(() => calls.close());
  return calls;
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function peer(listener: RequestListener): Promise<{ url: string; asked: { url: string; headers: Record<string, unknown> }[] }> {
  const asked: { url: string; headers: Record<string, unknown> }[] = [];
  const url = await listen(
    createServer((request, response) => {
      asked.push({ url: request.url ?? "", headers: request.headers });
      listener(request, response);
    }),
  );
  return { url, asked };
}

const get = (more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: "GET",
  path: "/things",
  signal: new AbortController().signal,
  ...more,
});

function failure(result: OutboundResult): OutboundFailure {
  if (result.kind !== "failed") throw new Error(`answered ${result.status}`);
  return result;
}

function answers(...statuses: number[]): RequestListener {
  return (_, response) => void response.writeHead(statuses.shift() ?? 200, { "content-type": "application/json" }).end('{"ok":true}');
}

describe("an answer", () => {
  test("comes with its status, headers, body and the trace of the caller; the target's headers and token are sent", async () => {
    const { url, asked } = await peer(answers(201));
    const calls = callsTo(`${url}/base/`, { headers: { "x-scope-orgid": "team" }, authorization: async () => "Bearer token" });
    let traceId = "";
    const result = await runWithTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", () => {
      traceId = currentTraceId();
      return calls.send(get({ path: "/things/a%2Fb", query: { q: "a b&c", "match[]": ["x", "y"] } }));
    });
    expect(result).toMatchObject({ kind: "answered", status: 201, headers: { "content-type": "application/json" } });
    expect(parseJson(result, z.object({ ok: z.boolean() }))).toEqual({ ok: true, value: { ok: true } });
    expect(asked[0]?.url).toBe("/base/things/a%2Fb?q=a+b%26c&match%5B%5D=x&match%5B%5D=y");
    expect(asked[0]?.headers).toMatchObject({ authorization: "Bearer token", "x-scope-orgid": "team" });
    expect(traceId).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(asked[0]?.headers["traceparent"]).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
  });

  test("compressed is read under the same limit", async () => {
    const { url } = await peer(
      (_, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("x".repeat(9_000))),
    );
    const result = await callsTo(url).send(get());
    expect(result.kind === "answered" && result.body.byteLength).toBe(9_000);
  });

  test("and its failures are counted by target and result", async () => {
    const { url } = await peer(answers(200, 404));
    const calls = callsTo(url);
    await calls.send(get());
    await calls.send(get());
    const text = await metrics.registry.getSingleMetricAsString("outbound_call_duration_seconds");
    expect(text).toMatch(/_count\{.*target="peer",result="answered"\} 1/);
    expect(text).toMatch(/_count\{.*target="peer",result="refused"\} 1/);
  });
});

describe("a refusal", () => {
  test.each([
    [401, "denied"],
    [403, "denied"],
    [404, "refused"],
    [422, "refused"],
    [501, "refused"],
  ])("of status %i is %s, with what the peer said, and not asked again", async (status, because) => {
    const { url, asked } = await peer((_, response) => void response.writeHead(status).end("x".repeat(10_000)));
    const result = failure(await callsTo(url).send(get()));
    expect(result).toMatchObject({ because, status });
    expect(result.body).toHaveLength(4_096);
    expect(asked).toHaveLength(1);
  });

  test("that redirects is not followed", async () => {
    const { url, asked } = await peer((_, response) => void response.writeHead(302, { location: "/elsewhere" }).end());
    expect(failure(await callsTo(url).send(get()))).toMatchObject({ because: "refused", status: 302 });
    expect(asked.map((one) => one.url)).toEqual(["/things"]);
  });
});

describe("another attempt", () => {
  test.each([429, 500, 502, 503])("is made after a %i, and its answer counts", async (status) => {
    const { url, asked } = await peer(answers(status, status, 200));
    expect((await callsTo(url).send(get())).kind).toBe("answered");
    expect(asked).toHaveLength(3);
  });

  test("is made no more often than the target allows", async () => {
    const { url, asked } = await peer(answers(503, 503, 503, 503));
    expect(failure(await callsTo(url, { attemptsMax: 2 }).send(get()))).toMatchObject({ because: "refused", status: 503 });
    expect(asked).toHaveLength(2);
  });

  test("is not made when Retry-After lies beyond the deadline, which the caller is told", async () => {
    const { url, asked } = await peer((_, response) => void response.writeHead(429, { "retry-after": "30" }).end());
    expect(failure(await callsTo(url).send(get()))).toMatchObject({ because: "refused", status: 429, retryAfterMs: 30_000 });
    expect(asked).toHaveLength(1);
  });

  test("of what is not idempotent is made only where it cannot have had its effect", async () => {
    const post = get({ method: "POST", body: "{}" });
    const failing = await peer(answers(500, 200));
    expect(failure(await callsTo(failing.url).send(post)).status).toBe(500);
    expect(failing.asked).toHaveLength(1);
    const busy = await peer(answers(503, 200));
    expect((await callsTo(busy.url).send(post)).kind).toBe("answered");
    const keyed = await peer(answers(500, 200));
    expect((await callsTo(keyed.url).send({ ...post, idempotent: true })).kind).toBe("answered");
  });

  test("waits by full jitter under a growing ceiling, and at least for Retry-After", () => {
    expect([1, 2, 3].map((attempt) => backoffMs(attempt, 1, undefined))).toEqual([200, 400, 800]);
    expect(backoffMs(20, 1, undefined)).toBe(outboundLimits.backoffMaxMs);
    expect(backoffMs(3, 0, undefined)).toBe(0);
    expect(backoffMs(1, 0, 2_000)).toBe(2_000);
  });

  test("reads Retry-After as seconds or as a date, a minute at most", () => {
    const nowMs = Date.parse("2026-03-01T12:00:00Z");
    const read = (header?: string) => retryAfterMs(header, nowMs);
    expect([
      read(),
      read("5"),
      read("9999"),
      read("soon"),
      read("Sun, 01 Mar 2026 12:00:10 GMT"),
      read("Sun, 01 Mar 2026 11:00:00 GMT"),
    ]).toEqual([undefined, 5_000, 60_000, undefined, 10_000, 0]);
  });
});

describe("a fault of the peer", () => {
  const deadlineMs = 150;
  const faults: readonly [string, RequestListener, string][] = [
    ["never answers", () => undefined, "timeout"],
    ["trickles its body", (_, response) => trickle(response), "timeout"],
    [
      "resets in the middle of its body",
      (_, response) => void response.writeHead(200, { "content-length": "100" }).write("half", () => response.destroy()),
      "unreachable",
    ],
    ["answers more than the limit", (_, response) => void response.end("x".repeat(50_000)), "too_large"],
    ["answers a gzip bomb", (_, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(bomb), "too_large"],
    ["answers damaged gzip", (_, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end("no gzip"), "garbled"],
    ["answers in an unknown encoding", (_, response) => void response.writeHead(200, { "content-encoding": "br" }).end("x"), "garbled"],
    ["answers 500 again and again", (_, response) => void response.writeHead(500).end(), "refused"],
  ];
  function trickle(response: Parameters<RequestListener>[1]): void {
    response.writeHead(200);
    const timer = setInterval(() => response.write("x"), 10);
    response.on("close", () => clearInterval(timer));
  }

  test.each(faults)("that %s settles as such", async (...[, listener, because]) => {
    const { url } = await peer(listener);
    expect(failure(await callsTo(url, { deadlineMs: because === "timeout" ? deadlineMs : 20_000 }).send(get())).because).toBe(because);
  });

  test("that is no HTTP is garbled, nothing listening and a reset are unreachable", async () => {
    const garbage = await listen(createTcpServer((socket) => void socket.on("error", () => undefined).end("\u0016\u0003 garbage\r\n\r\n")));
    expect(failure(await callsTo(garbage).send(get())).because).toBe("garbled");
    const reset = await listen(createTcpServer((socket) => void socket.on("error", () => undefined).destroy()));
    expect(failure(await callsTo(reset).send(get())).because).toBe("unreachable");
    expect(failure(await callsTo("http://127.0.0.1:1").send(get())).because).toBe("unreachable");
    expect(failure(await callsTo("http://no-such-host.invalid").send(get())).because).toBe("unreachable");
  });

  test("that accepts and says nothing at all ends with the deadline", async () => {
    const silent = await listen(createTcpServer((socket) => void socket.on("error", () => undefined)));
    expect(failure(await callsTo(silent, { deadlineMs }).send(get())).because).toBe("timeout");
  });

  test("names neither credentials nor addresses of ours in its detail", async () => {
    const result = failure(await callsTo("http://127.0.0.1:1", { authorization: async () => "Bearer hidden" }).send(get()));
    expect(JSON.stringify(result)).not.toContain("hidden");
    expect(result.detail).toMatch(/^peer could not be reached/);
  });
});

describe("a call", () => {
  test("whose caller gives up is cancelled, before and during it", async () => {
    const { url } = await peer(() => undefined);
    const calls = callsTo(url);
    expect(failure(await calls.send(get({ signal: AbortSignal.abort() }))).because).toBe("cancelled");
    const caller = new AbortController();
    const pending = calls.send(get({ signal: caller.signal }));
    setTimeout(() => caller.abort(), 20);
    expect(failure(await pending).because).toBe("cancelled");
  });

  test("may shorten the deadline of its target and never lengthen it", async () => {
    const { url } = await peer(() => undefined);
    expect(failure(await callsTo(url, { deadlineMs: 60_000 }).send(get({ deadlineMs: 50 }))).because).toBe("timeout");
    expect(failure(await callsTo(url, { deadlineMs: 50 }).send(get({ deadlineMs: 60_000 }))).because).toBe("timeout");
  });

  test.each(["/../secret", "/a/%2e%2E/b", "//evil.example/x", "things", "/a b", "/a?b=c", "/a\r\nx: y", "/a\\b", "/./a"])(
    "to the path %j is not sent",
    async (path) => {
      const { url, asked } = await peer(answers(200));
      expect(failure(await callsTo(url).send(get({ path }))).because).toBe("refused");
      expect(asked).toHaveLength(0);
    },
  );

  test("without credentials to be had is not sent", async () => {
    const { url, asked } = await peer(answers(200));
    const refused = callsTo(url, { authorization: () => Promise.reject(new Error("no")) });
    expect(failure(await refused.send(get())).because).toBe("denied");
    const away = callsTo(url, { authorization: () => Promise.reject(new RuleBroken("unavailable", "away")) });
    expect(failure(await away.send(get())).because).toBe("unreachable");
    const slow = callsTo(url, { deadlineMs: 50, authorization: () => new Promise(() => undefined) });
    expect(failure(await slow.send(get())).because).toBe("timeout");
    expect(asked).toHaveLength(0);
  });
});

describe("the breaker", () => {
  test("opens after five failures in a row, refuses at once, and says so in the metrics", async () => {
    const { url, asked } = await peer((_, response) => void response.writeHead(500).end());
    const calls = callsTo(url, { attemptsMax: 1 });
    for (let number = 0; number < 5; number++) await calls.send(get());
    expect(calls.breakerState()).toBe("open");
    expect(failure(await calls.send(get()))).toMatchObject({ because: "breaker_open", retryAfterMs: 10_000 });
    expect(asked).toHaveLength(5);
    expect(await metrics.registry.getSingleMetricAsString("breaker_state")).toMatch(/target="peer",.*\} 2/);
  });

  test("opens in the middle of retries, which end with the failure that was last seen", async () => {
    const { url, asked } = await peer((_, response) => void response.writeHead(503).end());
    const calls = callsTo(url, { attemptsMax: 3 });
    await calls.send(get());
    expect(failure(await calls.send(get()))).toMatchObject({ because: "refused", status: 503 });
    expect(asked).toHaveLength(5);
  });

  test("lets one caller probe after ten seconds, and closes when the peer is back", async () => {
    let elapsedMs = 0;
    const clock = { now: () => new Date(0), monotonicMs: () => elapsedMs };
    const { url, asked } = await peer(answers(...Array.from({ length: 6 }, () => 500)));
    const calls = createOutboundFactory({ metrics, log: createLog({ service: "test", level: "silent" }), clock })({
      ...callsTo(url).target,
      attemptsMax: 1,
    });
    closers.push(() => calls.close());
    for (let number = 0; number < 5; number++) await calls.send(get());
    elapsedMs += 10_001;
    expect(calls.breakerState()).toBe("half_open");
    const outcomes = await Promise.all([calls.send(get()), calls.send(get()), calls.send(get())]);
    expect(outcomes.map((outcome) => failure(outcome).because)).toEqual(["refused", "breaker_open", "breaker_open"]);
    expect([asked.length, calls.breakerState()]).toEqual([6, "open"]);
    elapsedMs += 10_001;
    expect((await calls.send(get())).kind).toBe("answered");
    expect(calls.breakerState()).toBe("closed");
  });

  test("opens over five deadlines passed, though callers gave up in between", async () => {
    const { url } = await peer(() => undefined);
    const calls = callsTo(url, { deadlineMs: 30, attemptsMax: 1 });
    for (let number = 0; number < 5; number++) {
      const caller = new AbortController();
      setTimeout(() => caller.abort(), 5);
      expect(failure(await calls.send(get({ signal: caller.signal }))).because).toBe("cancelled");
      expect(failure(await calls.send(get())).because).toBe("timeout");
    }
    expect(calls.breakerState()).toBe("open");
  });

  test("stays closed over refusals that are the caller's own fault, and over callers who give up", async () => {
    const { url } = await peer(answers(...Array.from({ length: 20 }, () => 404)));
    const calls = callsTo(url);
    for (let number = 0; number < 10; number++) await calls.send(get());
    for (let number = 0; number < 10; number++) await calls.send(get({ signal: AbortSignal.abort() }));
    expect(calls.breakerState()).toBe("closed");
  });
});

describe("parseJson", () => {
  const answered = (text: string): OutboundResult => ({ kind: "answered", status: 200, headers: {}, body: Buffer.from(text), tookMs: 1 });
  const schema = z.object({ status: z.literal("success"), data: z.array(z.number()) });

  test.each(["<html>", '{"status":"success","data":[1', '{"status":"error"}', '{"status":"success","data":["NaN"]}', "null", ""])(
    "takes %j for garbled",
    (text) => {
      expect(parseJson(answered(text), schema)).toMatchObject({ ok: false, because: "garbled" });
    },
  );

  test("survives nesting that no schema expects", () => {
    expect(parseJson(answered(`${"[".repeat(100_000)}${"]".repeat(100_000)}`), schema).ok).toBe(false);
  });
});
