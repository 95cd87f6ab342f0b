import { byCodeUnit } from "@sre/contracts/canonical";
import type { Answered, DataOf, EntityId, EvidenceRef, Scope } from "@sre/contracts/evidence";
import { ms } from "../time.ts";
import { weightedMedian } from "./calls.ts";
import { splitOf } from "./split.ts";

type Row = NonNullable<DataOf<"logs">["handovers"]>[number];

/** What one stretch of time tells of a handover: how often, and the median seconds; null = never. */
interface HandoverPart {
  readonly count: number;
  readonly seconds: number | null;
}

/** A trace that went on in the log of another component, in the normal stretch and in the fault. */
export interface SeenHandover {
  readonly from: EntityId;
  readonly to: EntityId;
  readonly before: HandoverPart;
  readonly during: HandoverPart;
  readonly cite: EvidenceRef;
}

function partOf({ counts, p50_seconds: p50 }: Row, buckets: readonly number[]): HandoverPart {
  const points = buckets.flatMap((i) => {
    const seconds = p50[i] ?? null;
    return seconds === null ? [] : [[seconds, counts[i] ?? 0] as const];
  });
  return { count: points.reduce((sum, [, count]) => sum + count, 0), seconds: weightedMedian(points) };
}

function readRow(row: Row, { data, id, scope }: { data: DataOf<"logs">; id: string; scope: Scope }): SeenHandover {
  const { normal, fault } = splitOf(scope);
  // The last bucket may end after the fault's: it counts where its middle lies.
  const middleOf = (i: number) => ms(data.start) + (i - 0.5) * data.step_ms;
  const within = ([from, to]: readonly [number, number]) => [...row.counts.keys()].filter((i) => middleOf(i) > from && middleOf(i) <= to);
  const { from, to } = row;
  return {
    from,
    to,
    before: partOf(row, within(normal)),
    during: partOf(row, within(fault)),
    cite: { id, part: `${from}>${to}` },
  };
}

const more = (a: HandoverPart, b: HandoverPart): HandoverPart => (b.count > a.count ? b : a);

// Each stretch was asked for by itself: of two answers the one that saw more of a stretch tells it.
function joined(a: SeenHandover | undefined, b: SeenHandover): SeenHandover {
  if (a === undefined) return b;
  const cite = b.during.count > a.during.count ? b.cite : a.cite;
  return { ...a, before: more(a.before, b.before), during: more(a.during, b.during), cite };
}

/** Every pair of components between whose logs traces went on, each once. */
export function readHandovers(scope: Scope, answers: readonly Answered[]): SeenHandover[] {
  const found = new Map<string, SeenHandover>();
  for (const { id, data } of answers) {
    if (data.about !== "logs") continue;
    for (const row of data.handovers ?? []) {
      const key = `${row.from}>${row.to}`;
      found.set(key, joined(found.get(key), readRow(row, { data, id, scope })));
    }
  }
  return [...found].sort(([a], [b]) => byCodeUnit(a, b)).map(([, each]) => each);
}
