import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson, sha256 } from "@sre/contracts/canonical";
import { writeSnapshot } from "@sre/evidence";
import { adapters } from "../adapters/index.ts";
import { caseFile, snapshotFile, type CaseFile } from "../adapters/recorded/index.ts";
import type { CaseOnDisk, RcaCase } from "../case.ts";
import { randomOf } from "../generated/random.ts";
import { readLabels, type Labels, type Truth } from "../labels.ts";
import { Sample } from "../sample.ts";
import { withChanges } from "./suite.ts";

/** Where a suite goes, and how much of it: so many recorded faults of each system, each twice. */
export interface Suite {
  readonly out: string;
  readonly seed: number;
  readonly cases: number;
}

const systemPrefix = "changes/";
const folderOf = (system: string): string => `changes-${system.replaceAll("/", "-")}`;

// Neither the name nor its order tells which kind of case it is.
const nameOf = (of: unknown): string => `ch-${sha256(canonicalJson(of)).slice(0, 8)}`;
const seedOf = (of: unknown): number => Number.parseInt(sha256(canonicalJson(of)).slice(0, 8), 16);

interface Written {
  readonly folder: string;
  readonly id: string;
  readonly label: { readonly change: string | null; readonly kind: string };
}

async function writeCase(one: RcaCase, truth: Truth, { suite, brought }: { suite: Suite; brought: boolean }): Promise<Written[]> {
  const drawn = [suite.seed, one.system, one.id, one.run, brought];
  const changed = withChanges(one.snapshot, truth, { brought, random: randomOf(seedOf(drawn)) });
  if (changed === null) return [];
  const [folder, id] = [folderOf(one.system), nameOf(drawn)];
  const directory = join(suite.out, folder, "cases", id);
  await mkdir(directory, { recursive: true });
  const file: CaseFile = { system: `${systemPrefix}${one.system}`, run: one.run, not_live: [...one.notLive] };
  await writeFile(join(directory, caseFile), `${canonicalJson(file)}\n`);
  await writeFile(join(directory, snapshotFile), writeSnapshot(changed.snapshot, { gzip: true }));
  return [{ folder, id, label: { change: changed.change, kind: truth.kind } }];
}

async function faultsIn(directories: readonly string[], labels: Labels): Promise<CaseOnDisk[]> {
  const found = await Promise.all(directories.flatMap((directory) => adapters.map((adapter) => adapter.find(directory))));
  return found.flat().filter(({ system, id }) => {
    const set = labels.of(system, id)?.set;
    return set !== undefined && set !== "changes" && set !== "normal" && !system.startsWith(systemPrefix);
  });
}

/** One run of the case, drawn by the seed. */
async function runOf(found: CaseOnDisk, seed: number): Promise<RcaCase[]> {
  const runs = await found.load();
  const drawn = runs[Math.floor(randomOf(seedOf([seed, found.system, found.id]))() * runs.length)];
  return drawn === undefined ? [] : [drawn];
}

/**
 * Writes the change suite: recorded faults as snapshots, each once with the change that brought it and once with none, with
 * the labels beside. The same data and seed give the same files. The folders that were written, with how many cases.
 */
export async function writeChangeSuite(directories: readonly string[], suite: Suite): Promise<ReadonlyMap<string, number>> {
  const labels = await readLabels(directories);
  const sample = new Sample<CaseOnDisk>(suite.cases, suite.seed);
  for (const found of await faultsIn(directories, labels)) sample.offer(found.system, found);
  const written: Written[] = [];
  for (const found of sample.items()) {
    const truth = labels.of(found.system, found.id);
    const runs = await runOf(found, suite.seed);
    for (const one of truth === undefined ? [] : runs)
      for (const brought of [true, false]) if (truth !== undefined) written.push(...(await writeCase(one, truth, { suite, brought })));
  }
  const sets = Map.groupBy(written, ({ folder }) => folder);
  for (const [folder, own] of sets) {
    const told = Object.fromEntries(own.map(({ id, label }) => [id, label]));
    await writeFile(join(suite.out, folder, "labels.json"), `${canonicalJson(told)}\n`);
  }
  return new Map([...sets].map(([folder, own]) => [folder, own.length]));
}
