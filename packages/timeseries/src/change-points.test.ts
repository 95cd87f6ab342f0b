import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changePoints, largestShift } from "./index.ts";

/** Unrest between −1 and 1 that depends on index and seed alone. */
const unrest = (index: number, seed: number): number => {
  const mixed = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed + 7, 0x85ebca6b);
  return (((mixed ^ (mixed >>> 15)) >>> 0) % 2_001) / 1_000 - 1;
};
const series = (length: number, level: (index: number) => number, seed = 1) => Array.from({ length }, (_, i) => level(i) + unrest(i, seed));

describe("changePoints", () => {
  it("finds nothing in unrest of one spread, whatever the seed", () => {
    fc.assert(
      fc.property(fc.nat(10_000), (seed) => changePoints(series(180, () => 0, seed)).length === 0),
      { numRuns: 200 },
    );
  });

  it("finds a planted step within two samples, whatever its place, sign and seed", () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 20, max: 160 }), fc.constantFrom(-8, 8), (...[seed, at, size]) => {
        const found = largestShift(series(180, (i) => (i >= at ? size : 0), seed));
        return found !== null && Math.abs(found.index - at) <= 2 && Math.sign(found.shift) === Math.sign(size);
      }),
      { numRuns: 200 },
    );
  });

  it("finds both ends of an excursion, in order of time", () => {
    const found = changePoints(series(120, (i) => (i >= 60 && i < 80 ? 12 : 0)));
    expect(found.map(({ index }) => index)).toEqual([60, 80]);
    expect(found.map(({ shift }) => Math.sign(shift))).toEqual([1, -1]);
  });

  it("does not take one outlier for a new level", () => {
    const found = largestShift(series(120, (i) => (i === 70 ? 40 : 0)));
    expect(Math.abs(found?.shift ?? 0)).toBeLessThan(25);
  });

  it("finds nothing in a series too short to have two levels", () => {
    expect(changePoints([1, 9, 9])).toEqual([]);
    expect(largestShift([])).toBeNull();
  });

  it("never reports more changes than it may", () => {
    const jagged = series(200, (i) => (Math.floor(i / 10) % 2) * 30);
    expect(changePoints(jagged, { segmentMin: 2, penalty: 25, changesMax: 4 }).length).toBe(4);
  });
});
