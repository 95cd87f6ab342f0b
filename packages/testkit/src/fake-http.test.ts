import { afterEach, describe, expect, it } from "vitest";
import { fakeFaults, startFakeHttp, type FakeAnswer, type FakeHttp } from "./fake-http.ts";

describe("the fake HTTP server", () => {
  let server: FakeHttp | undefined;
  afterEach(() => server?.close());

  async function ask(answer: FakeAnswer): Promise<Response> {
    server = await startFakeHttp(answer);
    return await fetch(server.url);
  }

  it("answers as told and remembers what it was asked", async () => {
    server = await startFakeHttp((request) => ({ status: 201, json: { saw: request.query.get("q") }, headers: { "x-extra": "1" } }));
    const response = await fetch(`${server.url}/a/b?q=1`, { method: "POST", body: "hello", headers: { "x-mine": "2" } });
    expect([response.status, response.headers.get("x-extra"), await response.json()]).toEqual([201, "1", { saw: "1" }]);
    expect(server.requests).toMatchObject([{ method: "POST", path: "/a/b", body: "hello", headers: { "x-mine": "2" } }]);
  });

  it("changes its answer when told", async () => {
    const first = await ask({ body: "one" });
    server?.answer({ body: "two" });
    const second = await fetch(server?.url ?? "");
    expect([await first.text(), await second.text()]).toEqual(["one", "two"]);
  });

  it("answers 500 with the reason when its handler throws", async () => {
    server = await startFakeHttp(() => {
      throw new Error("unexpected question");
    });
    const response = await fetch(server.url);
    expect([response.status, await response.text()]).toEqual([500, "Error: unexpected question"]);
  });

  it("ends the connection before it answers", async () => {
    await expect(ask(fakeFaults.reset)).rejects.toThrow("fetch failed");
  });

  it.each(["resetMidBody", "truncated"] as const)("starts its answer and does not end it: %s", async (fault) => {
    const response = await ask(fakeFaults[fault]);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow("terminated");
  });

  it.each(["hang", "slow"] as const)("sends nothing at all: %s", async (fault) => {
    server = await startFakeHttp(fakeFaults[fault]);
    await expect(fetch(server.url, { signal: AbortSignal.timeout(200) })).rejects.toThrow("timeout");
    expect(server.requests).toHaveLength(1);
  });

  it("sends its headers and then byte after byte", async () => {
    const response = await ask(fakeFaults.trickle);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const first = await reader.read();
    expect(first.value?.length).toBe(1);
    await reader.cancel();
  });

  it("sends more than anybody should read, also from a small compressed body", async () => {
    const huge = await (await ask(fakeFaults.huge)).arrayBuffer();
    await server?.close();
    const bomb = await ask(fakeFaults.gzipBomb);
    expect(Number(bomb.headers.get("content-length"))).toBeLessThan(100_000);
    expect([huge.byteLength, (await bomb.arrayBuffer()).byteLength]).toEqual([67_108_864, 67_108_864]);
  });

  it("counts how many requests it had at once", async () => {
    const gate = Promise.withResolvers<void>();
    server = await startFakeHttp(async () => {
      if (server?.requests.length === 3) gate.resolve();
      await gate.promise;
      return {};
    });
    const { url } = server;
    await Promise.all([fetch(url), fetch(url), fetch(url)]);
    expect(server.inFlightMax()).toBe(3);
  });
});
