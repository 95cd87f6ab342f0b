import { randomUUID } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { adapters } from "./adapters/index.ts";
import { throughApi, type Sampled } from "./api.ts";
import { baselinePredictions } from "./baselines/index.ts";
import type { CaseOnDisk, RcaCase } from "./case.ts";
import { permutedTopology, withoutNotLive } from "./controls.ts";
import { predict } from "./predict.ts";
import type { Prediction } from "./prediction.ts";
import { Sample } from "./sample.ts";
import { settingsOf, type Settings } from "./settings.ts";
import { controlVariants, leaveOutVariants } from "./variants/index.ts";

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

async function casesIn({ data, system, cases, seed }: Settings): Promise<CaseOnDisk[]> {
  const found = await Promise.all(data.flatMap((directory) => adapters.map((adapter) => adapter.find(directory))));
  const wanted = found.flat().filter((one) => belongs(one.system, system));
  if (cases === null) return wanted;
  const sample = new Sample<CaseOnDisk>(cases, seed);
  for (const one of wanted) sample.offer(one.system, one);
  return sample.items();
}

type Write = (line: Prediction) => Promise<unknown>;
const nowMs = () => performance.now();

/** What the controls say of a run, one after the other. */
async function runVariants(one: RcaCase, { settings, options }: { settings: Settings; options: readonly string[] }, write: Write) {
  const { controls, leaveOut, seed } = settings;
  const variants = [...(controls ? controlVariants(one, seed) : []), ...(leaveOut === null ? [] : leaveOutVariants(one, leaveOut))];
  for (const { name, one: changed, back, conclude, leftOut } of variants) {
    const asking = { options: [...options, name], nowMs, ...(conclude ? { conclude } : {}), ...(leftOut ? { leftOut } : {}) };
    const line = await predict(changed, asking);
    await write(back === undefined ? line : { ...line, ranked: line.ranked.map(back) });
  }
}

/** Runs every case, one after the other, and hands on what each method said as soon as it is known. */
async function runCases(cases: readonly CaseOnDisk[], settings: Settings, write: Write): Promise<Sampled[]> {
  const { options, change } = controlOf(settings);
  const sample = new Sample<Sampled>(settings.apiSample, settings.seed);
  const counts = new Map<string, number>();
  for (const found of cases) {
    for (const one of (await found.load()).map(change)) {
      const prediction = await predict(one, { options, nowMs });
      await write(prediction);
      if (settings.baselines && options.length === 0) for (const line of baselinePredictions(one, nowMs)) await write(line);
      await runVariants(one, { settings, options }, write);
      // The API is asked about alerts; a fault that nothing alerts of has none to send.
      if (one.snapshot.header.scope.alerts.length > 0) sample.offer(one.system, { one, prediction });
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
  if (cases.length === 0) throw new Error(`No case of a known format lies in ${settings.data.join(", ")}.`);
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
