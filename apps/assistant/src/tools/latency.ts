/** Upper bounds of the latency buckets in milliseconds, a third apart: a percentile read from them is at most that far off. */
const firstBoundMs = 1;
const ratio = 4 / 3;
const boundsMax = 45;
export const latencyBoundsMs: readonly number[] = Array.from({ length: boundsMax }, (_, index) => firstBoundMs * ratio ** index);

/** The bucket that a duration falls into; the last one takes everything longer. */
export function bucketOf(tookMs: number): number {
  const index = latencyBoundsMs.findIndex((bound) => tookMs <= bound);
  return index < 0 ? boundsMax - 1 : index;
}

export interface Counted {
  readonly bucket: number;
  readonly calls: number;
}

/** The duration that `share` of the calls stayed within, interpolated inside its bucket. Milliseconds; null without calls. */
export function percentileMs(counted: readonly Counted[], share: number): number | null {
  const total = counted.reduce((sum, { calls }) => sum + calls, 0);
  if (total === 0) return null;
  const wanted = total * share;
  let seen = 0;
  for (const { bucket, calls } of [...counted].sort((a, b) => a.bucket - b.bucket)) {
    const upper = latencyBoundsMs[bucket] ?? 0;
    const lower = bucket === 0 ? 0 : (latencyBoundsMs[bucket - 1] ?? 0);
    if (calls > 0 && seen + calls >= wanted) return lower + (upper - lower) * ((wanted - seen) / calls);
    seen += calls;
  }
  return latencyBoundsMs.at(-1) ?? null;
}
