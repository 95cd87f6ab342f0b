import type { ClusterObject } from "@sre/contracts/evidence";
import { describe, expect, test } from "vitest";
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

test("values of a finding are short", () => {
  expect(findingValues({ exit_code: 137, share: 0.99812, limit: "512 MiB", more: 1 })).toBe("exit code 137 · share 0.998 · limit 512 MiB");
});
