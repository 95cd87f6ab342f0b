import type { Finding } from "@sre/contracts/evidence";
import { median, present } from "@sre/timeseries";
import { finding } from "../finding.ts";
import type { FindingKind } from "../messages/findings.ts";
import type { Seen } from "../seen/seen.ts";
import { sampleAt, type SeenSeries } from "../seen/series.ts";

/* Resources at their limit: shares between 0 and 1. */

interface Limit {
  readonly kind: FindingKind;
  readonly share: number;
  readonly strength: (share: number) => number;
}

const steep = (share: number) => Math.min(0.95, 0.5 + (share - 0.85) * 3);
const limits: Readonly<Record<string, Limit>> = {
  "resource:memory:limit": { kind: "memory_at_limit", share: 0.92, strength: steep },
  "resource:memory:capacity": { kind: "memory_at_limit", share: 0.95, strength: steep },
  "resource:cpu:limit": { kind: "cpu_at_limit", share: 0.9, strength: steep },
  "resource:cpu:capacity": { kind: "cpu_at_limit", share: 0.93, strength: steep },
  "resource:disk:capacity": { kind: "disk_nearly_full", share: 0.88, strength: steep },
  "named:disk_used": { kind: "disk_nearly_full", share: 0.88, strength: steep },
  "named:inodes_used": { kind: "inodes_nearly_full", share: 0.92, strength: steep },
  "named:throttled": { kind: "cpu_throttled", share: 0.25, strength: (share) => Math.min(0.9, 0.4 + share * 0.6) },
};

// A level counts when this many samples in a row reach it: one sample may be an artefact of a restart.
const samplesMin = 2;

function reached(series: SeenSeries, share: number): { index: number; peak: number } | null {
  const values = series.window.values.map((value) => value ?? 0);
  const index = values.findIndex(
    (_, i) => values.slice(i, i + samplesMin).every((value) => value >= share) && i + samplesMin <= values.length,
  );
  return index < 0 ? null : { index, peak: Math.max(...values) };
}

function judge(seen: Seen, series: SeenSeries): Finding[] {
  const limit = limits[series.signal];
  if (limit === undefined) return [];
  const at = reached(series, limit.share);
  if (at === null) return [];
  const before = median(present(series.baseline.values));
  // What stands at its limit all the time is how the thing is run, not what went wrong now.
  const usual = before !== null && before >= limit.share;
  const from = at.index === 0 && usual ? {} : { from: sampleAt(series.window, at.index) };
  const values = { during: at.peak, before: before ?? "?" };
  const strength = limit.strength(at.peak) * (usual ? 0.3 : 1);
  return [
    finding({ what: limit.kind, entity: series.of, ...from, strength, evidence: [series.cite], values, now: seen.now.has(series.cite.id) }),
  ];
}

/** Memory, CPU, disk and inodes at their limit, and CPU throttling. */
export function detectLimitsReached(seen: Seen): Finding[] {
  return seen.series.flatMap((series) => judge(seen, series));
}
