import { performance } from "node:perf_hooks";
import { chanceOf } from "./generate/chance.ts";
import { drawEstate, told } from "./generate/estate.ts";
import { families } from "./generate/families.ts";
import { drawStorm } from "./generate/storm.ts";
import { correlator } from "./methods.ts";
import { adjustedRandIndex, countPairs } from "./scoring.ts";

const size = { apps: 150, servicesPerApp: [10, 14], nodes: 300, podsPerService: [4, 8] } as const;
const shape = { fromMs: Date.UTC(2026, 9, 1, 8), faults: 100, faultsWithinMs: 9 * 60_000, noise: 0, copies: 1 } as const;
const distinct = 100_000;
/** Each distinct alert is sent again so often; repetitions change nothing and reach no correlator. */
const repeats = 10;

/** One hundred faults within nine minutes, a hundred thousand distinct alerts: prints how many groups came of it. */
export function largeStorm(seed: number): void {
  const draw = (copies: number) => {
    const chance = chanceOf(seed);
    const estate = drawEstate(chance, size);
    return { known: told(estate, chance, 0.3), alerts: drawStorm(chance, estate, { shape: { ...shape, copies }, families }) };
  };
  const once = draw(1).alerts.length;
  const drawn = draw(Math.ceil(distinct / once));
  const alerts = drawn.alerts.slice(0, distinct);
  const before = performance.now();
  const groups = correlator.group(alerts, drawn.known);
  const millis = performance.now() - before;
  const truth = alerts.map((alert) => alert.truth);
  const faults = new Set(truth).size;
  const counts = countPairs(truth, groups);
  console.log(`${alerts.length} distinct alerts of ${faults} faults, each sent ${1 + repeats} times; seed ${seed}`);
  console.log(`groups: ${new Set(groups).size}; adjusted Rand index: ${adjustedRandIndex(counts).toFixed(3)}`);
  console.log(`${((millis * 1_000) / alerts.length).toFixed(1)} µs for each distinct alert`);
}
