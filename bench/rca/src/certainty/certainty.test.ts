import { describe, expect, it } from "vitest";
import { fitted, heldOut } from "./fit.ts";
import type { Named } from "./observations.ts";
import { logisticRegression, type Observation } from "./regression.ts";

const weak = { mean: 0, precision: 1e-6, min: Number.NEGATIVE_INFINITY };

describe("logistic regression", () => {
  // A quarter is right without the feature, three quarters with it: log odds -ln 3 and, on top, 2 ln 3.
  const table: Observation[] = [
    { features: [1, 0], outcome: 0.25, weight: 40 },
    { features: [1, 1], outcome: 0.75, weight: 40 },
  ];

  it("finds the log odds of a table", () => {
    const [base = 0, more = 0] = logisticRegression(table, [weak, weak]);
    expect(base).toBeCloseTo(-Math.log(3), 4);
    expect(more).toBeCloseTo(2 * Math.log(3), 4);
  });

  it("holds a coefficient at its least value and fits the others to that", () => {
    const falling = table.map((one) => ({ ...one, outcome: 1 - one.outcome }));
    const [base = 0, more = 0] = logisticRegression(falling, [weak, { ...weak, min: 0 }]);
    expect(more).toBe(0);
    expect(base).toBeCloseTo(0, 4);
  });

  it("stays finite where everything was right", () => {
    const [base = 0] = logisticRegression([{ features: [1], outcome: 1, weight: 100 }], [{ ...weak, precision: 0.1 }]);
    expect(base).toBeGreaterThan(3);
    expect(base).toBeLessThan(10);
  });
});

const named = (kind: string, strength: number, right: number): Named => ({
  system: "shop", run: "", method: "engine", kind, first: true, basis: "shown", score: strength, mechanism: strength / 2, lead: 0.1, right, verdict: "likely", unforeseen: false,
}); // prettier-ignore

describe("the fitted confidence", () => {
  const all = ["a", "b", "c"].flatMap((kind) => Array.from({ length: 20 }, (_, i) => named(kind, i / 20, i >= 10 ? 1 : 0)));

  it("is higher for what was right more often", () => {
    const held = heldOut(all, () => true);
    const mean = (right: number) => {
      const own = held.filter(({ one }) => one.right === right);
      return own.reduce((sum, { confidence }) => sum + confidence, 0) / own.length;
    };
    expect(held).toHaveLength(all.length);
    expect(mean(1)).toBeGreaterThan(mean(0) + 0.3);
  });

  it("never falls with what speaks for a cause", () => {
    const upsideDown = all.map((one) => ({ ...one, right: 1 - one.right }));
    const { score, mechanism, ahead, behind } = fitted(upsideDown);
    expect(Math.min(score, mechanism, ahead, behind)).toBeGreaterThanOrEqual(0);
  });
});
