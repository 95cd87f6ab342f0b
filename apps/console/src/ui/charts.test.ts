import { expect, test } from "vitest";
import { onOneAxis, pointsOf, rangeOf, spanOf, summaryOf, usualRange } from "./chart-model.ts";
import { spread, yRange } from "./chart-options.ts";

const line = (values: (number | null)[], start = "1970-01-01T00:00:00Z") => ({ label: "x", points: pointsOf(start, 60_000, values) });

test("lines with different grids share one axis, with gaps where there is no sample", () => {
  const { xs, ys } = onOneAxis([line([1, 2]), line([3, 4], "1970-01-01T00:01:00Z")], { from: 0, to: 120 });
  expect(xs).toEqual([0, 60, 120]);
  expect(ys).toEqual([
    [1, 2, null],
    [null, 3, 4],
  ]);
});

test("what lies outside the span is not drawn", () => {
  expect(onOneAxis([line([1, 2, 3])], { from: 60, to: 60 }).xs).toEqual([60]);
});

test("a range counts back from the end and never leaves the whole", () => {
  const whole = spanOf([line(Array.from({ length: 60 }, () => 1))]);
  expect(whole).toEqual({ from: 0, to: 3_540 });
  expect(rangeOf(whole ?? { from: 0, to: 0 }, "15m")).toEqual({ from: 2_640, to: 3_540 });
  expect(rangeOf({ from: 0, to: 600 }, "1h")).toEqual({ from: 0, to: 600 });
});

test("the usual range needs enough samples before the onset", () => {
  expect(usualRange(line([1, 2, 3]), 600)).toBeNull();
  expect(usualRange(line([1, 1, 2, 2, 2, 2, 2, 3, 3, 99]), 540)).toEqual([1, 3]);
});

test("a line without a sample has no least, most or last", () => {
  expect(summaryOf(line([null, null]))).toEqual({ label: "x", least: null, most: null, last: null });
});

test("labels are pushed apart so that none covers another", () => {
  const label = (y: number) => ({ text: "", short: "", colour: "", y });
  expect(spread([label(12), label(10), label(11)], 13).map((each) => each.y)).toEqual([10, 23, 36]);
});

test("the axis holds the threshold, begins at zero near it, and is never flat", () => {
  expect(yRange(0.001, 0.02, [0.05])[1]).toBeGreaterThan(0.05);
  expect(yRange(0.001, 0.02, [])[0]).toBe(0);
  expect(yRange(0, 0, [])).toEqual([0, 1]);
});
