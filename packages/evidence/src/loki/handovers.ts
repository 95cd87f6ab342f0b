import { byCodeUnit, sixDigits } from "@sre/contracts/canonical";
import { evidenceLimits, type EntityId, type Handover } from "@sre/contracts/evidence";
import { halvingsMax, isSampled } from "./trace-ids.ts";
import type { LogGrid } from "./patterns.ts";

/** A log line of which is known whose it is and which trace it belongs to. */
export interface TracedLine {
  readonly atMs: number;
  readonly component: EntityId;
  readonly traceId: string;
}

/** Of many lines those of whole traces, few enough that no more than `linesMax` are kept, where halving twelve times is enough. */
export function sampleTraces<L extends TracedLine>(lines: readonly L[], linesMax: number): L[] {
  let kept = [...lines];
  for (let halvings = 1; kept.length > linesMax && halvings <= halvingsMax; halvings++)
    kept = kept.filter(({ traceId }) => isSampled(traceId, halvings));
  return kept;
}

const median = (sorted: readonly number[]): number => {
  const half = sorted.length / 2;
  return ((sorted[Math.floor(half)] ?? 0) + (sorted[Math.ceil(half) - 1] ?? 0)) / 2;
};

interface Gathered {
  readonly from: EntityId;
  readonly to: EntityId;
  readonly buckets: Map<number, number[]>;
}

function handoverOf({ from, to, buckets }: Gathered, grid: LogGrid): Handover {
  const gaps = (i: number) => buckets.get(i) ?? [];
  const all = Array.from({ length: grid.points }, (_, i) => gaps(i).sort((a, b) => a - b));
  return {
    from,
    to,
    counts: all.map(({ length }) => length),
    p50_seconds: all.map((sorted) => (sorted.length === 0 ? null : sixDigits(median(sorted) / 1_000))),
  };
}

const total = ({ counts }: Handover): number => counts.reduce((sum, count) => sum + count, 0);

/**
 * How long traces took from the last line of one component to the next line of another, by pair and bucket: the gaps between
 * messages that tell where time goes in systems that nobody traces (Aguilera et al., Performance debugging for distributed systems
 * of black boxes, SOSP 2003). Clocks that differ by the same shift a gap and not its change. Lines of the same instant stand in
 * the order of their components; the most frequent pairs are kept, up to the limit. Linear in the lines but for their sorting.
 */
export function handoversOf(lines: readonly TracedLine[], grid: LogGrid): Handover[] {
  const pairs = new Map<string, Gathered>();
  const inOrder = (a: TracedLine, b: TracedLine) => a.atMs - b.atMs || byCodeUnit(a.component, b.component);
  for (const trace of Map.groupBy(lines, ({ traceId }) => traceId).values()) {
    const sorted = trace.toSorted(inOrder);
    for (const [i, { atMs, component: to }] of sorted.entries()) {
      const before = sorted[i - 1];
      if (before === undefined || before.component === to) continue;
      const key = `${before.component}>${to}`;
      const pair = pairs.get(key) ?? { from: before.component, to, buckets: new Map<number, number[]>() };
      const bucket = Math.min(grid.points - 1, Math.max(0, Math.ceil((atMs - grid.firstMs) / grid.stepMs)));
      const gaps = pair.buckets.get(bucket);
      if (gaps === undefined) pair.buckets.set(bucket, [atMs - before.atMs]);
      else gaps.push(atMs - before.atMs);
      pairs.set(key, pair);
    }
  }
  const all = [...pairs.values()].map((pair) => handoverOf(pair, grid));
  const key = ({ from, to }: Handover) => `${from}>${to}`;
  return all.sort((a, b) => total(b) - total(a) || byCodeUnit(key(a), key(b))).slice(0, evidenceLimits.handoversMax);
}
