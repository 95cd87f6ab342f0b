import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { root } from "../processes.ts";

/** What a runner did, and each test file in which no test ran: a file whose tests are all skipped proves nothing. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly emptyFiles: readonly string[];
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly { name: string; status: string; assertionResults: readonly { status: string }[] }[];
}

const ran = (status: string) => status === "passed" || status === "failed";

/** Reads vitest's JSON report; a missing one counts as one failure. */
export function vitestTally(path: string): Tally {
  if (!existsSync(path)) return { passed: 0, failed: 1, emptyFiles: [] };
  const report = JSON.parse(readFileSync(path, "utf8")) as VitestReport;
  const emptyFiles = report.testResults
    .filter((file) => !file.assertionResults.some((test) => ran(test.status)))
    .map((file) => relative(root, file.name));
  const crashed = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  return { passed: report.numPassedTests, failed: report.numFailedTests + crashed, emptyFiles };
}

interface PlaywrightSuite {
  readonly file: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs?: readonly { tests: readonly { status: string }[] }[];
}

function statusesOf(suite: PlaywrightSuite): string[] {
  return [...(suite.specs ?? []).flatMap((spec) => spec.tests.map((test) => test.status)), ...(suite.suites ?? []).flatMap(statusesOf)];
}

/** Reads Playwright's JSON report; a missing one counts as one failure. */
export function playwrightTally(path: string): Tally {
  if (!existsSync(path)) return { passed: 0, failed: 1, emptyFiles: [] };
  const report = JSON.parse(readFileSync(path, "utf8")) as {
    suites: readonly PlaywrightSuite[];
    stats: { expected: number; unexpected: number; flaky: number };
  };
  const emptyFiles = report.suites.filter((suite) => statusesOf(suite).every((status) => status === "skipped")).map((suite) => suite.file);
  return { passed: report.stats.expected + report.stats.flaky, failed: report.stats.unexpected, emptyFiles };
}
