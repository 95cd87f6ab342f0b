import { isEntry, type Call, type Span } from "../adapters/nezha/spans.ts";
import { cutShort, entryOf, linked, type Traced } from "./nezha-trace.ts";

/** What is done to every call of one operation. */
export interface SeededFault {
  readonly kind: "exception" | "wrong_return";
  readonly service: string;
  readonly operation: string;
  /** How much of the operation is still done: 0 nothing, 1 nearly all. */
  readonly progress: number;
  /** Whether spans tell that they failed. */
  readonly coded: boolean;
  /** Whether callers give up as well, or go on with what they have. */
  readonly spreads: boolean;
  /** Whether the service itself says anything in its log. */
  readonly logged: boolean;
  /** Which of the wordings below its log has. */
  readonly wording: number;
}

const exceptions = [
  "java.lang.IllegalStateException: state of the request cannot be handled",
  "java.lang.NullPointerException: value must not be absent",
  "java.io.IOException: stream ended before it was read",
  "java.lang.IllegalArgumentException: argument out of bounds",
];
const odd = [
  "nothing matches, default returned",
  "lookup gave no content",
  "result is empty, skip the rest",
  "unexpected value, return at once",
];
const hopsMax = 20;
const passOnMs = 0.8;

/** How many wordings there are of either kind. */
export const wordings = Math.min(exceptions.length, odd.length);

interface Telling {
  readonly level: "ERROR" | "WARN";
  readonly logger: string;
  readonly text: string;
}

function tell(traced: Traced, span: Span, { level, logger, text }: Telling): Traced {
  const near = traced.lines.find((line) => line.pod === span.pod);
  const clock = new Date(span.endMs).toISOString().slice(11, 23);
  const line = {
    pod: span.pod, node: near?.node ?? "", trace: span.trace, span: span.id, atMs: span.endMs - passOnMs / 4, minute: span.minute,
    text: `${clock} ${level.padEnd(5)} ${logger} TraceID: ${span.trace} SpanID: ${span.id} ${text}`,
  }; // prettier-ignore
  return { ...traced, lines: [...traced.lines, line] };
}

function withCode(traced: Traced, ids: ReadonlySet<string>): Traced {
  return { ...traced, spans: traced.spans.map((span) => (ids.has(span.id) ? { ...span, code: "ERROR" } : span)) };
}

// The handler does the work; the entry around it only speaks HTTP.
function handlerOf(entry: Call, calls: ReadonlyMap<string, Call>): Call {
  const only = entry.children.filter(({ span }) => span.service === entry.span.service);
  return (only.length === 1 && only[0] ? calls.get(only[0].span.id) : null) ?? entry;
}

function stopAt(entry: Call, calls: ReadonlyMap<string, Call>, { kind, progress }: SeededFault): number {
  const { span, children } = handlerOf(entry, calls);
  const begins = Math.min(span.startMs + passOnMs, ...children.map((child) => child.span.startMs));
  const steps = [begins - passOnMs / 2, ...children.map((child) => child.span.endMs).sort((a, b) => a - b)];
  // A return is wrong because something was left out; an exception may come when all is done.
  const stops = kind === "wrong_return" ? Math.max(1, steps.length - 1) : steps.length;
  const step = steps[Math.min(steps.length - 1, Math.floor(progress * stops))] ?? span.endMs;
  return Math.min(step + passOnMs / 2, entry.span.endMs);
}

function ends(traced: Traced, entry: Span, fault: SeededFault): Traced {
  const calls = linked(traced);
  const call = calls.get(entry.id);
  if (call === undefined || !fault.coded || fault.kind === "wrong_return") return traced;
  return withCode(traced, new Set([entry.id, handlerOf(call, calls).span.id]));
}

function own(traced: Traced, entry: Span, fault: SeededFault): Traced {
  if (!fault.logged) return traced;
  const name = fault.operation.split("/").filter((part) => /^[a-z]+$/i.test(part)).at(-1) ?? "handle"; // prettier-ignore
  if (fault.kind === "wrong_return")
    return tell(traced, entry, { level: "WARN", logger: "c.s.ServiceImpl#77", text: `[${name}][${odd[fault.wording]}]` });
  const text = `Servlet.service() for servlet [dispatcherServlet] threw exception [Request processing failed; nested exception is ${exceptions[fault.wording]}] with root cause`;
  return tell(traced, entry, { level: "ERROR", logger: "o.a.c.c.C.[dispatcherServlet]#175", text });
}

/** What the caller does with the failure: gives up in the same way, or says so and goes on. */
function passOn(traced: Traced, below: Span, fault: SeededFault): { traced: Traced; next: Span | null } {
  const calls = linked(traced);
  const waiting = calls.get(below.id)?.parent ?? null;
  const entry = waiting === null ? null : entryOf(waiting.id, calls);
  // Who only hands on a message does not learn what became of it.
  const waits = waiting !== null && waiting.endMs >= below.endMs;
  if (waiting === null || entry === null || !waits) return { traced, next: null };
  const coded = fault.coded && fault.kind === "exception";
  const marked = coded ? withCode(traced, new Set([waiting.id])) : traced;
  const logs = marked.lines.some((line) => line.pod === entry.span.pod);
  if (!fault.spreads) {
    const text = `[${fault.kind === "exception" ? "call of a dependency failed: 500, go on without" : "dependency gave nothing, go on without"}]`;
    return { traced: logs ? tell(marked, waiting, { level: "WARN", logger: "c.s.Client#41", text }) : marked, next: null };
  }
  const cut = cutShort(marked, entry.span.id, Math.min(entry.span.endMs, waiting.endMs + passOnMs));
  const span = linked(cut).get(entry.span.id)?.span ?? entry.span;
  const failing = coded ? withCode(cut, new Set([span.id])) : cut;
  const said: Telling = fault.kind === "exception"
    ? { level: "ERROR", logger: "o.a.c.c.C.[dispatcherServlet]#175", text: "Servlet.service() for servlet [dispatcherServlet] threw exception [Request processing failed; nested exception is org.springframework.web.client.HttpServerErrorException: 500 Internal Server Error] with root cause" }
    : { level: "WARN", logger: "c.s.ServiceImpl#58", text: "[step gave no result, request ends here]" }; // prettier-ignore
  return { traced: logs ? tell(failing, span, said) : failing, next: span };
}

/** A trace as it would be with the fault in every call of the operation that begins at `fromMs` or later. */
export function withFault(given: Traced, fault: SeededFault, fromMs: number): Traced {
  const hit = given.spans.filter((span) => span.service === fault.service && span.operation === fault.operation && span.startMs >= fromMs);
  let traced = given;
  for (const { id } of hit) {
    const calls = linked(traced);
    const entry = calls.get(id);
    // Callers that gave up earlier in the trace never come to the later calls.
    if (entry === undefined || !isEntry(entry)) continue;
    traced = cutShort(traced, id, stopAt(entry, calls, fault));
    const span = linked(traced).get(id)?.span ?? entry.span;
    traced = own(ends(traced, span, fault), span, fault);
    let next: Span | null = span;
    for (let hop = 0; next !== null && hop < hopsMax; hop++) ({ traced, next } = passOn(traced, next, fault));
  }
  return traced;
}
