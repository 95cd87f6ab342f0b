import { controlPlaneOperations } from "@sre/contracts/control-plane";
import { Health, Problem } from "@sre/contracts/shared";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RuleBroken } from "../identity/rules.ts";
import { problemOf } from "./problems.ts";
import { noteId, sampleNote, startSample, type Sample } from "./testing/sample-service.ts";

let sample: Sample;
beforeAll(async () => {
  sample = await startSample();
});
afterAll(async () => sample.server.close());

const writer = { authorization: "Bearer writer" };
const reader = { authorization: "Bearer reader" };
const json = { ...writer, "content-type": "application/json" };

const call = (path: string, init: RequestInit = {}) => fetch(`${sample.server.url}${path}`, { redirect: "manual", ...init });
const write = (body: string, headers: Record<string, string> = json) => call("/api/v1/notes", { method: "POST", body, headers });

async function problem(answer: Response): Promise<Problem> {
  expect(answer.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
  const body = Problem.parse(await answer.json());
  expect(body.status).toBe(answer.status);
  expect(body.trace_id).toBe(answer.headers.get("x-request-id"));
  return body;
}

describe("an operation", () => {
  test("answers what its handler gives, with the security headers, a request id and a traceparent", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const answer = await call(`/api/v1/notes/${noteId}?depth=2`, { headers: { ...reader, traceparent } });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(sampleNote);
    expect(answer.headers.get("x-request-id")).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(answer.headers.get("traceparent")).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(answer.headers.get("content-security-policy")).not.toContain("unsafe");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  test("is refused with 401 without credentials or with bad ones, 403 without its scope", async () => {
    const body = JSON.stringify({ text: "x" });
    const post = (authorization?: string) =>
      write(body, { "content-type": "application/json", ...(authorization === undefined ? {} : { authorization }) });
    const answers = await Promise.all([
      post(),
      post("Bearer nobody"),
      post("Bearer "),
      post(" "),
      post("Basic d3JpdGVy"),
      post("Bearer a b"),
      post("Bearer reader"),
      post("Bearer writer"),
    ]);
    const codes = await Promise.all(answers.map(async (answer) => (answer.ok ? answer.status : (await problem(answer)).code)));
    expect(codes).toEqual([
      "unauthenticated",
      "invalid_token",
      "invalid_token",
      "invalid_token",
      "invalid_token",
      "invalid_token",
      "forbidden",
      201,
    ]);
    expect(answers[0]?.headers.get("www-authenticate")).toBe("Bearer");
  });

  test("for senders takes their token and no other", async () => {
    const send = (token: string) =>
      call("/api/v1/webhooks/notes", {
        method: "POST",
        body: '{"notes":[1]}',
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      });
    expect((await send("sender")).status).toBe(200);
    expect((await send("writer")).status).toBe(401);
  });

  test("without a body takes none, an empty object, and nothing else", async () => {
    const touch = (init: RequestInit) => call(`/api/v1/notes/${noteId}/touch`, { method: "POST", headers: writer, ...init });
    expect((await touch({})).status).toBe(204);
    expect((await touch({ headers: json, body: "{}" })).status).toBe(204);
    expect((await touch({ headers: json, body: '{"a":1}' })).status).toBe(400);
  });

  test("can send people elsewhere and set several cookies", async () => {
    const answer = await call("/auth/login");
    expect(answer.status).toBe(302);
    expect(answer.headers.get("content-type")).toBeNull();
    expect(answer.headers.get("location")).toBe("/");
    expect(answer.headers.getSetCookie()).toEqual(["a=1; HttpOnly", "b=2; HttpOnly"]);
  });

  test("tells its handler the cookies and the origin of the caller, and its team", async () => {
    const seen: unknown[] = [];
    const own = await startSample({
      handlers: {
        async getNote(ctx) {
          seen.push(ctx.http?.cookies, ctx.http?.origin, ctx.principal.subject, ctx.teamId, ctx.traceId.length);
          return { status: 200, body: sampleNote };
        },
      },
    });
    await fetch(`${own.server.url}/api/v1/notes/${noteId}`, {
      headers: { ...reader, cookie: "a=1; b=x=y; a=2; broken", origin: "https://console.example" },
    });
    expect(seen).toEqual([{ a: "1", b: "x=y" }, "https://console.example", "reader", "00000000-0000-7000-8000-000000000001", 32]);
    await own.server.close();
  });
});

describe("what goes wrong behind the guards", () => {
  async function answerOf(getNote: () => Promise<never>) {
    const own = await startSample({ handlers: { getNote }, limits: { handlerDeadlineMs: 50 } });
    const answer = await fetch(`${own.server.url}/api/v1/notes/${noteId}`, { headers: reader });
    const body = Problem.parse(await answer.json());
    await own.server.close();
    return { answer, body, logged: own.logged.join("") };
  }

  test("a broken rule becomes its problem, with field, next step and Retry-After", async () => {
    const { answer, body } = await answerOf(() =>
      Promise.reject(new RuleBroken("unavailable", "The database is away.", { retryAfterSeconds: 7, nextStep: "Wait." })),
    );
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "7"]);
    expect(body).toMatchObject({ code: "unavailable", detail: "The database is away.", next_step: "Wait.", retryable: true });
  });

  test("an unexpected error becomes internal_error, tells the caller nothing and the log all", async () => {
    const { answer, body, logged } = await answerOf(() => Promise.reject(new Error("connect ECONNREFUSED db.internal:5432")));
    expect(answer.status).toBe(500);
    expect(JSON.stringify(body)).not.toMatch(/db\.internal|stack|Error:/);
    expect(logged).toContain("db.internal");
    expect(logged).toContain(`"trace_id":"${body.trace_id}"`);
  });

  test("an answer outside its schema becomes internal_error", async () => {
    const { body, logged } = await answerOf(async () => ({ status: 200, body: { ...sampleNote, text: 5 } }) as never);
    expect(body.code).toBe("internal_error");
    expect(logged).toContain("answered outside its schema");
  });

  test("what the schema does not declare is never sent", async () => {
    const own = await startSample({
      handlers: { getNote: async () => ({ status: 200, body: { ...sampleNote, password: "x" } as typeof sampleNote }) },
    });
    const answer = await fetch(`${own.server.url}/api/v1/notes/${noteId}`, { headers: reader });
    expect(await answer.json()).toEqual(sampleNote);
    await own.server.close();
  });

  test("a handler that outlives the deadline is answered for with 503", async () => {
    const { answer, body } = await answerOf(() => new Promise(() => undefined));
    expect([answer.status, body.code]).toEqual([503, "unavailable"]);
  });

  test("more requests than there is room for are told to come back", async () => {
    const release: (() => void)[] = [];
    const own = await startSample({
      limits: { inFlightMax: 1 },
      handlers: { getNote: () => new Promise((resolve) => release.push(() => resolve({ status: 200, body: sampleNote }))) },
    });
    const url = `${own.server.url}/api/v1/notes/${noteId}`;
    const first = fetch(url, { headers: reader });
    while (release.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = await fetch(url, { headers: reader });
    expect([second.status, Problem.parse(await second.json()).code, second.headers.get("retry-after")]).toEqual([503, "overloaded", "1"]);
    expect((await fetch(`${own.server.url}/healthz`)).status).toBe(200);
    release[0]?.();
    expect((await first).status).toBe(200);
    await own.server.close();
  });
});

describe("health", () => {
  test("is 200 and degraded while a dependency is away; readiness names what is required and missing", async () => {
    const away = () => Promise.reject(new Error("ECONNREFUSED 10.0.0.1:5432"));
    const slow = () => new Promise<void>(() => undefined);
    const own = await startSample({
      limits: { healthCheckDeadlineMs: 30 },
      checks: [
        { name: "database", required: true, check: away },
        { name: "redis", required: false, check: slow },
        { name: "jobs", required: true, check: async () => undefined },
      ],
    });
    const health = await fetch(`${own.server.url}/healthz`);
    const text = await health.text();
    expect(health.status).toBe(200);
    expect(text).not.toContain("10.0.0.1");
    const report = Health.parse(JSON.parse(text));
    expect(report.status).toBe("degraded");
    expect(report.checks.map(({ name, ok }) => [name, ok])).toEqual([
      ["database", false],
      ["redis", false],
      ["jobs", true],
    ]);
    const ready = await fetch(`${own.server.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(Problem.parse(await ready.json())).toMatchObject({
      code: "unavailable",
      errors: [{ field: "database", message: "is missing" }],
      retryable: true,
    });
    await own.server.close();
  });

  test("is ok and ready when all is well, and metrics and the document are served", async () => {
    expect(Health.parse(await (await call("/healthz")).json()).status).toBe("ok");
    expect(await (await call("/readyz")).json()).toEqual({ ready: true, missing: [] });
    const metrics = await call("/metrics");
    expect(metrics.headers.get("content-type")).toContain("text/plain");
    expect(await metrics.text()).toMatch(/http_request_duration_seconds_count\{.*route="\/healthz".*\} \d/);
    const document = (await (await call("/openapi.json")).json()) as { paths: object };
    expect(Object.keys(document.paths)).toContain("/api/v1/notes/{note_id}");
  });
});

describe("streams", () => {
  test("end cleanly when the server closes, and tell their handler", async () => {
    const own = await startSample();
    const answer = await fetch(`${own.server.url}/api/v1/stream`, { headers: reader });
    expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const body = answer.text();
    await own.server.close();
    expect(await body).toBe(": open\n\ndata: 1\n\n");
  });

  test("tell their handler when the reader goes away", async () => {
    let gone: (() => void) | undefined;
    const told = new Promise<void>((resolve) => (gone = resolve));
    async function* endless(signal: AbortSignal): AsyncGenerator<string> {
      yield "data: 1\n\n";
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      gone?.();
    }
    const own = await startSample({ handlers: { streamNotes: async (ctx) => ({ status: 200, body: endless(ctx.signal) }) } });
    const reading = new AbortController();
    const answer = await fetch(`${own.server.url}/api/v1/stream`, { headers: reader, signal: reading.signal });
    expect(answer.status).toBe(200);
    reading.abort();
    await told;
    await own.server.close();
  });

  test.each([
    ["a text", "hello"],
    ["bytes", Buffer.from("hello")],
    ["a readable", () => Readable.from(["he", "llo"])],
  ])("a raw body may be %s", async (_, body) => {
    const own = await startSample({
      handlers: {
        streamNotes: async () => ({
          status: 200,
          body: typeof body === "function" ? body() : body,
          headers: { "content-disposition": "attachment" },
        }),
      },
    });
    const answer = await fetch(`${own.server.url}/api/v1/stream`, { headers: reader });
    expect([await answer.text(), answer.headers.get("content-disposition")]).toEqual(["hello", "attachment"]);
    await own.server.close();
  });
});

test("further routes of the application stand beside the operations, under the same headers unless they say otherwise", async () => {
  const own = await startSample({
    plugins: async (app) => {
      app.get("/page", async (_, reply) => reply.header("cache-control", "max-age=60").type("text/html").send("<p>page</p>"));
      app.get("/*", async (_, reply) => reply.callNotFound());
    },
  });
  const page = await fetch(`${own.server.url}/page`);
  expect([page.status, page.headers.get("cache-control"), page.headers.get("x-frame-options")]).toEqual([200, "max-age=60", "DENY"]);
  const missing = await fetch(`${own.server.url}/api/v1/nothing`);
  expect([missing.status, Problem.parse(await missing.json()).code]).toEqual([404, "not_found"]);
  await own.server.close();
});

test("the time of a stream is the time until it began, not how long it was read", async () => {
  const clock = { now: () => new Date(0), elapsedMs: 0, monotonicMs: () => clock.elapsedMs };
  const own = await startSample({ clock });
  const answer = await fetch(`${own.server.url}/api/v1/stream`, { headers: reader });
  clock.elapsedMs += 3_600_000;
  const ended = answer.text();
  await own.server.close();
  await ended;
  expect(await own.metrics.registry.getSingleMetricAsString("http_request_duration_seconds")).toMatch(
    /_sum\{.*route="\/api\/v1\/stream".*\} 0$/m,
  );
});

describe("stopping", () => {
  test("lets a request in flight finish, and is not ready meanwhile", async () => {
    let finish: (() => void) | undefined;
    const own = await startSample({
      handlers: { getNote: () => new Promise((resolve) => (finish = () => resolve({ status: 200, body: sampleNote }))) },
    });
    const answer = fetch(`${own.server.url}/api/v1/notes/${noteId}`, { headers: reader });
    while (!finish) await new Promise((resolve) => setImmediate(resolve));
    const closed = own.server.close();
    await new Promise((resolve) => setImmediate(resolve));
    finish();
    expect((await answer).status).toBe(200);
    await closed;
    await expect(fetch(`${own.server.url}/healthz`)).rejects.toThrow();
  });

  test("does not wait longer than the drain for a request that never ends", async () => {
    const own = await startSample({ limits: { drainMs: 50 }, handlers: { getNote: () => new Promise(() => undefined) } });
    const answer = fetch(`${own.server.url}/api/v1/notes/${noteId}`, { headers: reader }).catch(() => "cut");
    await new Promise((resolve) => setTimeout(resolve, 30));
    await own.server.close();
    expect(await answer).toBe("cut");
  });
});

test("a service without a handler for one of its operations does not start", async () => {
  await expect(startSample({ operations: { ...controlPlaneOperations } as never })).rejects.toThrow("No handler");
});

test("only 429 and 503 are worth another try", () => {
  const retryable = (code: "limit_reached" | "unavailable" | "conflict" | "internal_error") =>
    problemOf(new RuleBroken(code, "x"), "t").body.retryable;
  expect([retryable("limit_reached"), retryable("unavailable"), retryable("conflict"), retryable("internal_error")]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
