import type { EntityId } from "@sre/contracts/evidence";
import { ms } from "../time.ts";
import { splitOf } from "../seen/split.ts";
import { contributionsOf } from "../seen/contribution.ts";
import type { Seen, SeenLogs } from "../seen/seen.ts";

type Pattern = SeenLogs["data"]["patterns"][number];

/** Lines that a service never wrote before, weighed by level and by how many of its calls wrote them. */
export interface NewLines {
  readonly strength: number;
  readonly lines: number;
  /** Lines of the most frequent new pattern: so many calls wrote them, where a call writes it once. */
  readonly mostLines: number;
  readonly calls: number;
  readonly strongest: Pattern;
  readonly id: string;
}

const levelWeight: Readonly<Record<Pattern["level"], number>> = { fatal: 3, error: 3, warn: 1.5, unknown: 1, info: 0.3, debug: 0.1, trace: 0.1 }; // prettier-ignore
const linesMin = 2;
/** A pattern that every third call wrote counts in full. */
const fullShare = 1 / 3;
const halfWeight = 5;
/** How much new lines weigh against lost time: healthy services write something new now and then. */
const newLinesWeight = 2 / 3;

interface Buckets {
  readonly before: readonly number[];
  readonly during: readonly number[];
}

function bucketsOf(seen: Seen, logs: SeenLogs): Buckets {
  const { normal, fault } = splitOf(seen.scope);
  const { data } = logs;
  const length = data.patterns.reduce((most, { counts }) => Math.max(most, counts.length), 0);
  const within = ([from, to]: readonly [number, number]) =>
    Array.from({ length }, (_, i) => i).filter((i) => ms(data.start) + i * data.step_ms > from && ms(data.start) + i * data.step_ms <= to);
  return { before: within(normal), during: within(fault) };
}

/** Calls that a service served in the normal stretch, and in the fault. */
interface Served {
  readonly before: number;
  readonly during: number;
}

// One-sided: a line that comes now and then is missing from so many normal stretches, though nothing has changed.
const chanceMax = 0.1;

/** The chance that none of the calls before wrote a line that so many of all calls wrote (Fisher's exact test, 1935). */
function chanceOf(lines: number, { before, during }: Served): number {
  const wrote = Math.min(lines, during);
  let chance = 1;
  for (let i = 0; i < wrote; i++) chance *= (during - i) / (before + during - i);
  return chance;
}

const linesIn = (pattern: Pattern, buckets: readonly number[]): number => buckets.reduce((sum, i) => sum + (pattern.counts[i] ?? 0), 0);

function weightOf(pattern: Pattern, buckets: Buckets, served: Served): number {
  const lines = linesIn(pattern, buckets.during);
  if (lines < linesMin || linesIn(pattern, buckets.before) > 0 || chanceOf(lines, served) > chanceMax) return 0;
  const share = lines / Math.max(1, served.during);
  return levelWeight[pattern.level] * Math.min(1, share / fullShare) * Math.log2(1 + lines);
}

/** The new lines of one service; null where nothing was recorded before, or nothing is new. */
function newLinesOf(seen: Seen, all: readonly SeenLogs[], served: Served): NewLines | null {
  let [total, lines, mostLines] = [0, 0, 0];
  let best: { readonly weight: number; readonly pattern: Pattern; readonly id: string } | null = null;
  for (const logs of all) {
    const buckets = bucketsOf(seen, logs);
    for (const pattern of logs.data.patterns) {
      const weight = weightOf(pattern, buckets, served);
      if (weight === 0) continue;
      total += weight;
      const own = linesIn(pattern, buckets.during);
      lines += own;
      mostLines = Math.max(mostLines, own);
      if (best === null || weight > best.weight) best = { weight, pattern, id: logs.id };
    }
  }
  if (best === null) return null;
  return {
    strength: newLinesWeight * (total / (total + halfWeight)),
    lines,
    mostLines,
    calls: served.during,
    strongest: best.pattern,
    id: best.id,
  };
}

const known = new WeakMap<Seen, ReadonlyMap<EntityId, NewLines>>();

/** The new lines of every service whose calls were counted, before as well as during the fault. */
export function newLinesBy(seen: Seen): ReadonlyMap<EntityId, NewLines> {
  const before = known.get(seen);
  if (before !== undefined) return before;
  const logs = Map.groupBy(seen.logs, ({ of }) => seen.graph.component(of));
  const found = [...contributionsOf(seen).values()].flatMap(({ component, servedBefore, served }) => {
    const own =
      servedBefore > 0 && served > 0 ? newLinesOf(seen, logs.get(component) ?? [], { before: servedBefore, during: served }) : null;
    return own === null ? [] : [[component, own] as const];
  });
  const all = new Map(found);
  known.set(seen, all);
  return all;
}
