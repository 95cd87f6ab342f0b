import { Problem } from "@sre/contracts/shared";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noteId, sampleNote, startSample, type Sample } from "./testing/sample-service.ts";

let sample: Sample;
beforeAll(async () => {
  sample = await startSample();
});
afterAll(async () => sample.server.close());

const writer = { authorization: "Bearer writer" };
const reader = { authorization: "Bearer reader" };

describe("an operation", () => {
  test("answers what its handler gives, with the security headers, a request id and a traceparent", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const reply = await fetch(`${sample.server.url}/api/v1/notes/${noteId}?depth=2`, { headers: { ...reader, traceparent } });
    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual(sampleNote);
    expect(reply.headers.get("x-request-id")).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(reply.headers.get("traceparent")).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(reply.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(reply.headers.get("content-security-policy")).not.toContain("unsafe");
    expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
    expect(reply.headers.get("cache-control")).toBe("no-store");
  });

  test("is refused with 401 without credentials, 401 with bad ones, 403 without its scope", async () => {
    const url = `${sample.server.url}/api/v1/notes`;
    const body = JSON.stringify({ text: "x" });
    const post = (headers: Record<string, string>) =>
      fetch(url, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
    const answers = await Promise.all([
      post({}),
      post({ authorization: "Bearer nobody" }),
      post({ authorization: "Bearer " }),
      post({ authorization: "Basic d3JpdGVy" }),
      post(reader),
      post(writer),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401, 401, 403, 201]);
    const codes = await Promise.all(answers.slice(0, 5).map(async (answer) => Problem.parse(await answer.json()).code));
    expect(codes).toEqual(["unauthenticated", "invalid_token", "invalid_token", "invalid_token", "forbidden"]);
  });
});
