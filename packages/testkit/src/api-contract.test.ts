import { describe, expect, test } from "vitest";
import { createApiContract, type ApiDocument, type ObservedReply } from "./api-contract.ts";

const problem = { content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } } };
const document: ApiDocument = {
  paths: {
    "/notes/{note_id}": {
      get: {
        operationId: "getNote",
        responses: {
          200: { content: { "application/json": { schema: { $ref: "#/components/schemas/Note" } } } },
          503: problem,
        },
      },
      delete: { operationId: "dropNote", responses: { 204: {} } },
    },
    "/metrics": {
      get: { operationId: "getMetrics", responses: { 200: { content: { "text/plain; version=0.0.4": { schema: { type: "string" } } } } } },
    },
  },
  components: {
    schemas: {
      Note: { type: "object", properties: { text: { type: "string" } }, required: ["text"], additionalProperties: false },
      Problem: { type: "object", properties: { status: { type: "integer" } }, required: ["status"] },
    },
  },
};
const json = (status: number, body: unknown, headers: ObservedReply["headers"] = {}): ObservedReply => ({
  status,
  headers: { "content-type": status >= 400 ? "application/problem+json; charset=utf-8" : "application/json; charset=utf-8", ...headers },
  text: JSON.stringify(body),
});

describe("a contract", () => {
  test("misses every declared status until it was observed", () => {
    const contract = createApiContract(document);
    expect(contract.missing()).toEqual(["getNote 200", "getNote 503", "dropNote 204", "getMetrics 200"]);
    contract.observe("getNote", json(200, { text: "hello" }));
    contract.observe("getNote", json(503, { status: 503 }, { "retry-after": "2" }));
    contract.observe("dropNote", { status: 204, headers: {}, text: "" });
    expect(contract.missing()).toEqual(["getMetrics 200"]);
    contract.observe("getMetrics", { status: 200, headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" }, text: "up 1" });
    expect(contract.missing()).toEqual([]);
  });

  test.each([
    ["a status that is not declared", "getNote", json(404, { status: 404 })],
    ["a field too many", "getNote", json(200, { text: "hello", secret: "x" })],
    ["a field of another type", "getNote", json(200, { text: 7 })],
    ["another media type", "getNote", { ...json(200, { text: "hello" }), headers: { "content-type": "text/html" } }],
    ["a media type without its parameter", "getMetrics", { status: 200, headers: { "content-type": "text/plain" }, text: "up 1" }],
    ["a body where none belongs", "dropNote", json(204, {})],
    ["a problem of another status", "getNote", json(503, { status: 500 }, { "retry-after": "2" })],
    ["an outage without a time to come back", "getNote", json(503, { status: 503 })],
    ["an operation that the document lacks", "getTag", json(200, {})],
  ] as const)("is broken by %s", (_what, id, reply) => {
    const contract = createApiContract(document);
    expect(() => contract.observe(id, reply)).toThrow(id);
    expect(contract.missing()).toHaveLength(4);
  });
});
