import { defineConfig } from "@playwright/test";

const port = Number(process.env["CONSOLE_TEST_PORT"] ?? 4188);

/** The built console in a real browser, against a server whose every answer is held to the contract. */
export default defineConfig({
  testDir: "testing",
  outputDir: "../../test-results/console",
  snapshotPathTemplate: "{testDir}/screenshots/{arg}{ext}",
  fullyParallel: true,
  workers: 2,
  retries: process.env["CI"] ? 1 : 0,
  timeout: 60_000,
  reporter: [["list"], ["json", { outputFile: "../../test-results/console.json" }]],
  expect: {
    timeout: 15_000, // A chart that is missing changes one pixel in five hundred.
    toHaveScreenshot: { maxDiffPixelRatio: 0.0005, animations: "disabled", caret: "hide" },
  },
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    timezoneId: "Asia/Taipei",
    contextOptions: { reducedMotion: "reduce" },
    launchOptions: {
      executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--font-render-hinting=none", "--force-device-scale-factor=1"],
    },
  },
  webServer: {
    command: "node testing/server.ts",
    url: `http://127.0.0.1:${port}/`,
    env: { FIXTURE_PORT: String(port) },
    reuseExistingServer: !process.env["CI"],
  },
});
