import { BentoCache, bentostore } from "bentocache";
import { memoryDriver } from "bentocache/drivers/memory";
import { redisDriver } from "bentocache/drivers/redis";
import { EventEmitter } from "node:events";
import { Redis } from "ioredis";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";

const cacheLimits = {
  redisDeadlineMs: 50,
  redisConnectMs: 2_000,
  redisPauseMs: 2_000,
  reconnectMsMax: 5_000,
  memoryEntriesMax: 1_000,
} as const;

/** Values that cost a call to get, kept for a while. Losing it costs time, never an error. */
export interface Cache {
  /** The kept value, or what `load` gives; many callers at once load once. What `load` throws is thrown and not kept. Values are JSON, never undefined. */
  getOrSet<T>(key: string, ttlMs: number, load: () => Promise<T>): Promise<T>;
  /** Other replicas keep their copy for the rest of its time. */
  delete(key: string): Promise<void>;
  /** Rejects when Redis is configured and does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface CacheInput {
  /** Unset: memory of this process only. */
  readonly redisUrl?: string | undefined;
  /** Stands before every key, and names the cache in the metrics. */
  readonly prefix: string;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly memoryEntriesMax?: number;
}

function connect(url: string, log: Log): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: cacheLimits.redisConnectMs,
    commandTimeout: cacheLimits.redisDeadlineMs,
    retryStrategy: (attempt) => Math.min(attempt * 100, cacheLimits.reconnectMsMax),
  });
  let down = false;
  redis.on("error", (error: Error) => {
    if (!down) log.warn({ err: error }, "Redis is away; working without it");
    down = true;
  });
  redis.on("ready", () => {
    if (down) log.info("Redis is back");
    down = false;
  });
  redis.connect().catch(() => undefined);
  return redis;
}

function createStore(input: CacheInput, redis: Redis | null) {
  const memory = memoryDriver({ maxItems: input.memoryEntriesMax ?? cacheLimits.memoryEntriesMax });
  const store = bentostore().useL1Layer(memory);
  const emitter = new EventEmitter();
  emitter.on("cache:hit", ({ graced }: { graced: boolean }) => input.metrics.cache(input.prefix, graced ? "stale" : "hit"));
  emitter.on("cache:miss", () => input.metrics.cache(input.prefix, "miss"));
  return new BentoCache({
    default: "kept",
    prefix: input.prefix,
    emitter,
    suppressL2Errors: true,
    l2CircuitBreakerDuration: cacheLimits.redisPauseMs,
    stores: { kept: redis ? store.useL2Layer(redisDriver({ connection: redis })) : store },
  });
}

type Loaded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** A cache in memory, with Redis behind it when there is one. Redis that is away or slower than 50 ms is passed by. */
export function createCache(input: CacheInput): Cache {
  const redis = input.redisUrl ? connect(input.redisUrl, input.log) : null;
  const bento = createStore(input, redis);

  async function getOrSet<T>(key: string, ttlMs: number, load: () => Promise<T>): Promise<T> {
    let loaded: Loaded<T> | null = null;
    const factory = async (): Promise<T> => {
      try {
        const value = await load();
        loaded = { ok: true, value };
        return value;
      } catch (error) {
        loaded = { ok: false, error };
        throw error;
      }
    };
    try {
      return await bento.getOrSet<T>({ key, ttl: ttlMs, factory });
    } catch (error) {
      return settle(loaded as Loaded<T> | null, error, load);
    }
  }

  /** What a failed look-up comes to: the load's own outcome, or a load past the cache. */
  async function settle<T>(loaded: Loaded<T> | null, error: unknown, load: () => Promise<T>): Promise<T> {
    if (loaded?.ok) return loaded.value;
    if (loaded) throw loaded.error;
    // Another caller's load failed while this one waited for it: its error stands for both.
    if (error instanceof Error && "code" in error && error.code === "E_FACTORY_ERROR" && error.cause instanceof Error) throw error.cause;
    input.log.debug({ err: error, cache: input.prefix }, "the cache is passed by");
    return load();
  }

  return {
    getOrSet,
    async delete(key) {
      await bento.delete({ key });
    },
    async check() {
      if (redis) await redis.ping();
    },
    async close() {
      redis?.disconnect();
      await bento.disconnect().catch(() => undefined);
    },
  };
}
