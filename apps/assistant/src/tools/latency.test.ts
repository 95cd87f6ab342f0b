import { expect, it } from "vitest";
import { bucketOf, latencyBoundsMs, percentileMs } from "./latency.ts";

const counted = (durations: readonly number[]) => durations.map((tookMs) => ({ bucket: bucketOf(tookMs), calls: 1 }));

it.each([0, 0.5, 1, 7, 250, 15_000, 9_999_999])("reads a single duration of %d ms back to within a third", (tookMs) => {
  const read = percentileMs(counted([tookMs]), 0.95) ?? -1;
  const clamped = Math.min(Math.max(tookMs, 0), latencyBoundsMs.at(-1) ?? 0);
  expect(read).toBeGreaterThanOrEqual(clamped * 0.95 * (3 / 4));
  expect(read).toBeLessThanOrEqual(Math.max(1, clamped * (4 / 3)));
});

it("takes the percentile of the calls, not of the buckets", () => {
  const durations = [...Array.from({ length: 94 }, () => 10), ...Array.from({ length: 6 }, () => 1_000)];
  expect(percentileMs(counted(durations), 0.5)).toBeLessThan(14);
  expect(percentileMs(counted(durations), 0.95)).toBeGreaterThan(700);
});

it("knows no percentile without calls", () => {
  expect(percentileMs([], 0.95)).toBeNull();
});

it("covers the longest deadline of a question", () => {
  expect(latencyBoundsMs.at(-1)).toBeGreaterThan(120_000);
});
