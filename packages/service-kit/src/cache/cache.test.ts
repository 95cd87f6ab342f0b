import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createLog } from "../observe/log.ts";
import { createMetrics } from "../observe/metrics.ts";
import { createCache, type Cache } from "./cache.ts";

const open: Cache[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((cache) => cache.close()));
});

function cacheOf(redisUrl?: string, memoryEntriesMax?: number) {
  const metrics = createMetrics("test");
  const log = createLog({ service: "test", level: "silent" });
  const cache = createCache({ redisUrl, prefix: "test", metrics, log, ...(memoryEntriesMax ? { memoryEntriesMax } : {}) });
  open.push(cache);
  return { cache, metrics };
}

describe("in memory", () => {
  test("two hundred callers of one missing key load once", async () => {
    const { cache } = cacheOf();
    let loads = 0;
    const load = async () => {
      loads++;
      await new Promise((resolve) => setImmediate(resolve));
      return { answer: 42 };
    };
    const values = await Promise.all(Array.from({ length: 200 }, () => cache.getOrSet("key", 60_000, load)));
    expect(loads).toBe(1);
    expect(new Set(values.map((value) => value.answer))).toEqual(new Set([42]));
  });

  test("what the load throws reaches the caller itself, and is not kept", async () => {
    const { cache } = cacheOf();
    const fault = new Error("source down");
    await expect(cache.getOrSet("key", 60_000, () => Promise.reject(fault))).rejects.toBe(fault);
    expect(await cache.getOrSet("key", 60_000, async () => "now up")).toBe("now up");
  });

  test("a deleted value is loaded again, and hits and misses are counted", async () => {
    const { cache, metrics } = cacheOf();
    await cache.getOrSet("key", 60_000, async () => 1);
    await cache.getOrSet("key", 60_000, async () => 2);
    await cache.delete("key");
    expect(await cache.getOrSet("key", 60_000, async () => 3)).toBe(3);
    const text = await metrics.registry.getSingleMetricAsString("cache_requests_total");
    expect(text).toMatch(/result="hit".*} 1/);
    expect(text).toMatch(/result="miss".*} 2/);
  });

  test("holds no more entries than its limit", async () => {
    const { cache } = cacheOf(undefined, 10);
    for (let number = 0; number < 50; number++) await cache.getOrSet(`key${number}`, 60_000, async () => number);
    expect(await cache.getOrSet("key0", 60_000, async () => "loaded again")).toBe("loaded again");
  });
});

describe("with Redis away", () => {
  test("nothing listening: values come from the load, and the check fails", async () => {
    const { cache } = cacheOf("redis://127.0.0.1:1");
    expect(await cache.getOrSet("key", 60_000, async () => "loaded")).toBe("loaded");
    await expect(cache.check()).rejects.toThrow();
    await expect(cache.delete("key")).resolves.toBeUndefined();
  });

  test("a Redis that accepts and never answers is passed by", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const { cache } = cacheOf(`redis://127.0.0.1:${port}`);
    expect(await cache.getOrSet("key", 60_000, async () => "loaded")).toBe("loaded");
    await cache.close();
    silent.close();
  });
});
