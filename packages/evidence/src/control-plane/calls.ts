import type { controlPlaneOperations } from "@sre/contracts/control-plane";
import type { ApiClient, ApiFailure, Clock } from "@sre/service-kit";
import { instantOf, SourceFailure, type Asking, type BreakerState } from "../source.ts";

type ControlPlane = ApiClient<typeof controlPlaneOperations>;

/** The control plane as one source calls it. */
export interface Calls {
  readonly source: string;
  readonly client: ControlPlane;
  readonly clock: Clock;
  /** As the last call saw it. */
  breaker: BreakerState;
}

type Reply<Value> = { readonly kind: "answered"; readonly value: Value } | ApiFailure;

/** Makes one call and writes down what was sent. Throws a SourceFailure with the reason when it fails. */
export async function callControlPlane<Value>(
  calls: Calls,
  asking: Asking,
  call: { readonly path: string; readonly query: Readonly<Record<string, unknown>>; readonly send: () => Promise<Reply<Value>> },
): Promise<Value> {
  const at = instantOf(calls.clock.now().getTime());
  const before = calls.clock.monotonicMs();
  const reply = await call.send();
  const tookMs = Math.round(calls.clock.monotonicMs() - before);
  asking.asked.push({ source: calls.source, text: textOf(call), at, took_ms: tookMs });
  calls.breaker = reply.kind === "failed" && reply.because === "breaker_open" ? "open" : "closed";
  if (reply.kind === "failed") throw new SourceFailure(reply.because, reply.detail);
  return reply.value;
}

function textOf({ path, query }: { path: string; query: Readonly<Record<string, unknown>> }): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return `GET ${path}${given.length > 0 ? `?${given.map(([name, value]) => `${name}=${String(value)}`).join("&")}` : ""}`;
}

interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}

/** Reads pages until the last one, until `enough` says so, or `pagesMax`; `more` tells that something was left unread. */
export async function readPages<Item>(
  pagesMax: number,
  page: (cursor: string | undefined) => Promise<PageOf<Item>>,
  enough: (item: Item) => boolean = () => false,
): Promise<{ items: Item[]; more: boolean }> {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let read = 0; read < pagesMax; read++) {
    const { items: some, next_cursor: next } = await page(cursor);
    items.push(...some);
    const last = some.at(-1);
    if (next === null || (last !== undefined && enough(last))) return { items, more: false };
    cursor = next;
  }
  return { items, more: true };
}
