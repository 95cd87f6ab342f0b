import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { adapters } from "./adapters/index.ts";
import { baselinePredictions } from "./baselines/index.ts";
import type { CaseOnDisk, RcaCase } from "./case.ts";
import { permutedTopology, withoutNotLive } from "./controls.ts";
import { predict } from "./predict.ts";
import type { Prediction } from "./prediction.ts";

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
      "api-sample": { type: "string", default: "6" },
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

/** Runs every case, one after the other, and writes what each method said as soon as it is known. */
async function main(args: readonly string[]): Promise<void> {
  const settings = settingsOf(args);
  const { options, change } = controlOf(settings);
  const cases = await casesIn(settings);
  if (cases.length === 0) throw new Error(`No case of a known format lies in ${settings.data}.`);
  await mkdir(dirname(settings.out), { recursive: true });
  const file = await open(settings.out, "w");
  const counts = new Map<string, number>();
  const write = async (line: Prediction) => file.write(`${JSON.stringify(line)}\n`);
  try {
    for (const one of cases) {
      for (const run of (await one.load()).map(change)) {
        await write(await predict(run, { options, nowMs: () => performance.now() }));
        if (settings.baselines && options.length === 0)
          for (const line of baselinePredictions(run, () => performance.now())) await write(line);
        counts.set(run.system, (counts.get(run.system) ?? 0) + 1);
      }
    }
  } finally {
    await file.close();
  }
  for (const [system, count] of counts) console.log(`${system}: ${count} runs`);
  console.log(`predictions: ${settings.out}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
