import { describe, expect, test } from "vitest";
import { durationSeconds, readRuleExpression } from "./rule-expression.ts";

describe("an alerting rule's expression", () => {
  test.each([
    ["sum(rate(errors_total[5m])) / sum(rate(requests_total[10m])) > 0.05", { left: "sum(rate(errors_total[5m])) / sum(rate(requests_total[10m]))", comparison: ">", threshold: 0.05, rangeSeconds: 600, unit: "1" }],
    ["(histogram_quantile(0.99, sum by (le) (rate(http_seconds_bucket[1m]))) >= 1.5)", { left: "histogram_quantile(0.99, sum by (le) (rate(http_seconds_bucket[1m])))", comparison: ">=", threshold: 1.5, rangeSeconds: 60, unit: "s" }],
    ["free_bytes < 10 * 1024 ^ 2", { left: "free_bytes", comparison: "<", threshold: 10_485_760, rangeSeconds: null, unit: "By" }],
    ["0 > up", { left: "up", comparison: "<", threshold: 0, rangeSeconds: null, unit: null }],
    ["up == bool 0", { left: "up", comparison: "==", threshold: 0, rangeSeconds: null, unit: null }],
    ["temperature != -1", { left: "temperature", comparison: "!=", threshold: -1, rangeSeconds: null, unit: null }],
    ["errors > 5 and on (job) up == 1", { left: "errors", comparison: ">", threshold: 5, rangeSeconds: null, unit: null }],
    ["a > on (x) group_left () b * 0.9", { left: "(a) - on (x) group_left () (b * 0.9)", comparison: ">", threshold: 0, rangeSeconds: null, unit: null }],
    ["absent(up)", { left: "absent(up)", comparison: null, threshold: null, rangeSeconds: null, unit: null }],
    ['requests{path="a > b"}', { left: 'requests{path="a > b"}', comparison: null, threshold: null, rangeSeconds: null, unit: null }],
    ["max_over_time(load[1h30m:1m]) > 2", { left: "max_over_time(load[1h30m:1m])", comparison: ">", threshold: 2, rangeSeconds: 5_400, unit: null }],
  ])("%s", (text, expected) => {
    expect(readRuleExpression(text)).toEqual(expected);
  }); // prettier-ignore

  test.each(["", "sum(", "a > > 1", "}{"])("is none when it does not parse: %j", (text) => {
    expect(readRuleExpression(text)).toBeNull();
  });

  test("durations are read in all their units", () => {
    expect(["90s", "1h30m", "1d", "250ms", "15"].map(durationSeconds)).toEqual([90, 5_400, 86_400, 0.25, 15]);
    expect(durationSeconds("soon")).toBeNull();
  });
});
