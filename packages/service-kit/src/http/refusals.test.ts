import { Problem } from "@sre/contracts/shared";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noteId, startSample, type Sample } from "./testing/sample-service.ts";

let sample: Sample;
let impatient: Sample;
beforeAll(async () => {
  sample = await startSample();
  impatient = await startSample({ limits: { headersTimeoutMs: 300, requestTimeoutMs: 600, connectionsCheckMs: 50 } });
});
afterAll(async () => {
  await sample.server.close();
  await impatient.server.close();
});

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

describe("a request is refused", () => {
  const bodies: readonly [string, string, number, string, string | undefined][] = [
    ["that is no JSON", "{", 400, "malformed_json", undefined],
    ["that holds an unknown field", '{"text":"a","owner":"me"}', 400, "unknown_field", "owner"],
    ["that breaks its schema deep inside", '{"text":"a","tags":[{"name":"ok"},{"name":5}]}', 400, "invalid_request", "tags[1].name"],
    ["that lacks a field", "{}", 400, "invalid_request", "text"],
    ["nested 100,000 deep", `{"text":"a","any":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, 400, "depth_exceeded", undefined],
    ["with a key twice", '{"text":"a","text":"b"}', 400, "malformed_json", "text"],
    ["with __proto__", '{"text":"a","__proto__":{"x":1}}', 400, "invalid_request", "__proto__"],
    [
      "of 11,000 keys",
      `{"text":"a","any":[${Array.from({ length: 11_000 }, () => '{"a":1}').join(",")}]}`,
      400,
      "too_many_fields",
      undefined,
    ],
    ["over the limit of its size", JSON.stringify({ text: "a", any: "x".repeat(300_000) }), 413, "payload_too_large", undefined],
    ["without a body", "", 400, "invalid_request", undefined],
  ];
  test.each(bodies)("%s", async (...[, body, status, code, field]) => {
    const answer = await write(body);
    expect(answer.status).toBe(status);
    expect(await problem(answer)).toMatchObject({ code, retryable: false, ...(field === undefined ? {} : { field }) });
  });

  const types = [
    "application/json\ta",
    "Application/JSON;x",
    "text/plain",
    "application/json; charset=utf-16",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "application/jsonp",
    "application/json,text/plain",
  ];
  test.each(types)("with the content type %j", async (type) => {
    const answer = await sample.server.inject({
      method: "POST",
      url: "/api/v1/notes",
      headers: { ...writer, "content-type": type },
      payload: '{"text":"a"}',
    });
    expect([answer.statusCode, answer.json<Problem>().code]).toEqual([415, "unsupported_media_type"]);
  });

  test.each(["application/json", "application/json; charset=utf-8", "APPLICATION/JSON;charset=UTF-8"])(
    "but not with the content type %j",
    async (type) => {
      expect((await write('{"text":"a"}', { ...writer, "content-type": type })).status).toBe(201);
    },
  );

  test.each(["gzip", Array(1_000).fill("gzip").join(", "), "br"])("whose body is encoded: %.30s", async (encoding) => {
    const answer = await write('{"text":"a"}', { ...json, "content-encoding": encoding });
    expect((await problem(answer)).code).toBe("unsupported_media_type");
  });

  const queries: readonly [string, string, string][] = [
    ["?depth=1&depth=2", "invalid_request", "depth"],
    ["?unknown=1", "unknown_field", "unknown"],
    ["?depth=eleven", "invalid_request", "depth"],
    ["?__proto__=1", "unknown_field", "__proto__"],
    ["?%ff=1", "invalid_request", ""],
  ];
  test.each(queries)("with the query %s", async (query, code, field) => {
    const answer = await call(`/api/v1/notes/${noteId}${query}`, { headers: reader });
    expect(answer.status).toBe(400);
    const body = await problem(answer);
    expect([body.code, body.field ?? ""]).toEqual([code, field]);
  });

  test("with a path parameter that is no identifier", async () => {
    expect(await problem(await call("/api/v1/notes/1' or 1=1", { headers: reader }))).toMatchObject({ status: 400, field: "note_id" });
  });

  test.each([
    "//api/v1/notes",
    "/api/v1/..;/notes",
    "/api//v1/notes",
    "/api/v1/notes.",
    "/API/v1/notes",
    "/api/v1/notes/",
    "/nothing",
    "/api/v1/notes/%zz",
  ])("at the address %s", async (path) => {
    const answer = await sample.server.inject({ method: "GET", url: path, headers: reader });
    expect([answer.statusCode, answer.json<Problem>().code]).toEqual([404, "not_found"]);
  });

  test("with a method that the address does not have, whatever an override header says", async () => {
    for (const method of ["DELETE", "HEAD", "PUT", "OPTIONS"]) {
      const answer = await call(`/api/v1/notes/${noteId}`, { method, headers: { ...writer, "x-http-method-override": "GET" } });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET"]);
    }
    expect((await write('{"text":"a"}', { ...json, "x-http-method-override": "DELETE" })).status).toBe(201);
  });
});

interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

/** Writes bytes as they are, goes on writing `more` while the connection lives, and gives what came back once it is closed. */
function raw(text: string, more?: string, to = sample): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(to.server.port, "127.0.0.1");
    let received = "";
    const writing = more === undefined ? undefined : setInterval(() => socket.write(more), 5);
    socket.on("data", (chunk) => (received += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearInterval(writing);
      resolve({ status: Number(received.split(" ")[1] ?? 0), text: received });
    });
    socket.write(text);
  });
}

const lines = (...all: string[]) => `${all.join("\r\n")}\r\n\r\n`;
const post = ["POST /api/v1/notes HTTP/1.1", "Host: a", "Authorization: Bearer writer", "Content-Type: application/json"];
const get = (path: string, method = "GET") =>
  lines(`${method} ${path} HTTP/1.1`, "Host: a", "Authorization: Bearer writer", "Connection: close");

describe("on the wire", () => {
  const malformed: readonly [string, string][] = [
    ["a Content-Length that stands twice", lines(...post, "Content-Length: 2", "Content-Length: 3")],
    ["Content-Length beside Transfer-Encoding", lines(...post, "Content-Length: 2", "Transfer-Encoding: chunked")],
    ["a header folded over two lines", lines(...post, "X-A: b", " c", "Content-Length: 2")],
    ["a header line ended by a bare line feed", "GET /healthz HTTP/1.1\nHost: a\n\n"],
    ["a verb nobody knows", get("/healthz", "FROBNICATE")],
    ["no HTTP at all", "\x16\x03\x01\r\n\r\n"],
  ];
  test.each(malformed)("%s is answered with 400 and the connection closed", async (_, text) => {
    const answer = await raw(text);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("application/problem+json");
  });

  test("headers over 16 KiB are answered with 431", async () => {
    expect((await raw(lines("GET /healthz HTTP/1.1", "Host: a", `X-A: ${"a".repeat(20_000)}`))).status).toBe(431);
  });

  test("QUERY, of which Fastify wants a body first, is a method that the address does not have", async () => {
    expect((await raw(get("/api/v1/notes", "QUERY"))).status).toBe(405);
    expect((await raw(get("/nothing", "QUERY"))).status).toBe(404);
  });

  test("TRACE is not answered with an echo", async () => {
    expect((await raw(get("/api/v1/notes", "TRACE"))).status).toBe(405);
  });

  test.each(["/%2e%2e/api/v1/notes", "/api/v1/%2e%2e/v1/notes", "/api/v1/notes%2f", "/..//api/v1/notes"])(
    "the address %s is none of ours",
    async (path) => {
      expect((await raw(get(path))).status).toBe(404);
    },
  );

  test("headers that trickle in are answered with 408 while others are served", async () => {
    const slow = raw("GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: ", "a", impatient);
    expect((await call("/healthz")).status).toBe(200);
    expect((await slow).status).toBe(408);
  });

  test("connections that say nothing are closed while others are served", async () => {
    const idle = Array.from({ length: 100 }, () => raw("", undefined, impatient));
    const answer = await fetch(`${impatient.server.url}/healthz`);
    expect(answer.status).toBe(200);
    expect((await Promise.all(idle)).filter(({ status }) => status !== 0 && status !== 408)).toEqual([]);
  });

  test("a body that trickles in is cut off", async () => {
    expect((await raw(lines(...post, "Content-Length: 1000"), " ", impatient)).status).toBe(408);
  });

  test("an endless body is answered with 413 and the connection closed", async () => {
    const chunk = `${(65_536).toString(16)}\r\n${" ".repeat(65_536)}\r\n`;
    expect((await raw(lines(...post, "Transfer-Encoding: chunked"), chunk)).status).toBe(413);
  });

  test("the body of a caller without credentials is not read", async () => {
    const anonymous = post.filter((line) => !line.startsWith("Authorization"));
    const chunk = `${(65_536).toString(16)}\r\n${" ".repeat(65_536)}\r\n`;
    expect((await raw(lines(...anonymous, "Transfer-Encoding: chunked"), chunk)).status).toBe(401);
  });

  test("forged hosts and forwarded headers change no link", async () => {
    const answer = await raw(
      lines(
        "GET /auth/login HTTP/1.1",
        "Host: evil.example",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Proto: ftp",
        "Connection: close",
      ),
    );
    expect(answer.text).toContain("location: /");
    expect(answer.text).not.toContain("evil.example");
  });
});
