import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const unit = [
  "packages/*/src/**/*.test.{ts,tsx}",
  "apps/*/src/**/*.test.{ts,tsx}",
  "scenarios/**/*.test.ts",
  "scripts/**/*.test.ts",
  "bench/src/**/*.test.ts",
  "bench/rca/src/**/*.test.ts",
  "bench/correlation/src/**/*.test.ts",
];
const integration = ["packages/*/src/**/*.integration.test.ts", "apps/*/src/**/*.integration.test.ts", "e2e/**/*.integration.test.ts"];

// A machine that runs CI may be slow for a moment; what fails twice is broken.
const retry = process.env["CI"] ? 1 : 0;

/** Unit tests need nothing but Node; integration tests reach real services by the environment variables that name them. */
export default defineConfig({
  test: {
    // Left to itself, vitest keeps one processor free, which is half of a small machine.
    maxWorkers: availableParallelism(),
    projects: [
      {
        test: {
          name: "unit",
          retry,
          include: unit,
          exclude: [...integration, "**/node_modules/**"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: "integration", retry, include: integration, testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false } },
    ],
    coverage: {
      provider: "v8",
      reportsDirectory: "coverage",
      include: ["packages/*/src/**/*.ts", "apps/{control-plane,assistant}/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/testing/**", "packages/testkit/**"],
      thresholds: {
        lines: 80,
        "apps/*/src/**/routes.ts": { lines: 90, functions: 90 },
        "apps/assistant/src/sessions/**": { lines: 85 },
        "packages/diagnosis/src/**": { lines: 85 },
      },
    },
  },
});
