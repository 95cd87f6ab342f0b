import { byCodeUnit } from "@sre/contracts/canonical";
import type { EntityId, EvidenceRef } from "@sre/contracts/evidence";
import { median, quantile } from "@sre/timeseries";
import { contributionsOf, isCounted } from "./contribution.ts";
import type { Seen } from "./seen.ts";
import type { SeenSeries } from "./series.ts";
import { splitOf } from "./split.ts";

/*
 * A component's own part where only golden signals and the edges between services are known: its extra seconds (latency
 * beyond its median, times requests) or extra failures, less the same of what it calls, step by step (PetShop, Hardt et al.,
 * 2023: the node whose excess its callees do not account for). Its own normal stretch tells how far that strays by itself.
 */

export interface Excess {
  /** Seconds or failed calls in the fault beyond the usual and beyond what is called. */
  readonly total: number;
  /** Its largest step, as a multiple of the unrest of the normal stretch. */
  readonly effect: number;
  /** In how many steps of the fault it is beyond that unrest. */
  readonly steps: number;
  /** How much of what alerts moves with it, 0 to 1. */
  readonly share: number;
}

export interface GoldenShare {
  readonly component: EntityId;
  readonly seconds: Excess;
  readonly failures: Excess;
  /** The kinds of symptoms whose own part could be told. */
  readonly measures: ReadonlySet<string>;
  readonly cites: readonly EvidenceRef[];
}

/** Values by the instant at which their step ends. */
type Timed = ReadonlyMap<number, number>;

function timed(series: SeenSeries): Timed {
  const points = [series.baseline, series.window].flatMap(({ startMs, stepMs, values }) =>
    values.flatMap((value, i) => (value === null ? [] : [[startMs + (i + 1) * stepMs, value] as const])),
  );
  return new Map(points);
}

// What comes and goes, such as rare calls of a cold function, is quiet by its median deviation; its larger strayings tell.
const unrestQuantile = 0.95;
/** Seconds or failures of one step: less than this is nothing. */
const unrestMin = 0.5;

const within = ([from, to]: readonly [number, number], atMs: number) => atMs > from && atMs <= to;

interface Measured {
  readonly seconds: Timed;
  readonly failures: Timed;
  readonly cites: readonly EvidenceRef[];
}

const measuresOf = ({ seconds, failures }: Pick<Measured, "seconds" | "failures">): ReadonlySet<string> =>
  new Set([...(seconds.size > 0 ? ["golden_latency"] : []), ...(failures.size > 0 ? ["golden_errors"] : [])]);

/** What is beyond the usual of a signal, times the calls of each step; empty where the signal is not known. */
function beyond(series: SeenSeries | undefined, traffic: Timed, normal: readonly [number, number]): Timed {
  if (series === undefined) return new Map();
  const values = timed(series);
  const usual = median([...values].filter(([at]) => within(normal, at)).map(([, value]) => value));
  if (usual === null) return new Map();
  const seconds = series.window.stepMs / 1_000;
  return new Map([...values].map(([at, value]) => [at, (value - usual) * (traffic.get(at) ?? 0) * seconds]));
}

function measuredOf(own: readonly SeenSeries[], normal: readonly [number, number]): Measured | null {
  const of = (signal: string) => own.find((series) => series.signal === `golden:${signal}` && Object.keys(series.labels).length === 0 && (signal !== "latency" || series.statistic === "mean")); // prettier-ignore
  const traffic = of("traffic");
  if (traffic === undefined) return null;
  const calls = timed(traffic);
  const errors = of("errors");
  const told = [of("latency"), errors].filter((series) => series !== undefined);
  const seconds = beyond(of("latency"), calls, normal);
  const failures = beyond(errors?.statistic === "ratio" ? errors : undefined, calls, normal);
  return { seconds, failures, cites: told.map(({ cite }) => cite) };
}

type Points = readonly (readonly [atMs: number, value: number])[];

function ownPoints(own: Timed, callees: readonly Timed[]): Points {
  return [...own].map(([at, value]) => [at, value - callees.reduce((sum, callee) => sum + (callee.get(at) ?? 0), 0)] as const);
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/**
 * How much of the unrest of what alerts moves with these points, and of theirs with it (their correlation, squared; 0 where
 * one rises as the other falls). What is slow all the time, or is not waited for, does not.
 */
function sharedWith(points: Points, felt: Timed): number {
  const pairs = points.flatMap(([at, value]) => (felt.has(at) ? [[value, felt.get(at) ?? 0] as const] : []));
  const [x, y] = [average(pairs.map(([own]) => own)), average(pairs.map(([, all]) => all))];
  const spread = pairs.reduce((sum, [, all]) => sum + (all - y) ** 2, 0);
  const ownSpread = pairs.reduce((sum, [own]) => sum + (own - x) ** 2, 0);
  const together = pairs.reduce((sum, [own, all]) => sum + (own - x) * (all - y), 0);
  return together <= 0 || spread === 0 || ownSpread === 0 ? 0 : Math.min(1, together ** 2 / (spread * ownSpread));
}

function summed(all: readonly Timed[]): Timed {
  const sums = new Map<number, number>();
  for (const points of all) for (const [at, value] of points) sums.set(at, (sums.get(at) ?? 0) + value);
  return sums;
}

function excessOf(points: Points, felt: Timed | null, { normal, fault }: ReturnType<typeof splitOf>): Excess {
  const part = (span: readonly [number, number]) => points.filter(([at]) => within(span, at)).map(([, value]) => value);
  const [usual, during] = [part(normal), part(fault)];
  const center = median(usual);
  if (center === null || during.length === 0) return { total: 0, effect: 0, steps: 0, share: 0 };
  const unrest = quantile(usual.map((value) => Math.abs(value - center)), unrestQuantile) ?? 0; // prettier-ignore
  const total = during.reduce((sum, value) => sum + value - center, 0);
  const effects = during.map((value) => (value - center) / Math.max(unrest, unrestMin));
  const steps = effects.filter((each) => each > 1).length;
  return { total, effect: Math.max(...effects), steps, share: felt === null ? 1 : sharedWith(points, felt) };
}

// What alerts is beyond its everyday unrest where its highest step in the fault is this many times the larger strayings before.
const feltTimesMin = 2.5;

function isBeyond(series: SeenSeries, { normal, fault }: ReturnType<typeof splitOf>): boolean {
  const points = [...timed(series)];
  const usual = points.filter(([at]) => within(normal, at)).map(([, value]) => value);
  const center = median(usual);
  if (center === null) return true;
  const unrest = quantile(usual.map((value) => Math.abs(value - center)), unrestQuantile) ?? 0; // prettier-ignore
  return points.some(([at, value]) => within(fault, at) && value - center > feltTimesMin * unrest);
}

/** Whether the latency of something that alerts is beyond its own everyday unrest; null where nobody measured it. */
export function feltBeyondUnrest(seen: Seen): boolean | null {
  const alerting = new Set(seen.scope.alerts.map(({ entity }) => seen.graph.component(entity)));
  const split = splitOf(seen.scope);
  const own = seen.series.filter(({ signal, of }) => signal === "golden:latency" && alerting.has(seen.graph.component(of)));
  return own.length === 0 ? null : own.some((series) => isBeyond(series, split));
}

const known = new WeakMap<Seen, readonly GoldenShare[]>();

/** The own part of every component with golden signals of which no calls tell. Computed once for the same evidence. */
export function goldenShares(seen: Seen): readonly GoldenShare[] {
  const before = known.get(seen);
  if (before !== undefined) return before;
  const { graph } = seen;
  const split = splitOf(seen.scope);
  const golden = [...seen.means, ...seen.series.filter(({ signal }) => signal.startsWith("golden:"))];
  const byComponent = Map.groupBy(golden, ({ of }) => graph.component(of));
  const measured = new Map<EntityId, Measured>();
  for (const [component, own] of byComponent) {
    const told = measuredOf(own, split.normal);
    if (told !== null) measured.set(component, told);
  }
  const counted = contributionsOf(seen);
  const alerting = [...new Set(seen.scope.alerts.map(({ entity }) => graph.component(entity)))].flatMap((id) => measured.get(id) ?? []);
  const felt = (of: "seconds" | "failures") => (alerting.length === 0 ? null : summed(alerting.map((each) => each[of])));
  const [feltSeconds, feltFailures] = [felt("seconds"), felt("failures")];
  const shares = [...measured].flatMap(([component, { seconds, failures, cites }]): GoldenShare[] => {
    if (!graph.hasCalls || isCounted(counted.get(component))) return [];
    const callees = graph.needs(component).flatMap((id) => measured.get(id) ?? []);
    const lost = ownPoints(seconds, callees.map((callee) => callee.seconds)); // prettier-ignore
    const failed = ownPoints(failures, callees.map((callee) => callee.failures)); // prettier-ignore
    return [{ component, seconds: excessOf(lost, feltSeconds, split), failures: excessOf(failed, feltFailures, split), measures: measuresOf({ seconds, failures }), cites }]; // prettier-ignore
  });
  const sorted = shares.sort((a, b) => byCodeUnit(a.component, b.component));
  known.set(seen, sorted);
  return sorted;
}
