import { byCodeUnit, sixDigits } from "@sre/contracts/canonical";
import type { Answered, DataOf } from "@sre/contracts/evidence";
import { quantile } from "@sre/timeseries";
import { answerOf } from "./answers.ts";
import { callEdge, serviceEntity } from "./entities.ts";
import { startOf, stepMs, wholeWindow, type Axis } from "./grid.ts";
import { isEntry, ownMs, servedOperations, type Call, type Span } from "./spans.ts";

type CallsRow = DataOf<"calls">["rows"][number];

/** Bounds of one answer. */
const rowsMax = 5_000;
const subjectsMax = 200;

interface Gathered {
  readonly of: string;
  readonly operation: string;
  readonly side: "server" | "client";
  /** By minute, in seconds. */
  readonly durations: number[][];
  readonly own: number[][];
  readonly codes: Map<string, number[]>;
}

// An instant in milliseconds holds no more than microseconds.
const secondsOf = (ms: number): number => Math.round(ms * 1_000) / 1e6;

const empty = (points: number): number[][] => Array.from({ length: points }, () => []);

class Gathering {
  readonly #rows = new Map<string, Gathered>();
  readonly #axis: Axis;

  constructor(axis: Axis) {
    this.#axis = axis;
  }

  add(key: Pick<Gathered, "of" | "operation" | "side">, span: Span, ownSeconds: number | null): void {
    const at = this.#axis.indexOf(span.minute);
    if (at === null) return;
    const row = this.#rowOf(key);
    row.durations[at]?.push(secondsOf(span.endMs - span.startMs));
    if (ownSeconds !== null) row.own[at]?.push(ownSeconds);
    const counts = row.codes.get(span.code) ?? Array.from({ length: this.#axis.points }, () => 0);
    row.codes.set(span.code, counts);
    counts[at] = (counts[at] ?? 0) + 1;
  }

  #rowOf(key: Pick<Gathered, "of" | "operation" | "side">): Gathered {
    const id = `${key.of} ${key.side} ${key.operation}`;
    const known = this.#rows.get(id);
    if (known) return known;
    const row = { ...key, durations: empty(this.#axis.points), own: empty(this.#axis.points), codes: new Map<string, number[]>() };
    this.#rows.set(id, row);
    return row;
  }

  rows(): Gathered[] {
    return [...this.#rows].sort(([a], [b]) => byCodeUnit(a, b)).map(([, row]) => row);
  }
}

/** Between the operation that a service was called with and what it did for it. */
const insideMark = " > ";

type RowKey = Pick<Gathered, "of" | "operation" | "side">;

/** What a service did inside, by the operation it was called with, so that a step left out is seen whatever else is called. */
function inside({ span, children }: Call, { of, served }: { of: string; served: string }): RowKey[] {
  const out = children.filter((child) => child.span.service !== span.service);
  if (out.length === 0) return [{ of, operation: `${served}${insideMark}${span.operation}`, side: "server" }];
  // A span that only stands for calls to other services is told by what it calls.
  return out.map((child) => ({ of, operation: `${served}${insideMark}${child.span.service} ${child.span.operation}`, side: "client" }));
}

/** A span as server or inner row, and the waiting of its caller as client row of the same edge and operation. */
function gather(calls: readonly Call[], axis: Axis): Gathered[] {
  const gathering = new Gathering(axis);
  const served = servedOperations(calls);
  const services = new Map(calls.map(({ span: { service } }) => [service, serviceEntity(service)]));
  for (const call of calls) {
    const { span, parent } = call;
    const own = secondsOf(ownMs(call));
    const of = services.get(span.service) ?? "";
    if (parent === null) gathering.add({ of, operation: span.operation, side: "server" }, span, own);
    else if (parent.service === span.service) {
      const rows = inside(call, { of, served: served.get(span) ?? span.operation });
      for (const key of rows) gathering.add(key, span, key.side === "server" ? own : null);
    } else {
      const key = { of: callEdge(parent.service, span.service), operation: span.operation };
      gathering.add({ ...key, side: "server" }, span, own);
      // The caller's span covers the same call: what it lasted longer is the edge's own time.
      gathering.add({ ...key, side: "client" }, { ...parent, minute: span.minute }, null);
    }
  }
  return gathering.rows();
}

const quantiles = (buckets: readonly (readonly number[])[], q: number) =>
  buckets.map((values) => {
    const value = quantile(values, q);
    return value === null ? null : sixDigits(value);
  });

function rowOf({ of, operation, side, durations, own, codes }: Gathered): CallsRow {
  return {
    of,
    operation,
    side,
    codes: Object.fromEntries([...codes].sort(([a], [b]) => byCodeUnit(a, b))),
    p50_seconds: quantiles(durations, 0.5),
    p90_seconds: quantiles(durations, 0.9),
    ...(side === "server" ? { own_p50_seconds: quantiles(own, 0.5) } : {}),
  };
}

/**
 * Spans by edge and operation, for each minute: both sides of every call between services, and by service what came from
 * outside and what it did inside, as `/cart > Cart.show`. One answer for the normal stretch and the window; minutes without a recording are null.
 */
export function callsAnswer(calls: readonly Call[], axis: Axis): Answered {
  const services = [...new Set(calls.map(({ span }) => span.service))].map(serviceEntity).sort(byCodeUnit).slice(0, subjectsMax);
  const gathered = gather(calls, axis);
  const data: DataOf<"calls"> = { about: "calls", start: startOf(axis), step_ms: stepMs, rows: gathered.slice(0, rowsMax).map(rowOf) };
  const question = { about: "calls", of: services, window: wholeWindow(axis), step_seconds: stepMs / 1_000 } as const;
  const answer = answerOf(axis, { question, data });
  return gathered.length <= rowsMax ? answer : { ...answer, coverage: { ...answer.coverage, complete: false, truncated_by: "rows" } };
}

const isError = (code: string): boolean => /^(error|5\d\d)$/i.test(code);

/** Whether a span says that it failed: an error status, or a server's 5xx. */
export const hasFailed = ({ code }: Span): boolean => isError(code);

/** Calls that came into a service, from outside or from another one. */
export const entries = (calls: readonly Call[]): Call[] => calls.filter(isEntry);
