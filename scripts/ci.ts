import { rmSync } from "node:fs";
import { join } from "node:path";
import { runStep, root, type Step } from "./processes.ts";
import { playwrightTally, vitestTally, type Tally } from "./ci/reports.ts";
import { startTestbed } from "./ci/testbed.ts";
import { buildConsole } from "./start/console-build.ts";

const reports = join(root, "reports");
/** One after the other, so that neither takes the processor from the other; coverage is that of the unit tests, on both databases. */
const projects = { unit: ["--coverage"], integration: [] } as const;
/** Browser tests by the name of their report: the console alone against contract-held data, and the whole of what `npm start` serves. */
const browserTests = { console: "apps/console/playwright.config.ts", e2e: "e2e/playwright.config.ts" };
const services = ["postgres", "redis", "prometheus", "alertmanager", "loki", "kubernetes"];

/** Runs a step with its output shown; a failure counts as one failed test, so that no exit code is lost. */
async function stage(step: Step): Promise<number> {
  console.log(`\n── ${step.name}`);
  const { ok, seconds } = await runStep(step, true);
  console.log(`── ${step.name}: ${ok ? "ok" : "FAILED"} (${seconds.toFixed(0)} s)`);
  return ok ? 0 : 1;
}

/** A failed runner whose report shows no failed test still failed: a crash, or coverage below its floor. */
function settle(tally: Tally, failedStage: number): Tally {
  return { ...tally, failed: tally.failed === 0 ? failedStage : tally.failed };
}

async function main(): Promise<void> {
  rmSync(reports, { recursive: true, force: true });
  const plain =
    (await stage({ name: "npm run verify", command: ["npm", "run", "verify"] })) +
    (await stage({ name: "npm test", command: ["npm", "test"] }));
  const bed = startTestbed(process.env["TESTBED"] ?? "../shared/testbed/testbed", services);
  const tallies: Tally[] = [];
  try {
    await buildConsole();
    for (const [project, more] of Object.entries(projects)) {
      const json = join(reports, `${project}.json`);
      const shown = await stage({
        name: `${project} tests on real services`,
        command: ["vitest", "run", "--project", project, ...more, "--reporter=dot", "--reporter=json", `--outputFile=${json}`],
        env: bed.env,
      });
      tallies.push(settle(vitestTally(json), shown));
    }
    for (const [name, config] of Object.entries(browserTests)) {
      const shown = await stage({ name: `browser tests: ${name}`, command: ["playwright", "test", "-c", config] });
      tallies.push(settle(playwrightTally(join(root, "test-results", `${name}.json`)), shown));
    }
  } finally {
    bed.down();
  }
  const first = await stage({ name: "npm start, stopped once its verdicts stand", command: ["node", "scripts/ci/first-run.ts"] });
  close(tallies, plain + first);
}

function close(tallies: readonly Tally[], failedStages: number): void {
  const empty = tallies.flatMap((tally) => tally.emptyFiles);
  for (const file of empty) console.log(`ran no test: ${file}`);
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0) + failedStages + empty.length;
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

await main();
