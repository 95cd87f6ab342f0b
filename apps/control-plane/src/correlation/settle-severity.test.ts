import { expect, test } from "vitest";
import { severityAfter } from "./settle-severity.ts";

test.each([
  ["the worst alert left", "critical", { before: "critical", now: "warning" }, "warning"],
  ["a worse alert came", "warning", { before: "warning", now: "critical" }, "critical"],
  ["the first alerts came", "info", { before: null, now: "error" }, "error"],
  ["all alerts left", "critical", { before: "critical", now: null }, "critical"],
  ["a person made it milder, and one as bad came", "warning", { before: "critical", now: "critical" }, "warning"],
  ["a person made it milder, and a worse one came", "info", { before: "warning", now: "critical" }, "critical"],
  ["a person made it worse, and a milder one left", "critical", { before: "error", now: "warning" }, "critical"],
] as const)("%s", (...[, incident, worst, severity]) => {
  expect(severityAfter(incident, worst)).toBe(severity);
});
