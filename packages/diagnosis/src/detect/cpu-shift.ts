import type { Finding } from "@sre/contracts/evidence";
import { median, present, type Sample } from "@sre/timeseries";
import { finding } from "../finding.ts";
import type { Seen } from "../seen/seen.ts";
import type { SeenSeries } from "../seen/series.ts";
import { splitOf, type Split } from "../seen/split.ts";

/*
 * A strong rise of what is used against its own normal, whatever the limit: a robust median shift (BARO, Pham et al., FSE 2024,
 * ranks by the same idea). Whoever burns several times its usual, while others do a little more, is where it began.
 */

interface Usage {
  readonly what: "cpu_risen" | "memory_risen";
  /** Less than this is idle: a share, cores, or bytes. */
  readonly floor: (series: SeenSeries) => number;
  /** So many times its usual, as a power of two, a service may take in everyday unrest. */
  readonly doublingsMin: number;
  /** How many more doublings make it half as sure as it can be. */
  readonly halfDoublings: number;
}

const idle = 0.02;
// What a small process takes in memory to run at all: a program that begins to work hard may take so much more.
const idleBytes = 32 * 1024 ** 2;
const cpu: Usage = { what: "cpu_risen", floor: () => idle, doublingsMin: 1.5, halfDoublings: 1 };
const memory: Usage = {
  what: "memory_risen",
  floor: ({ unit }) => (unit === "By" ? idleBytes : idle),
  doublingsMin: 0.2,
  halfDoublings: 0.5,
};

// The thing itself tells more than its share of a limit, which may have been changed.
const signals: readonly (readonly [Usage, readonly string[]])[] = [
  [cpu, ["resource:cpu", "resource:cpu:limit"]],
  [memory, ["resource:memory", "resource:memory:limit"]],
];

interface Levels {
  readonly before: number;
  readonly during: number;
}

const samplesMin = 2;
const timesMax = 1_000_000;

/** The highest level that two samples in a row reach. */
function sustained(values: readonly Sample[]): number | null {
  const known = present(values);
  if (known.length < samplesMin) return null;
  return Math.max(...known.slice(1).map((value, i) => Math.min(value, known[i] ?? value)));
}

function levelsOf(series: SeenSeries, { normal, fault }: Split): Levels | null {
  const points = [series.baseline, series.window].flatMap(({ startMs, stepMs, values }) =>
    values.map((value, i) => [startMs + (i + 1) * stepMs, value] as const),
  );
  const part = ([from, to]: readonly [number, number]) => points.filter(([at]) => at > from && at <= to).map(([, value]) => value);
  const before = median(present(part(normal)));
  const during = sustained(part(fault));
  return before === null || during === null ? null : { before, during };
}

function judge(seen: Seen, usage: Usage, series: SeenSeries): Finding[] {
  const levels = levelsOf(series, splitOf(seen.scope));
  if (levels === null) return [];
  const floor = usage.floor(series);
  const beyond = Math.log2((levels.during + floor) / (levels.before + floor)) - usage.doublingsMin;
  if (!(beyond > 0)) return [];
  const strength = beyond / (beyond + usage.halfDoublings);
  const unit = series.unit ?? "?";
  // What took nothing at all before takes no countable times as much.
  const times = Math.min(timesMax, levels.during / Math.max(levels.before, levels.during / timesMax));
  const values = { before: levels.before, during: levels.during, times, unit };
  return [finding({ what: usage.what, entity: series.of, strength, evidence: [series.cite], values, now: seen.now.has(series.cite.id) })];
}

/** Services and pods that use several times as much processor, or clearly more memory, than in their own normal. */
export function detectUsageShift(seen: Seen): Finding[] {
  const bySubject = Map.groupBy(seen.series.filter(({ signal }) => signal.startsWith("resource:")), ({ of }) => of); // prettier-ignore
  return [...bySubject.values()].flatMap((own) =>
    signals.flatMap(([usage, wanted]) => {
      const series = wanted.flatMap((signal) => own.find((each) => each.signal === signal) ?? []).at(0);
      return series === undefined ? [] : judge(seen, usage, series);
    }),
  );
}
