import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareWithBaseline, defaultComparison } from "./index.ts";

const wave = (i: number) => 1 + 0.05 * Math.sin(i / 3);
const stretch = (length: number, level: (index: number) => number | null) =>
  Array.from({ length }, (_, i) => level(i)).map((value, i) => (value === null ? null : value * wave(i)));

describe("compareWithBaseline", () => {
  it("finds when a level rose, how far, and that it lasts", () => {
    const change = compareWithBaseline(
      stretch(60, () => 10),
      stretch(40, (i) => (i >= 25 ? 30 : 10)),
    );
    expect(change).toMatchObject({ onset: 25, recovery: null });
    expect(change?.before).toBeCloseTo(10, 0);
    expect(change?.during).toBeCloseTo(30, 0);
    expect(change?.effect).toBeGreaterThan(10);
  });

  it("finds when a level fell", () => {
    expect(
      compareWithBaseline(
        stretch(60, () => 10),
        stretch(40, (i) => (i >= 12 ? 2 : 10)),
      ),
    ).toMatchObject({ onset: 12, recovery: null });
  });

  it("tells a blip from a change that lasts", () => {
    const change = compareWithBaseline(
      stretch(60, () => 10),
      stretch(40, (i) => (i >= 20 && i < 24 ? 50 : 10)),
    );
    expect(change).toMatchObject({ onset: 20, recovery: 24 });
    expect(change?.last).toBeCloseTo(10, 0);
  });

  it("finds nothing where the window is as its baseline", () => {
    expect(
      compareWithBaseline(
        stretch(60, () => 10),
        stretch(40, () => 10),
      ),
    ).toBeNull();
  });

  it("counts no difference below the floor of the spread", () => {
    const settings = { ...defaultComparison, spreadMin: 5 };
    expect(
      compareWithBaseline(
        stretch(60, () => 10),
        stretch(40, (i) => (i > 20 ? 14 : 10)),
        settings,
      ),
    ).toBeNull();
  });

  it("compares a window without baseline with its own beginning", () => {
    expect(
      compareWithBaseline(
        [],
        stretch(40, (i) => (i >= 30 ? 90 : 10)),
      ),
    ).toMatchObject({ onset: 30 });
  });

  it("compares a window that is measured only since its end with the beginning of what is measured", () => {
    const late = (i: number) => (i < 200 ? null : i >= 228 ? 90 : 10);
    expect(compareWithBaseline([], stretch(240, late))).toMatchObject({ onset: 228 });
  });

  it("finds no onset in the beginning that serves as the normal", () => {
    const settling = (i: number) => (i < 10 ? 70 : i >= 110 ? 90 : 10);
    expect(compareWithBaseline([], stretch(120, settling))).toMatchObject({ onset: 110 });
    expect(
      compareWithBaseline(
        [],
        stretch(120, (i) => (i < 10 ? 70 : 10)),
      ),
    ).toBeNull();
  });

  it("tells nothing of no samples", () => {
    expect(compareWithBaseline([], [])).toBeNull();
    expect(compareWithBaseline([null, null], [null, 3])).toBeNull();
  });

  it("finds the onset within two samples although one in ten is missing", () => {
    fc.assert(
      fc.property(fc.nat(9), fc.integer({ min: 8, max: 34 }), (hole, at) => {
        const missing = (i: number, value: number) => (i % 10 === hole ? null : value);
        const change = compareWithBaseline(
          stretch(60, (i) => missing(i, 10)),
          stretch(40, (i) => missing(i, i >= at ? 40 : 10)),
        );
        return change !== null && Math.abs(change.onset - at) <= 2;
      }),
    );
  });
});
