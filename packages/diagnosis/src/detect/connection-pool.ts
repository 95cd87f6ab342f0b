import type { Finding } from "@sre/contracts/evidence";
import { compareWithBaseline, defaultComparison, median, present } from "@sre/timeseries";
import { finding } from "../finding.ts";
import { poolUse } from "../messages/findings.ts";
import { fill } from "../messages/words.ts";
import type { Seen } from "../seen/seen.ts";
import { sampleAt, type SeenSeries } from "../seen/series.ts";

/*
 * A connection pool without free connections: its use stands still at its ceiling while requests wait, or reaches its limit
 * where the source tells it as a share. A plateau alone is no proof: a small pool may simply be busy.
 */

const isShare = (series: SeenSeries) => series.unit === "1" || series.statistic === "ratio";
const fullShare = 0.95;

function full(seen: Seen, series: SeenSeries, waits: boolean): Finding[] {
  const values = series.window.values;
  const known = present(values);
  const peak = Math.max(0, ...known);
  const tail = known.slice(-Math.max(3, Math.floor(known.length / 10)));
  const level = median(tail) ?? 0;
  const change = compareWithBaseline(series.baseline.values, values, { ...defaultComparison, spreadMin: isShare(series) ? 0.02 : 0.5 });
  const atCeiling = isShare(series) ? level >= fullShare : level >= peak * fullShare && tail.every((value) => value >= peak * 0.9);
  // A pool that was made smaller is full at a lower level than before: then only the waiting requests tell.
  const flat = tail.every((value) => Math.abs(value - level) <= Math.max(1, level * 0.1));
  const risen = change !== null && change.effect > 0 && atCeiling;
  if (level <= 0 || !(risen || (waits && flat))) return [];
  const from = sampleAt(series.window, change?.onset ?? 0);
  const limit = isShare(series) ? 1 : waits ? level : peak;
  const strength = isShare(series) || waits ? 0.9 : 0.6;
  return [
    finding({
      what: "pool_saturated",
      entity: series.of,
      from,
      strength,
      evidence: [series.cite],
      values: { during: level, before: change?.before ?? "?", limit },
      words: { use: fill(poolUse[limit === 1 ? "share" : "counted"], { during: level, limit }) },
      now: seen.now.has(series.cite.id),
    }),
  ];
}

function waiting(seen: Seen, series: SeenSeries): Finding[] {
  const change = compareWithBaseline(series.baseline.values, series.window.values, { ...defaultComparison, spreadMin: 0.25 });
  if (change === null || change.effect < 0 || change.during < 1) return [];
  const from = sampleAt(series.window, change.onset);
  const strength = Math.min(0.95, 0.7 + change.during / 100);
  return [
    finding({
      what: "pool_waiting",
      entity: series.of,
      from,
      strength,
      evidence: [series.cite],
      values: { during: change.during, before: change.before },
      now: seen.now.has(series.cite.id),
    }),
  ];
}

/** Pools that are full, and requests that wait for a connection. */
export function detectConnectionPool(seen: Seen): Finding[] {
  const queued = seen.series.filter(({ signal }) => signal === "named:pool_waiting").flatMap((series) => waiting(seen, series));
  const waits = new Set(queued.map(({ entity }) => entity));
  const used = seen.series.filter(({ signal }) => signal === "named:pool_used" || signal === "resource:connections:limit");
  return [...queued, ...used.flatMap((series) => full(seen, series, waits.has(series.of)))];
}
