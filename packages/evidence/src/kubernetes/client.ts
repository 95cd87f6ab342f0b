import type { Clock, Outbound } from "@sre/service-kit";
import { parseJson } from "@sre/service-kit";
import type { Asked } from "@sre/contracts/evidence";
import { z } from "zod";
import { failureOf, instantOf, SourceFailure } from "../source.ts";
import type { Fields } from "./fields.ts";

/** Bounds of what one list reads, in rows, pages, milliseconds and bytes. */
const listLimits = { pageRows: 250, pagesMax: 20, keptMs: 3_000, keptListsMax: 32, keptBytesMax: 2 * 1024 * 1024 } as const;

const Item = z.looseObject({ metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }) });
const List = z.looseObject({ metadata: z.looseObject({ continue: z.string().optional() }).optional(), items: z.array(Item).nullable() });

export interface ListRequest {
  /** Below the server, without query. */
  readonly path: string;
  readonly fieldSelector?: string;
}

export interface Listed {
  readonly items: readonly Fields[];
  /** Whether something was left unread. */
  readonly more: boolean;
  /** The calls that it took. */
  readonly asked: readonly Asked[];
}

/** Reads lists of the API server; it knows no verb but GET. */
export interface ListReader {
  list(request: ListRequest): Promise<Listed>;
}

interface Kept {
  readonly atMs: number;
  readonly listed: Promise<Listed>;
}

/** A 404 means that the cluster does not have this API. */
export class NoSuchApi extends SourceFailure {}

/**
 * Reads lists page by page. Callers that ask for the same list within three seconds share one reading, so that the questions of a
 * round, and of several incidents at once, cost the API server little. Throws a SourceFailure.
 */
export function createListReader(input: { source: string; outbound: Outbound; clock: Clock }): ListReader {
  const kept = new Map<string, Kept>();
  return {
    list(request) {
      const nowMs = input.clock.monotonicMs();
      for (const [key, { atMs }] of kept) if (nowMs - atMs >= listLimits.keptMs) kept.delete(key);
      const key = `${request.path}?${request.fieldSelector ?? ""}`;
      const known = kept.get(key);
      if (known) return known.listed;
      const reading = readList(input, request);
      const listed = reading.then(({ bytes: _bytes, ...rest }) => rest);
      if (kept.size < listLimits.keptListsMax) kept.set(key, { atMs: nowMs, listed });
      const forget = () => {
        if (kept.get(key)?.listed === listed) kept.delete(key);
      };
      void reading.then(({ bytes }) => (bytes > listLimits.keptBytesMax ? forget() : undefined), forget);
      return listed;
    },
  };
}

async function readList(
  input: { source: string; outbound: Outbound; clock: Clock },
  request: ListRequest,
): Promise<Listed & { bytes: number }> {
  const items: Fields[] = [];
  const asked: Asked[] = [];
  let bytes = 0;
  let next = "";
  for (let page = 0; page < listLimits.pagesMax; page++) {
    const query = {
      limit: String(listLimits.pageRows),
      ...(request.fieldSelector ? { fieldSelector: request.fieldSelector } : {}),
      ...(next === "" ? {} : { continue: next }),
    };
    const at = instantOf(input.clock.now().getTime());
    // The reading is shared, so no single caller may end it; the target's deadline bounds it.
    const result = await input.outbound.send({ method: "GET", path: request.path, query, signal: new AbortController().signal });
    const text = `GET ${request.path}${request.fieldSelector ? `?fieldSelector=${request.fieldSelector}` : ""}${page > 0 ? ` (page ${page + 1})` : ""}`;
    asked.push({ source: input.source, text, at, took_ms: Math.round(result.tookMs) });
    if (result.kind === "failed") {
      // A list that changed too much while it was read expires (410): its first pages are still evidence.
      if (page > 0) return { items, more: true, asked, bytes };
      throw result.status === 404 ? new NoSuchApi("refused", `${request.path} is not offered by this cluster`) : failureOf(result);
    }
    bytes += result.body.byteLength;
    const parsed = parseJson(result, List);
    if (!parsed.ok) throw new SourceFailure("garbled", `${request.path}: ${parsed.detail}`);
    items.push(...(parsed.value.items ?? []));
    next = parsed.value.metadata?.continue ?? "";
    if (next === "") return { items, more: false, asked, bytes };
  }
  return { items, more: true, asked, bytes };
}
