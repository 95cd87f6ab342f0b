import { describe, expect, test } from "vitest";
import { chanceOf } from "./generate/chance.ts";
import { drawEstate, told, usualSize } from "./generate/estate.ts";
import { families } from "./generate/families.ts";
import { drawStorm, usualShape } from "./generate/storm.ts";
import { correlator } from "./methods.ts";
import { adjustedRandIndex, agreementOf, countPairs } from "./scoring.ts";

describe("scores over pairs", () => {
  test("are 1 for the same groups under other names", () => {
    const counts = countPairs(["a", "a", "b", "c"], ["1", "1", "2", "3"]);
    expect(agreementOf([counts])).toMatchObject({ precision: 1, recall: 1, f1: 1, adjustedRandIndex: 1 });
  });
  test("are those of the example that the definition gives", () => {
    const counts = countPairs(["a", "a", "b", "b"], ["1", "1", "1", "1"]);
    expect(agreementOf([counts])).toMatchObject({ precision: 2 / 6, recall: 1, f1: 0.5 });
    expect(adjustedRandIndex(counts)).toBe(0);
  });
});

function storm(seed: number) {
  const chance = chanceOf(seed);
  const estate = drawEstate(chance, usualSize);
  const known = told(estate, chance, 0.3);
  return { estate, known, alerts: drawStorm(chance, estate, { shape: usualShape(chance), families }) };
}

test("a seed gives the same storm and the same groups, another seed another storm", () => {
  const [one, again] = [storm(5), storm(5)];
  expect(again.alerts).toEqual(one.alerts);
  expect(correlator.group(again.alerts, again.known)).toEqual(correlator.group(one.alerts, one.known));
  expect(storm(6).alerts).not.toEqual(one.alerts);
});

test("about three in ten edges are missing from what is told", () => {
  const { estate, known } = storm(7);
  expect(known.length / estate.edges.length).toBeGreaterThan(0.6);
  expect(known.length / estate.edges.length).toBeLessThan(0.8);
});
