import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillGaps, median, present, quantile, robustScale, scaled } from "./index.ts";

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });

describe("median and quantile", () => {
  it.each([
    [[3], 3],
    [[1, 9], 5],
    [[5, 1, 3], 3],
    [[4, 1, 3, 2], 2.5],
  ])("the median of %j is %d", (values, expected) => expect(median(values)).toBe(expected));

  it("are null of nothing", () => {
    expect(median([])).toBeNull();
    expect(quantile([], 0.5)).toBeNull();
    expect(robustScale([])).toBeNull();
  });

  it("interpolates between order statistics", () => {
    expect(quantile([0, 10], 0.25)).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 0.9)).toBeCloseTo(4.6, 10);
  });

  it("agrees with the median at one half and stays within the extremes", () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        expect(quantile(values, 0.5)).toBeCloseTo(median(values) ?? Number.NaN, 6);
        const at = quantile(values, q) ?? Number.NaN;
        expect(at).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6);
        expect(at).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
      }),
    );
  });
});

describe("robustScale", () => {
  it("is not moved by one outlier in ten", () => {
    const clean = robustScale([10, 11, 9, 10, 11, 9, 10, 11, 9, 10]);
    const dirty = robustScale([10, 11, 9, 10, 11, 9, 10, 11, 9, 10_000]);
    expect(dirty?.center).toBe(clean?.center);
    expect(dirty?.spread).toBeCloseTo(clean?.spread ?? 0, 6);
  });

  it("never has a spread of zero: a flat series gets 5 % of its level, or the given floor", () => {
    expect(robustScale([8, 8, 8])?.spread).toBeCloseTo(0.4, 10);
    expect(robustScale([0, 0, 0], 0.01)?.spread).toBe(0.01);
  });

  it("scales so that the center is zero, and leaves gaps", () => {
    expect(scaled([5, null, 15, Number.NaN], { center: 5, spread: 5 })).toEqual([0, null, 2, null]);
  });
});

describe("gaps", () => {
  it("are filled with the value before them, a leading one with the first value", () => {
    expect(fillGaps([null, 2, null, null, 5, null])).toEqual([2, 2, 2, 2, 5, 5]);
    expect(fillGaps([null, null])).toEqual([0, 0]);
  });

  it("are left out by present, with everything that is no number", () => {
    expect(present([1, null, Number.NaN, Number.POSITIVE_INFINITY, 2])).toEqual([1, 2]);
  });
});
