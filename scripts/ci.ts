import { rmSync } from "node:fs";
import { join } from "node:path";
import { runStep, root, type Step } from "./processes.ts";
import { playwrightTally, vitestTally, type Tally } from "./ci/reports.ts";
import { startTestbed } from "./ci/testbed.ts";
import { buildConsole } from "./start/console-build.ts";

const reports = join(root, "reports");
const services = ["postgres", "redis", "prometheus", "alertmanager", "loki", "kubernetes", "keycloak"];
const none: Tally = { passed: 0, failures: [], emptyFiles: [] };

/** Runs a step with its output shown. A runner that fails although its report shows no failed test failed all the same: a crash, or coverage below its floor. */
async function stage(step: Step, report: () => Tally = () => none): Promise<Tally> {
  console.log(`\n── ${step.name}`);
  const { ok, seconds } = await runStep(step, true);
  console.log(`── ${step.name}: ${ok ? "ok" : "FAILED"} (${seconds.toFixed(0)} s)`);
  const tally = report();
  return ok || tally.failures.length > 0 ? tally : { ...tally, failures: [step.name] };
}

/** A vitest run whose report is counted; `command` is what comes before its options. */
function vitestStage(name: string, command: Step["command"], env: Step["env"] = {}): Promise<Tally> {
  const json = join(reports, `${name.replaceAll(" ", "-")}.json`);
  return stage({ name, command: [...command, "--reporter=dot", "--reporter=json", `--outputFile=${json}`], env }, () => vitestTally(json));
}

function browserStage(name: string, config: string): Promise<Tally> {
  const json = join(root, "test-results", `${name}.json`);
  return stage({ name: `browser tests: ${name}`, command: ["playwright", "test", "-c", config] }, () => playwrightTally(json));
}

// One after the other, so that none takes the processor from another. What needs a database runs on the embedded one in
// `npm test`, and on PostgreSQL here.
async function onRealServices(env: Readonly<Record<string, string>>): Promise<Tally[]> {
  await buildConsole();
  const databaseTests = ["apps/control-plane", "apps/assistant", "packages/storage"];
  return [
    await vitestStage("unit tests on PostgreSQL", ["vitest", "run", "--project", "unit", ...databaseTests], {
      ...env,
      TEST_DATABASE: "postgres",
    }),
    await vitestStage("integration tests", ["vitest", "run", "--project", "integration"], env),
    await browserStage("console", "apps/console/playwright.config.ts"),
    await browserStage("e2e", "e2e/playwright.config.ts"),
  ];
}

async function main(): Promise<void> {
  rmSync(reports, { recursive: true, force: true });
  const tallies = [
    await stage({ name: "npm run verify", command: ["npm", "run", "verify"] }),
    await vitestStage("npm test", ["npm", "test", "--", "--coverage"]),
  ];
  const bed = startTestbed(process.env["TESTBED"] ?? "../shared/testbed/testbed", services);
  try {
    tallies.push(...(await onRealServices(bed.env)));
  } finally {
    bed.down();
  }
  tallies.push(await stage({ name: "npm start, stopped once its verdicts stand", command: ["node", "scripts/ci/first-run.ts"] }));
  close(tallies);
}

function close(tallies: readonly Tally[]): void {
  const failures = tallies.flatMap((tally) => [...tally.failures, ...tally.emptyFiles.map((file) => `${file}: ran no test`)]);
  for (const failure of failures) console.log(`failed: ${failure}`);
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
  console.log(`\n${passed} passed, ${failures.length} failed`);
  process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;
}

await main();
