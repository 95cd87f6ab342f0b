import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { root } from "../processes.ts";

/** What a runner did, the name of each failed test, and each test file in which no test ran: such a file proves nothing. */
export interface Tally {
  readonly passed: number;
  readonly failures: readonly string[];
  readonly emptyFiles: readonly string[];
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

const ran = (status: string) => status === "passed" || status === "failed";
const missing = (path: string): Tally => ({ passed: 0, failures: [`no report at ${relative(root, path)}`], emptyFiles: [] });
const firstLines = (text: string) => text.split("\n").slice(0, 6).join("\n    ");

/** Reads vitest's JSON report; a missing one counts as one failure, and so does a file that failed outside of its tests. */
export function vitestTally(path: string): Tally {
  if (!existsSync(path)) return missing(path);
  const report = JSON.parse(readFileSync(path, "utf8")) as VitestReport;
  const files = report.testResults.map((file) => ({ ...file, name: relative(root, file.name) }));
  const emptyFiles = files.filter((file) => !file.assertionResults.some(({ status }) => ran(status))).map(({ name }) => name);
  const failures = files.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === "failed");
    const told = failed.map((test) => `${name} › ${test.fullName}\n    ${firstLines(test.failureMessages?.[0] ?? "")}`);
    return status === "failed" && failed.length === 0 ? [`${name}\n    ${firstLines(message ?? "")}`] : told;
  });
  return { passed: report.numPassedTests, failures, emptyFiles };
}

interface PlaywrightSuite {
  readonly file: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs?: readonly { readonly title: string; readonly tests: readonly { readonly status: string }[] }[];
}

interface Spec {
  readonly title: string;
  readonly status: string;
}

function specsOf(suite: PlaywrightSuite): Spec[] {
  const own = (suite.specs ?? []).flatMap(({ title, tests }) => tests.map(({ status }) => ({ title: `${suite.file} › ${title}`, status })));
  return [...own, ...(suite.suites ?? []).flatMap(specsOf)];
}

/** Reads Playwright's JSON report; a missing one counts as one failure. */
export function playwrightTally(path: string): Tally {
  if (!existsSync(path)) return missing(path);
  const report = JSON.parse(readFileSync(path, "utf8")) as {
    suites: readonly PlaywrightSuite[];
    stats: { expected: number; flaky: number };
  };
  const emptyFiles = report.suites.filter((suite) => specsOf(suite).every(({ status }) => status === "skipped")).map(({ file }) => file);
  const failures = report.suites.flatMap(specsOf).filter(({ status }) => status === "unexpected");
  return { passed: report.stats.expected + report.stats.flaky, failures: failures.map(({ title }) => title), emptyFiles };
}
