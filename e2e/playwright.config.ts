import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";

const port = 4280;

/** The console as `npm start` serves it: both services, the development issuer, the recorded incidents. */
export default defineConfig({
  testDir: "console",
  outputDir: "../test-results/e2e",
  workers: 1,
  retries: process.env["CI"] ? 1 : 0,
  timeout: 90_000,
  reporter: process.env["CI"] ? [["list"], ["json", { outputFile: "../test-results/e2e.json" }]] : "list",
  expect: { timeout: 20_000 },
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    launchOptions: { executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium", args: ["--no-sandbox"] },
  },
  webServer: {
    command: "node scripts/run.mjs scripts/start.ts",
    cwd: "..",
    url: `http://127.0.0.1:${port}/readyz`,
    timeout: 180_000,
    env: {
      CONTROL_PLANE_PORT: String(port),
      ASSISTANT_PORT: String(port + 1),
      DEVELOPMENT_ISSUER_PORT: String(port + 2),
      DATA_DIR: process.env["E2E_DATA_DIR"] ?? mkdtempSync(join(tmpdir(), "e2e-")),
      PROMETHEUS_URL: "",
      LOKI_URL: "",
      KUBECONFIG: "",
    },
  },
});
