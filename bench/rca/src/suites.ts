import { parseArgs } from "node:util";
import { writeChangeSuite } from "./changes/write.ts";
import { writeSeeded } from "./seeded/nezha-write.ts";

const usage = "node bench/rca/src/suites.ts --data DIR [--data DIR …] --out DIR [--seed N] [--cases N] [--only changes|seeded]";
const casesMax = 60;

/** Writes the seeded suites: changes in recorded faults, and faults in Nezha's normal minutes. */
async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string", multiple: true },
      out: { type: "string" },
      seed: { type: "string", default: "1" },
      cases: { type: "string", default: "12" },
      only: { type: "string" },
    },
  });
  const { data, out, only } = values;
  const wanted = { out: out ?? "", seed: Number(values.seed), cases: Number(values.cases) };
  const valid = Number.isInteger(wanted.seed) && Number.isInteger(wanted.cases) && wanted.cases > 0 && wanted.cases <= casesMax;
  if (data === undefined || out === undefined || !valid) throw new Error(usage);
  if (only !== "seeded") for (const [folder, count] of await writeChangeSuite(data, wanted)) console.log(`${folder}: ${count} cases`);
  if (only === "changes") return;
  for (const directory of data) for (const set of await writeSeeded(directory, wanted)) console.log(set);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
