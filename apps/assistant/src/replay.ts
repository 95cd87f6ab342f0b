import { readFile } from "node:fs/promises";
import { canonicalJson } from "@sre/contracts/canonical";
import type { Diagnosis, Snapshot } from "@sre/contracts/evidence";
import { collect, readSnapshot, snapshotSources } from "@sre/evidence";
import { diagnoseScope, type Tools } from "./diagnose/diagnose.ts";

/** A recording answers at once; this only bounds what cannot happen. Milliseconds. */
const questionDeadlineMs = 60_000;

/**
 * The diagnosis of a snapshot: plans its own questions from the scope in the header and asks the recording. No network,
 * no database, no clock: the same snapshot and engine give the same diagnosis anywhere.
 */
export async function replaySnapshot(snapshot: Snapshot): Promise<Diagnosis> {
  const { as_of: asOf, alerts, entities, deployment } = snapshot.header.scope;
  const sources = snapshotSources(snapshot);
  const context = { asOf, signal: new AbortController().signal, deadlineMs: questionDeadlineMs };
  const tools: Tools = {
    finished: [],
    report: () => Promise.resolve(),
    async collect(number, questions) {
      return { number, answers: await collect({ sources, questions, context, priority: 0 }) };
    },
  };
  const { diagnosis } = await diagnoseScope(tools, { asOf, alerts, entities, deployment });
  return diagnosis;
}

/** `npm run replay -- SNAPSHOT`: prints the diagnosis of a snapshot file as canonical JSON. */
async function main(path: string | undefined): Promise<void> {
  if (path === undefined) throw new Error("Name a snapshot: npm run replay -- SNAPSHOT");
  const diagnosis = await replaySnapshot(readSnapshot(await readFile(path)));
  process.stdout.write(`${canonicalJson(diagnosis)}\n`);
}

if (import.meta.main) {
  main(process.argv[2]).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
