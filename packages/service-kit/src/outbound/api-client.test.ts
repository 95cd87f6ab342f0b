import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSample, sampleOperations, sampleNote, noteId, type Sample } from "../http/testing/sample-service.ts";
import { systemClock } from "../lifecycle/clock.ts";
import { createLog } from "../observe/log.ts";
import { createMetrics } from "../observe/metrics.ts";
import { createApiClient, type ApiClient } from "./api-client.ts";
import { createOutboundFactory } from "./outbound.ts";
import type { Outbound } from "./types.ts";

let sample: Sample;
let outbound: Outbound;
let client: ApiClient<typeof sampleOperations>;
const signal = new AbortController().signal;

function connect(token: string): Outbound {
  const factory = createOutboundFactory({
    metrics: createMetrics("test"),
    log: createLog({ service: "test", level: "silent" }),
    clock: systemClock,
  });
  return factory({
    name: "sample",
    baseUrl: sample.server.url,
    authorization: async () => `Bearer ${token}`,
    deadlineMs: 5_000,
    responseBytesMax: 100_000,
    attemptsMax: 2,
    connectionsMax: 2,
  });
}

beforeAll(async () => {
  sample = await startSample();
  outbound = connect("writer");
  client = createApiClient(sampleOperations, outbound);
});
afterAll(async () => {
  await outbound.close();
  await sample.server.close();
});

describe("the typed client", () => {
  test("fills the path and the query, and gives the checked answer with its status", async () => {
    expect(await client.getNote({ params: { note_id: noteId }, query: { depth: 3 } }, signal)).toEqual({
      kind: "answered",
      status: 200,
      value: sampleNote,
    });
    expect(await client.writeNote({ body: { text: "a/b ü" } }, signal)).toMatchObject({
      kind: "answered",
      status: 201,
      value: { text: "a/b ü" },
    });
  });

  test("gives null for an empty answer and the text of a raw one", async () => {
    expect(await client.touchNote({ params: { note_id: noteId } }, signal)).toEqual({ kind: "answered", status: 204, value: null });
    expect(await client.getMetrics({}, signal)).toMatchObject({
      kind: "answered",
      value: { value: expect.stringContaining("http_request_duration_seconds") },
    });
  });

  test("gives the problem that the service answered", async () => {
    expect(await client.getNote({ params: { note_id: "1/../2" } }, signal)).toMatchObject({
      kind: "failed",
      because: "refused",
      status: 400,
      problem: { code: "invalid_request", field: "note_id" },
    });
    const reader = connect("reader");
    expect(await createApiClient(sampleOperations, reader).writeNote({ body: { text: "x" } }, signal)).toMatchObject({
      kind: "failed",
      because: "denied",
      status: 403,
      problem: { code: "forbidden" },
    });
    await reader.close();
  });

  test("takes an answer outside the operation for garbled", async () => {
    const other = {
      ...sampleOperations,
      getHealth: { ...sampleOperations.getNote, path: "/healthz", params: undefined },
    } as unknown as typeof sampleOperations;
    expect(await createApiClient(other, outbound).getHealth({}, signal)).toMatchObject({ kind: "failed", because: "garbled" });
  });
});
