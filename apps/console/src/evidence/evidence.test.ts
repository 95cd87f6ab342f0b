import type { ClusterObject } from "@sre/contracts/evidence";
import { describe, expect, test } from "vitest";
import type { Translate } from "../app/language.ts";
import { citedFirst } from "./cited-first.ts";
import { findingValues } from "./finding-values.ts";
import { patternChange, sortPatterns, type LogPattern } from "./log-patterns.ts";
import { objectState, stateLine } from "./object-state.ts";

const object = (spec: object, status: object) => ({ spec, status, refs: [] }) as unknown as ClusterObject;
const pattern = (counts: number[], level: LogPattern["level"] = "error") => ({ template: "t", level, counts }) as LogPattern;
const grid = { start: "2026-11-03T02:00:00Z", step_ms: 60_000 };
const onset = "2026-11-03T02:03:00Z";

describe("Kubernetes objects", () => {
  test("a killed container is told by Kubernetes' own words, with its restarts", () => {
    const state = objectState(
      object(
        {},
        {
          phase: "Running",
          containerStatuses: [
            {
              ready: false,
              restartCount: 3,
              state: { waiting: { reason: "CrashLoopBackOff" } },
              lastState: { terminated: { reason: "OOMKilled" } },
            },
          ],
        },
      ),
    );
    expect(stateLine(state)).toBe("CrashLoopBackOff · OOMKilled");
    expect(state).toMatchObject({ bad: true, restarts: 3, ready: { ready: 0, wanted: 1 } });
  });

  test("a node under pressure is bad; a ready one is calm", () => {
    const node = (pressure: string, ready: string) =>
      objectState(
        object(
          {},
          {
            conditions: [
              { type: "DiskPressure", status: pressure },
              { type: "Ready", status: ready },
            ],
          },
        ),
      );
    expect([node("True", "True").bad, node("False", "False").bad, node("False", "True").bad]).toEqual([true, true, false]);
  });

  test("a workload short of replicas is bad, and a finished job is not", () => {
    expect(objectState(object({ replicas: 2 }, { readyReplicas: 1 })).bad).toBe(true);
    expect(
      objectState(
        object(
          {},
          { phase: "Succeeded", containerStatuses: [{ ready: false, restartCount: 0, state: { terminated: { reason: "Completed" } } }] },
        ),
      ).bad,
    ).toBe(false);
  });

  test("a status of another shape than expected is read as nothing", () => {
    expect(objectState(object({}, { containerStatuses: "none", conditions: [null] })).bad).toBe(false);
  });
});

describe("log patterns", () => {
  test.each([
    [[0, 0, 0, 5, 5], "new"],
    [[5, 5, 5, 0, 0], "gone"],
    [[1, 1, 1, 4, 4], "risen"],
    [[4, 4, 4, 4, 4], null],
  ])("counts %j are %s at the onset", (counts, change) => {
    expect(patternChange(pattern(counts), grid, onset)).toBe(change);
  });

  test("without anything before the onset nothing is called new", () => {
    expect(patternChange(pattern([5, 5]), grid, grid.start)).toBeNull();
    expect(patternChange(pattern([5, 5]), grid, null)).toBeNull();
  });

  test("what is new comes first, then what is worse, then what is more", () => {
    const shown = (change: "new" | null, level: LogPattern["level"], total: number) => ({
      pattern: pattern([], level),
      of: "",
      evidence: "",
      change,
      total,
    });
    const sorted = sortPatterns([shown(null, "info", 900), shown(null, "error", 2), shown("new", "info", 1), shown(null, "error", 5)]);
    expect(sorted.map((each) => each.total)).toEqual([1, 5, 2, 900]);
  });
});

test("the row cited comes first and none is lost", () => {
  expect(citedFirst([1, 2, 3], (row) => row === 3)).toEqual([3, 1, 2]);
});

describe("values of a finding", () => {
  const words = (key: string, values: Record<string, unknown> = {}) => `${key}(${Object.values(values).join(",")})`;
  const told = (what: string, values: Record<string, number | string>) =>
    findingValues({ finding: { what, values }, t: words as unknown as Translate, language: "en" });

  test.each([
    ["golden_errors", { before: 0.00201, during: 0.37612, last: 0.35, effect: 40, unit: "1", statistic: "ratio" }, "0.201 % → 37.6 %"],
    ["golden_latency", { before: 0.142, during: 0.585, unit: "s", statistic: "p95" }, "142 ms → 585 ms"],
    ["golden_normal", { last: 84.81, unit: "{request}/s", statistic: "rate" }, "84.8 req/s"],
    ["golden_blip", { before: 0.3, during: 1.3, last: 0.32, seconds: 60, unit: "s" }, "1.3 s → 320 ms · values.lasted(1 min)"],
    ["memory_at_limit", { before: "?", during: 0.998 }, "99.8 %"],
    ["pool_saturated", { before: 8, during: 20, limit: 20 }, "values.ofLimit(8 → 20,20)"],
    ["crash_looping", { container: "?", count: 4, code: "?" }, "values.restarts(4)"],
    ["crash_looping", { container: "checkout", count: 3, code: 137 }, "values.restarts(3) · values.exitCode(137)"],
    ["log_new", { template: "upstream answered 503", count: 272, times: 272, level: "error" }, "values.lines(272)"],
    ["rule_breached", { alert: "HighErrorRate", value: 0.3571, threshold: 0.05, seconds: 0 }, "values.against(0.357,0.05)"],
    ["change_near_onset", { title: "Deploy", before_onset: 120, share: 0.5 }, "values.beforeOnset(2 min) · values.reached(50)"],
    ["replicas_unavailable", { ready: 1, wanted: 2 }, "kubernetes.ready(1,2)"],
    ["own_delay", { seconds: 12.4 }, ""],
    ["of_a_later_engine", { some_number: 1234.5 }, ""],
    ["pod_unschedulable", { detail: "0/5 nodes are available" }, ""],
  ])("of %s with %o read %s", (what, values, text) => {
    expect(told(what, values).replaceAll("\u00a0", " ")).toBe(text);
  });
});
