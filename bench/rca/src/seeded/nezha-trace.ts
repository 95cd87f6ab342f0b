import type { RecordedLine } from "../adapters/nezha/logs.ts";
import { isEntry, linkSpans, type Call, type Span } from "../adapters/nezha/spans.ts";
import type { Random } from "../generated/random.ts";

/** One trace with the lines that were logged in it. */
export interface Traced {
  readonly spans: readonly Span[];
  readonly lines: readonly RecordedLine[];
}

/** The traces of a recording in the order of their ids' first sight. */
export function tracesOf(spans: readonly Span[], lines: readonly RecordedLine[]): Traced[] {
  const own = Map.groupBy(lines, ({ trace }) => trace);
  return [...Map.groupBy(spans, ({ trace }) => trace)].map(([trace, all]) => ({ spans: all, lines: own.get(trace) ?? [] }));
}

const hexDigits = 16;

function newId(random: Random, length: number): string {
  return Array.from({ length }, () => Math.floor(random() * hexDigits).toString(hexDigits)).join("");
}

interface Placing {
  readonly minute: number;
  /** How many milliseconds later it happens. */
  readonly laterMs: number;
  /** How many times as long everything in it lasts. */
  readonly times: number;
}

/** The same trace once more under other ids, at another time, and somewhat faster or slower. */
export function copied(traced: Traced, placing: Placing, random: Random): Traced {
  const originMs = Math.min(...traced.spans.map(({ startMs }) => startMs));
  const trace = newId(random, 2 * hexDigits);
  const ids = new Map(traced.spans.map(({ id }) => [id, newId(random, hexDigits)]));
  const at = (ms: number) => originMs + placing.laterMs + (ms - originMs) * placing.times;
  const spans = traced.spans.map((span) => ({
    ...span, trace, id: ids.get(span.id) ?? span.id, parent: ids.get(span.parent) ?? span.parent, startMs: at(span.startMs), endMs: at(span.endMs), minute: placing.minute,
  })); // prettier-ignore
  const lines = traced.lines.map((line) => {
    const span = ids.get(line.span) ?? line.span;
    const text = line.text.replaceAll(line.trace, trace).replaceAll(line.span || line.trace, span);
    return { ...line, trace, span, text, atMs: at(line.atMs), minute: placing.minute };
  });
  return { spans, lines };
}

function below(call: Call, calls: ReadonlyMap<string, Call>): ReadonlySet<string> {
  const found = new Set([call.span.id]);
  const open = [...call.children];
  for (let child = open.pop(); child !== undefined; child = open.pop()) {
    found.add(child.span.id);
    open.push(...(calls.get(child.span.id)?.children ?? []));
  }
  return found;
}

/** A trace by the ids of its spans. */
export const linked = (traced: Traced): ReadonlyMap<string, Call> => new Map(linkSpans(traced.spans).map((call) => [call.span.id, call]));

/**
 * The trace as it would be had a call ended at an instant: what it would have begun or logged later is gone, and everything
 * after it happens as much earlier.
 */
export function cutShort(traced: Traced, id: string, atMs: number): Traced {
  const calls = linked(traced);
  const call = calls.get(id);
  if (call === undefined || atMs >= call.span.endMs) return traced;
  const inside = below(call, calls);
  const savedMs = call.span.endMs - atMs;
  const moved = (ms: number) => (ms <= atMs ? ms : Math.max(atMs, ms - savedMs));
  const kept = (span: string, ms: number) => !inside.has(span) || ms < atMs || span === id;
  return {
    spans: traced.spans.filter((span) => kept(span.id, span.startMs)).map((span) => ({ ...span, startMs: moved(span.startMs), endMs: moved(span.endMs) })),
    lines: traced.lines.filter((line) => !inside.has(line.span) || line.atMs <= atMs).map((line) => ({ ...line, atMs: moved(line.atMs) })),
  }; // prettier-ignore
}

/** The call of the same service that a span belongs to: the one that came from outside of it. */
export function entryOf(id: string, calls: ReadonlyMap<string, Call>): Call | null {
  let call = calls.get(id) ?? null;
  while (call !== null && !isEntry(call)) call = call.parent === null ? null : (calls.get(call.parent.id) ?? null);
  return call;
}
