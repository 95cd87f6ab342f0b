import { afterEach, describe, expect, test, vi } from "vitest";
import { call, rememberCsrfToken, RequestFailed, urlOf } from "./client.ts";
import { createEventParser, eventOf, followEvents, retryDelayMs } from "./event-stream.ts";

afterEach(() => vi.unstubAllGlobals());

const stub = (answer: () => Promise<Response>) => {
  const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(answer);
  vi.stubGlobal("fetch", fetched);
  return fetched;
};

describe("calls", () => {
  test("parameters are percent-encoded and absent query values left out", () => {
    expect(urlOf("/api/v1/incidents/{incident_id}", { incident_id: "a/b c" }, { q: "x&y", empty: "", none: undefined, limit: 5 })).toBe(
      "/api/v1/incidents/a%2Fb%20c?q=x%26y&limit=5",
    );
  });

  test("what changes something carries the session's token; a read does not", async () => {
    const fetched = stub(() => Promise.resolve(Response.json({})));
    rememberCsrfToken("token-1");
    await call("acknowledgeIncident", { params: { incident_id: "1" } });
    await call("getIncident", { params: { incident_id: "1" } });
    const sent = fetched.mock.calls.map(([, init]) => new Headers(init.headers).get("x-csrf-token"));
    expect(sent).toEqual(["token-1", null]);
  });

  test("a problem becomes a failure with its detail and next step", async () => {
    const problem = {
      type: "about:blank",
      title: "Conflict",
      status: 409,
      code: "conflict",
      detail: "Already resolved.",
      next_step: "Reload.",
      retryable: false,
      trace_id: "t",
    };
    stub(() => Promise.resolve(Response.json(problem, { status: 409 })));
    const failed = await call("resolveIncident", { params: { incident_id: "1" }, body: { resolution: "" } }).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(RequestFailed);
    expect(failed).toMatchObject({ kind: "refused", problem: { code: "conflict", next_step: "Reload." } });
  });

  test.each([
    ["signed_out", () => Promise.resolve(new Response("", { status: 401 }))],
    ["unreachable", () => Promise.reject(new TypeError("failed to fetch"))],
    ["garbled", () => Promise.resolve(new Response("<html>"))],
  ] as const)("a failure is told apart as %s", async (kind, answer) => {
    stub(answer);
    await expect(call("listSources", {})).rejects.toMatchObject({ kind });
  });
});

describe("the stream of events", () => {
  test("events are read across pieces, whatever the line ends, and comments are left out", () => {
    const parse = createEventParser();
    expect(parse(": hello\n\nid: 7\nda")).toEqual([]);
    expect(parse('ta: {"kind":"alert.received"}\r\n\r\nid: 8\r\n')).toEqual([{ id: "7", data: '{"kind":"alert.received"}' }]);
  });

  test("what is no event of ours is dropped", () => {
    expect([eventOf({ id: null, data: "{" }), eventOf({ id: null, data: "3" })]).toEqual([null, null]);
  });

  test("waiting doubles up to half a minute", () => {
    expect([0, 1, 2, 10].map(retryDelayMs)).toEqual([1_000, 2_000, 4_000, 30_000]);
  });

  test("after a break the stream is resumed from the last event", async () => {
    vi.useFakeTimers();
    const stop = new AbortController();
    const seen: (string | null)[] = [];
    vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
      seen.push(new Headers(init.headers).get("last-event-id"));
      if (seen.length === 2) stop.abort();
      return Promise.resolve(new Response('id: 41\ndata: {"id":"41","kind":"incident.created"}\n\n'));
    });
    const heard: string[] = [];
    const listener = {
      heard: () => undefined,
      event: (event: { id: string }) => heard.push(event.id),
      broken: (because: string) => heard.push(because),
    };
    const following = followEvents(listener, stop.signal);
    await vi.advanceTimersByTimeAsync(2_000);
    await following;
    vi.useRealTimers();
    expect(seen).toEqual([null, "41"]);
    expect(heard.slice(0, 2)).toEqual(["41", "lost"]);
  });
});
