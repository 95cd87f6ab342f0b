import { randomUUID } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { adapters } from "./adapters/index.ts";
import { throughApi, type Sampled } from "./api.ts";
import { baselinePredictions } from "./baselines/index.ts";
import type { CaseOnDisk, RcaCase } from "./case.ts";
import { permutedTopology, withoutNotLive } from "./controls.ts";
import { predict } from "./predict.ts";
import type { Prediction } from "./prediction.ts";
import { Sample } from "./sample.ts";

const usage = `npm run bench:rca -- --data DIR [--system NAME] [--out FILE] [--without-not-live] [--permute-topology SEED] [--no-baselines] [--no-api] [--api-sample N] [--seed N]`;

interface Settings {
  readonly data: string;
  readonly system: string | null;
  readonly out: string;
  readonly liveOnly: boolean;
  readonly permutation: number | null;
  readonly baselines: boolean;
  readonly apiSample: number;
  readonly seed: number;
}

function wholeNumber(text: string, name: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} must be a whole number. ${usage}`);
  return Number(text);
}

function settingsOf(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string" },
      system: { type: "string" },
      out: { type: "string", default: "reports/rca-predictions.ndjson" },
      "without-not-live": { type: "boolean", default: false },
      "permute-topology": { type: "string" },
      "no-baselines": { type: "boolean", default: false },
      "no-api": { type: "boolean", default: false },
      "api-sample": { type: "string", default: "2" },
      seed: { type: "string", default: "1" },
    },
  });
  if (values.data === undefined) throw new Error(usage);
  const seeded = values["permute-topology"];
  return {
    data: values.data,
    system: values.system ?? null,
    out: values.out,
    liveOnly: values["without-not-live"],
    permutation: seeded === undefined ? null : wholeNumber(seeded, "permute-topology"),
    baselines: !values["no-baselines"],
    apiSample: values["no-api"] ? 0 : wholeNumber(values["api-sample"], "api-sample"),
    seed: wholeNumber(values.seed, "seed"),
  };
}

/** What is changed about every case, and how the changed engine is called. */
function controlOf({ liveOnly, permutation }: Settings): { options: string[]; change: (one: RcaCase) => RcaCase } {
  const options = [...(liveOnly ? ["without-not-live"] : []), ...(permutation === null ? [] : [`permuted-topology-${permutation}`])];
  const change = (one: RcaCase): RcaCase => {
    const live = liveOnly ? withoutNotLive(one) : one;
    return permutation === null ? live : permutedTopology(live, permutation);
  };
  return { options, change };
}

// A data set that holds several systems is known by the name before the slash.
const belongs = (system: string, wanted: string | null) => wanted === null || system === wanted || system.startsWith(`${wanted}/`);

async function casesIn({ data, system }: Settings): Promise<CaseOnDisk[]> {
  const found = await Promise.all(adapters.map((adapter) => adapter.find(data)));
  return found.flat().filter((one) => belongs(one.system, system));
}

/** Runs every case, one after the other, and hands on what each method said as soon as it is known. */
async function runCases(
  cases: readonly CaseOnDisk[],
  settings: Settings,
  write: (line: Prediction) => Promise<unknown>,
): Promise<Sampled[]> {
  const { options, change } = controlOf(settings);
  const sample = new Sample<Sampled>(settings.apiSample, settings.seed);
  const counts = new Map<string, number>();
  const nowMs = () => performance.now();
  for (const found of cases) {
    for (const one of (await found.load()).map(change)) {
      const prediction = await predict(one, { options, nowMs });
      await write(prediction);
      if (settings.baselines && options.length === 0) for (const line of baselinePredictions(one, nowMs)) await write(line);
      sample.offer(one.system, { one, prediction });
      counts.set(one.system, (counts.get(one.system) ?? 0) + 1);
    }
  }
  for (const [system, count] of counts) console.log(`${system}: ${count} runs`);
  return sample.items();
}

/** Says whether the product's own interface comes to the same; a run on which it does not fails the bench. */
async function compareWithApi(sample: readonly Sampled[]): Promise<void> {
  if (sample.length === 0) return;
  const agreements = await throughApi(sample, randomUUID);
  const odd = agreements.filter(({ agreed }) => !agreed);
  console.log(
    `through the assistant's API: ${agreements.length - odd.length} of ${agreements.length} runs agree with the engine called directly`,
  );
  for (const { name, detail } of odd) console.log(`  ${name}: ${detail}`);
  if (odd.length > 0) process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<void> {
  const settings = settingsOf(args);
  const cases = await casesIn(settings);
  if (cases.length === 0) throw new Error(`No case of a known format lies in ${settings.data}.`);
  await mkdir(dirname(settings.out), { recursive: true });
  const file = await open(settings.out, "w");
  try {
    const sample = await runCases(cases, settings, (line) => file.write(`${JSON.stringify(line)}\n`));
    console.log(`predictions: ${settings.out}`);
    await compareWithApi(sample);
  } finally {
    await file.close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
