import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { DeclareTopology } from "@sre/contracts/control-plane";
import { chanceOf } from "./generate/chance.ts";
import { drawEstate, estateOf, told, usualSize } from "./generate/estate.ts";
import { families, type Family } from "./generate/families.ts";
import { drawStorm, usualShape } from "./generate/storm.ts";
import { baselines, correlator, correlatorInDeliveries, sameServiceOnly, type Method } from "./methods.ts";
import { agreementOf, countPairs, type Agreement, type PairCounts } from "./scoring.ts";
import { largeStorm } from "./large-storm.ts";

const missingEdges = 0.3;

interface Suite {
  readonly name: string;
  readonly heldOut: boolean;
  readonly families: readonly Family[];
}

// In the mixed suites each fault of a storm is of another family.
const suites: readonly Suite[] = [
  ...families.map((family) => ({ name: family.name, heldOut: family.heldOut, families: [family] })),
  { name: "mixed", heldOut: false, families: families.filter(({ heldOut }) => !heldOut) },
  { name: "mixed, held out", heldOut: true, families },
];

function settingsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: "string", default: "1" }, storms: { type: "string", default: "220" }, topology: { type: "string" }, tuned: { type: "boolean", default: false }, storm: { type: "boolean", default: false } },
  }); // prettier-ignore
  const [seed, storms] = [Number(values.seed), Number(values.storms)];
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(storms) || storms < 1 || storms > 100_000)
    throw new Error("npm run bench:correlation -- [--seed N] [--storms N] [--topology FILE] [--tuned] [--storm]");
  const topology = values.topology === undefined ? null : DeclareTopology.parse(JSON.parse(readFileSync(values.topology, "utf8")));
  return { seed, storms, topology, tunedOnly: values.tuned, large: values.storm };
}

type Settings = ReturnType<typeof settingsOf>;
type Scores = ReadonlyMap<Method, PairCounts[]>;

function runSuite(suite: Suite, { index, settings, methods }: { index: number; settings: Settings; methods: readonly Method[] }): Scores {
  const scores = new Map<Method, PairCounts[]>(methods.map((method) => [method, []]));
  const count = Math.ceil(settings.storms / suites.length);
  for (let storm = 0; storm < count; storm++) {
    const chance = chanceOf(settings.seed * 1_000_003 + index * 10_007 + storm);
    const estate = settings.topology ? estateOf(chance, settings.topology) : drawEstate(chance, usualSize);
    const known = told(estate, chance, missingEdges);
    const alerts = drawStorm(chance, estate, { shape: usualShape(chance), families: suite.families });
    const truth = alerts.map((alert) => alert.truth);
    for (const [method, counts] of scores) counts.push(countPairs(truth, method.group(alerts, known)));
  }
  return scores;
}

const figures = ({ precision, recall, f1, adjustedRandIndex }: Agreement) =>
  [precision, recall, f1, adjustedRandIndex].map((figure) => figure.toFixed(3)).join(" | ");

function print(results: readonly { suite: Suite; scores: Scores }[], methods: readonly Method[]): void {
  console.log("| family | method | precision | recall | F1 | adjusted Rand index |\n|---|---|---|---|---|---|");
  for (const { suite, scores } of results)
    for (const method of methods) {
      const held = suite.heldOut ? " (held out)" : "";
      console.log(`| ${suite.name.replace(", held out", "")}${held} | ${method.name} | ${figures(agreementOf(scores.get(method)!))} |`);
    }
}

function verdict(results: readonly { suite: Suite; scores: Scores }[]): void {
  const short = results.filter(({ scores }) => agreementOf(scores.get(correlator)!).f1 < 0.9).map(({ suite }) => suite.name);
  const beaten = results.flatMap(({ suite, scores }) => {
    const ours = agreementOf(scores.get(correlator)!).f1;
    return baselines.filter((method) => agreementOf(scores.get(method)!).f1 >= ours).map((method) => `${suite.name} by ${method.name}`);
  });
  console.log(`\nF1 below 0.9: ${short.join("; ") || "none"}\nNot better than a baseline: ${beaten.join("; ") || "none"}`);
}

const settings = settingsOf(process.argv.slice(2));
if (settings.large) largeStorm(settings.seed);
else {
  const methods = [correlator, correlatorInDeliveries, sameServiceOnly, ...baselines];
  const chosen = suites.map((suite, index) => ({ suite, index })).filter(({ suite }) => !settings.tunedOnly || !suite.heldOut);
  const results = chosen.map(({ suite, index }) => ({ suite, scores: runSuite(suite, { index, settings, methods }) }));
  print(results, methods);
  verdict(results);
}
