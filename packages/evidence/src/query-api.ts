import { parseJson, type Cache, type Clock, type Outbound } from "@sre/service-kit";
import type { z } from "zod";
import { failureOf, instantOf, SourceFailure, type Asking } from "./source.ts";

export interface QueryDeps {
  readonly name: string;
  readonly outbound: Outbound;
  readonly cache: Cache;
  readonly clock: Clock;
}

export type Parameters = Readonly<Record<string, string | readonly string[]>>;

interface Query<T extends z.ZodType> {
  readonly schema: T;
  readonly asking: Asking;
  /** What is written down as asked; null for discovery, which many questions share. */
  readonly text: string | null;
}

interface Keeping {
  readonly key: string;
  readonly ttlMs: number;
  readonly asking: Asking;
}

/** Characters of parameters above which a query is sent as a form: servers and proxies bound the length of a URL. */
const charactersInUrlMax = 3_000;

/** Calls to a server that answers queries over HTTP with JSON, and what is kept of its answers. Both throw a SourceFailure. */
export interface QueryApi {
  query<T extends z.ZodType>(path: string, parameters: Parameters, how: Query<T>): Promise<z.output<T>>;
  /** Loads once for all who ask at the same time, and again after `ttlMs`. */
  kept<T>(keeping: Keeping, load: () => Promise<T>): Promise<T>;
}

function asForm(path: string, parameters: Parameters): { method: "POST"; path: string; headers: Record<string, string>; body: string } {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value]] : value.map((one) => [name, one]),
  );
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return { method: "POST", path, headers, body: new URLSearchParams(pairs).toString() };
}

// Who loaded for all of us gave up; we may not have.
function gaveUp(error: unknown): boolean {
  return error instanceof SourceFailure && (error.because === "cancelled" || error.because === "timeout");
}

/** `kind` keeps what is kept apart from that of other kinds of server with the same name. */
export function createQueryApi(kind: string, { name, outbound, cache, clock }: QueryDeps): QueryApi {
  return {
    async query(path, parameters, { schema, asking, text }) {
      const at = instantOf(clock.now().getTime());
      const isLong = JSON.stringify(parameters).length > charactersInUrlMax;
      const result = await outbound.send({
        ...(isLong ? asForm(path, parameters) : { method: "GET", path, query: parameters }),
        idempotent: true,
        deadlineMs: Math.max(1, asking.context.deadlineMs),
        signal: asking.signal,
      });
      if (text !== null) asking.asked.push({ source: name, text, at, took_ms: Math.round(result.tookMs) });
      if (result.kind === "failed") throw failureOf(result);
      const parsed = parseJson(result, schema);
      if (!parsed.ok) throw new SourceFailure("garbled", `${name} answered ${path} with something else: ${parsed.detail}`);
      return parsed.value;
    },
    async kept({ key, ttlMs, asking }, load) {
      try {
        return await cache.getOrSet(`${kind}:${name}:${key}`, ttlMs, load);
      } catch (error) {
        if (gaveUp(error) && !asking.signal.aborted) return load();
        throw error;
      }
    },
  };
}
