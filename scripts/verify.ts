import { runSteps, type Step } from "./processes.ts";

/** What must hold before each commit; under a minute, no database, no service. */
const steps: readonly Step[] = [
  { name: "types", command: ["tsc", "-p", ".", "--noEmit"] },
  { name: "format", command: ["oxfmt", "--check", "."] },
  { name: "unit tests of the pure packages", command: ["vitest", "run", "--project", "unit", "--no-isolate", "packages/contracts", "packages/correlation", "packages/diagnosis", "packages/timeseries", "scenarios", "scripts"] },
  { name: "lint", command: ["oxlint", "."] },
  { name: "dead code", command: ["knip", "--no-progress"] },
  { name: "contracts", command: ["node", "scripts/openapi.ts", "--check"] },
  { name: "permissions", command: ["node", "scripts/permissions.ts", "--check"] },
  { name: "environment", command: ["node", "scripts/environment.ts", "--check"] },
  { name: "documentation paths", command: ["node", "scripts/doc-paths.ts"] },
]; // prettier-ignore

process.exitCode = (await runSteps(steps, 2)) ? 0 : 1;
