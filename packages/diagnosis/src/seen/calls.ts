import { byCodeUnit } from "@sre/contracts/canonical";
import type { Answered, DataOf, EntityId, EvidenceRef, Scope } from "@sre/contracts/evidence";
import { ms } from "../time.ts";
import { splitOf } from "./split.ts";

type Row = DataOf<"calls">["rows"][number];

/** What one row tells of one stretch of time. Seconds are medians of the buckets' p50, weighted by calls; null = not known. */
interface CallsPart {
  readonly calls: number;
  readonly failed: number;
  readonly seconds: number | null;
  /** The same of the buckets' p90: what there is where the p50 of a stretch was lost. */
  readonly slowSeconds: number | null;
  readonly ownSeconds: number | null;
  /** Calls of each bucket, in order of time, with where it begins. */
  readonly buckets: readonly (readonly [fromMs: number, calls: number])[];
}

/** Calls of one operation, seen from one side, in the normal stretch and in the fault. */
export interface SeenCalls {
  readonly of: string;
  /** Null for what came from outside, or was done inside a service. */
  readonly from: EntityId | null;
  readonly to: EntityId;
  readonly operation: string;
  /** The operation that the service was called with, where the row tells what it did inside for it. */
  readonly within: string | null;
  readonly side: Row["side"];
  readonly before: CallsPart;
  readonly during: CallsPart;
  readonly cite: EvidenceRef;
}

/** Between the operation that a service was called with and what it did for it. */
const insideMark = " > ";
const failedCode = /^(error|5\d\d)$/i;

/** The value that half of the weight does not exceed; null without any. */
export function weightedMedian(points: readonly (readonly [value: number, weight: number])[]): number | null {
  const sorted = points.filter(([, weight]) => weight > 0).sort(([a], [b]) => a - b);
  const half = sorted.reduce((sum, [, weight]) => sum + weight, 0) / 2;
  let reached = 0;
  for (const [value, weight] of sorted) {
    reached += weight;
    if (reached >= half) return value;
  }
  return null;
}

function partOf(row: Row, buckets: readonly number[], fromMs: (bucket: number) => number): CallsPart {
  const codes = Object.entries(row.codes);
  const count = (i: number) => codes.reduce((sum, [, counts]) => sum + (counts[i] ?? 0), 0);
  const failures = codes.filter(([code]) => failedCode.test(code));
  const median = (values: readonly (number | null)[] | undefined) =>
    weightedMedian(
      buckets.flatMap((i) => {
        const value = values?.[i] ?? null;
        return value === null ? [] : [[value, count(i)] as const];
      }),
    );
  return {
    calls: buckets.reduce((sum, i) => sum + count(i), 0),
    failed: buckets.reduce((sum, i) => sum + failures.reduce((own, [, counts]) => own + (counts[i] ?? 0), 0), 0),
    seconds: median(row.p50_seconds),
    slowSeconds: median(row.p90_seconds),
    ownSeconds: median(row.own_p50_seconds),
    buckets: buckets.map((i) => [fromMs(i), count(i)] as const),
  };
}

interface Buckets {
  readonly before: readonly number[];
  readonly during: readonly number[];
  readonly fromMs: (bucket: number) => number;
}

// The first bucket of a fault shows both what was and what is; it tells nothing where others follow.
const bucketsMin = 2;

function bucketsOf(data: DataOf<"calls">, scope: Scope): Buckets {
  const { normal, fault } = splitOf(scope);
  const length = data.rows.reduce((most, { p50_seconds }) => Math.max(most, p50_seconds.length), 0);
  const recorded = Array.from({ length }, (_, i) => i).filter((i) => data.rows.some(({ codes }) => Object.values(codes).some((counts) => (counts[i] ?? null) !== null))); // prettier-ignore
  const endOf = (i: number) => ms(data.start) + i * data.step_ms;
  const within = ([from, to]: readonly [number, number]) => recorded.filter((i) => endOf(i) > from && endOf(i) <= to);
  const during = within(fault);
  return { before: within(normal), during: during.length >= bucketsMin ? during.slice(1) : during, fromMs: (i) => endOf(i - 1) };
}

function ends(of: string): Pick<SeenCalls, "from" | "to"> {
  const [from = "", , to] = of.split(">");
  return to === undefined ? { from: null, to: from } : { from, to };
}

function seenRow(row: Row, buckets: Buckets, answer: Answered): SeenCalls {
  const told = row.operation ?? "";
  const at = row.of.includes(">") ? -1 : told.indexOf(insideMark);
  return {
    of: row.of,
    ...ends(row.of),
    operation: at < 0 ? told : told.slice(at + insideMark.length),
    within: at < 0 ? null : told.slice(0, at),
    side: row.side,
    before: partOf(row, buckets.before, buckets.fromMs),
    during: partOf(row, buckets.during, buckets.fromMs),
    cite: { id: answer.id, part: row.of },
  };
}

const keyOf = (row: SeenCalls): string => `${row.of} ${row.side} ${row.within ?? ""}${insideMark}${row.operation}`;

/** Every edge and service that answers about calls tell of, each row once: of two answers the one that saw more of it. */
export function readCalls(scope: Scope, answers: readonly Answered[]): SeenCalls[] {
  const found = new Map<string, SeenCalls>();
  for (const answer of answers) {
    const { data } = answer;
    if (data.about !== "calls") continue;
    const buckets = bucketsOf(data, scope);
    for (const row of data.rows) {
      const seen = seenRow(row, buckets, answer);
      const known = found.get(keyOf(seen));
      const more = known === undefined || seen.before.calls + seen.during.calls > known.before.calls + known.during.calls;
      if (more) found.set(keyOf(seen), seen);
    }
  }
  return [...found].sort(([a], [b]) => byCodeUnit(a, b)).map(([, row]) => row);
}
