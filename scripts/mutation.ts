import { mutantsFor, type Mutant } from "./mutation/mutants.ts";
import { runStep } from "./processes.ts";

const kinds = ["guards", "verbs", "teams"];

/** Whether a test fails with the mutant in place. */
async function isKilled(mutant: Mutant): Promise<boolean> {
  const command = ["vitest", "run", "--config", "scripts/mutation/vitest.config.ts", "--reporter=dot"] as const;
  const { ok } = await runStep({ name: mutant.change, command, env: { MUTANT: JSON.stringify(mutant) } });
  return !ok;
}

/** Without this, a runner that cannot start would kill every mutant. */
async function requireSoundTests(mutants: readonly Mutant[]): Promise<void> {
  const files = [...new Set(mutants.flatMap(({ tests }) => tests))];
  const [first] = mutants;
  if (first && (await isKilled({ ...first, start: 0, end: 0, text: "", tests: files })))
    throw new Error("The tests fail without any mutant.");
}

/** Runs each mutant of the kinds given (default: all) through its tests; fails when one survives. */
async function main(given: readonly string[]): Promise<void> {
  for (const kind of given.length > 0 ? given : kinds) {
    const mutants = mutantsFor(kind);
    await requireSoundTests(mutants);
    const survivors: Mutant[] = [];
    for (const mutant of mutants) {
      if (await isKilled(mutant)) continue;
      survivors.push(mutant);
      console.log(`survives: ${mutant.file}:${mutant.line} ${mutant.change}`);
    }
    console.log(`${kind}: ${mutants.length - survivors.length} of ${mutants.length} mutants killed`);
    if (survivors.length > 0) process.exitCode = 1;
  }
}

await main(process.argv.slice(2));
