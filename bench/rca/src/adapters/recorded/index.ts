import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { readSnapshot } from "@sre/evidence";
import type { Adapter, CaseOnDisk, RcaCase } from "../../case.ts";
import { caseFolders, directoriesWithCases, readJson } from "../directories.ts";

/** The files of a case that is kept as a snapshot. */
export const caseFile = "case.json";
export const snapshotFile = "snapshot.ndjson.gz";

const CaseFile = z.object({ system: z.string().min(1), run: z.string().default(""), not_live: z.array(z.string()) });
export type CaseFile = z.infer<typeof CaseFile>;

async function loadCase(folder: string, { system, run, not_live }: CaseFile): Promise<RcaCase[]> {
  const snapshot = readSnapshot(await readFile(join(folder, snapshotFile)));
  return [{ system, id: basename(folder), run, snapshot, notLive: new Set(not_live) }];
}

async function caseOnDisk(folder: string): Promise<CaseOnDisk> {
  const file = await readJson(join(folder, caseFile), CaseFile);
  return { system: file.system, id: basename(folder), load: () => loadCase(folder, file) };
}

/** Cases that are kept as the product's own snapshots, such as those of the change suite. */
export const recordedAdapter: Adapter = {
  name: "recorded",
  async find(directory) {
    const candidates = await directoriesWithCases(directory);
    const found = await Promise.all(candidates.map((candidate) => caseFolders(candidate, [caseFile, snapshotFile])));
    return await Promise.all(found.flat().map(caseOnDisk));
  },
};
