import { byCodeUnit } from "@sre/contracts/canonical";
import type { EntityId, Signal, Snapshot, Statistic, Window } from "@sre/contracts/evidence";

/** One row of a series as the baselines read it. */
export interface Row {
  readonly of: EntityId;
  readonly signal: string;
  readonly statistic: Statistic;
  readonly startMs: number;
  readonly stepMs: number;
  readonly values: readonly (number | null)[];
}

/** "latency", "cpu", "restarts": what a signal measures, in one word. */
function signalName(signal: Signal): string {
  if ("golden" in signal) return signal.golden;
  return "resource" in signal ? signal.resource : signal.named;
}

// A spread of nothing counts as 1, so the unit matters there: megabytes and per cent, as the authors of the methods have them.
const inAuthorsUnit: Readonly<Record<string, number>> = { memory: 1e-6, cpu: 100 };

/** Every row of every series of a snapshot, edges left out, in one order. */
export function rowsOf(snapshot: Snapshot): Row[] {
  const rows = snapshot.answers.flatMap((answer): Row[] => {
    if (answer.kind !== "answered" || answer.data.about !== "series" || answer.question.about !== "series") return [];
    const { statistic, start, step_ms: stepMs } = answer.data;
    const shared = { signal: signalName(answer.question.signal), statistic, startMs: Date.parse(start), stepMs };
    const factor = inAuthorsUnit[shared.signal] ?? 1;
    const converted = (values: readonly (number | null)[]) => values.map((value) => (value === null ? null : value * factor));
    const rows = answer.data.rows.filter(({ of }) => !of.includes(">"));
    return rows.map(({ of, values }) => ({ ...shared, of, values: converted(values) }));
  });
  const order = (row: Row) => `${row.of} ${row.signal} ${row.statistic} ${row.startMs}`;
  return rows.sort((a, b) => byCodeUnit(order(a), order(b)));
}

/** The samples of a row within a window, its beginning left out. */
function samplesIn(row: Row, window: Window): number[] {
  const [from, to] = [Date.parse(window.from), Date.parse(window.to)];
  return row.values.filter((value, i): value is number => {
    const at = row.startMs + i * row.stepMs;
    return value !== null && at > from && at <= to;
  });
}

/** A row's samples on both sides of the scope's border; null where one side has none. */
export function sidesOf(row: Row, { scope }: Snapshot["header"]): { normal: number[]; strange: number[] } | null {
  const normal = scope.baselines.flatMap((window) => samplesIn(row, window));
  const strange = samplesIn(row, scope.window);
  return normal.length < 2 || strange.length === 0 ? null : { normal, strange };
}
