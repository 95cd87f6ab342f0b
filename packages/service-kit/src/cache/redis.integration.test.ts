import { Redis } from "ioredis";
import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { createLog } from "../observe/log.ts";
import { createMetrics } from "../observe/metrics.ts";
import { createCache, type Cache } from "./cache.ts";

const redisUrl = process.env["REDIS_URL"];
const open: Cache[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((cache) => cache.close()));
});

async function replica(prefix: string): Promise<Cache> {
  const cache = createCache({ redisUrl, prefix, metrics: createMetrics("test"), log: createLog({ service: "test", level: "silent" }) });
  open.push(cache);
  for (let attempt = 0; attempt < 50; attempt++) {
    const ready = await cache.check().then(
      () => true,
      () => false,
    );
    if (ready) return cache;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("Redis does not answer.");
}

describe.skipIf(!redisUrl)("with Redis", () => {
  test("what one replica loaded, another one finds", async () => {
    const prefix = `test-${randomUUID()}`;
    const [first, second] = [await replica(prefix), await replica(prefix)];
    await first.getOrSet("key", 60_000, async () => ({ from: "first" }));
    expect(await second.getOrSet("key", 60_000, async () => ({ from: "second" }))).toEqual({ from: "first" });
  });

  test("a flushed Redis costs a load and nothing else", async () => {
    const prefix = `test-${randomUUID()}`;
    const [first, second] = [await replica(prefix), await replica(prefix)];
    await first.getOrSet("key", 60_000, async () => "first");
    const redis = new Redis(redisUrl ?? "");
    const keys = await redis.keys(`*${prefix}*`);
    await redis.del(...keys);
    expect(await second.getOrSet("key", 60_000, async () => "second")).toBe("second");
    await redis.quit();
  });

  test("a damaged entry is ignored", async () => {
    const prefix = `test-${randomUUID()}`;
    const [first, second] = [await replica(prefix), await replica(prefix)];
    await first.getOrSet("key", 60_000, async () => "first");
    const redis = new Redis(redisUrl ?? "");
    for (const key of await redis.keys(`*${prefix}*`)) await redis.set(key, "{not json");
    expect(await second.getOrSet("key", 60_000, async () => "second")).toBe("second");
    await redis.quit();
  });
});
