import { describe, expect, it } from "vitest";
import { evidenceId } from "@sre/contracts/canonical";
import type { Answer, Answered, Question } from "@sre/contracts/evidence";
import { scopeOf } from "../index.ts";
import { ago, alert, asOf } from "../testing/builders.ts";
import { id, minute } from "../testing/world.ts";
import { ms } from "../time.ts";
import { readSeries } from "./series.ts";

const cart = id("service", "cart");
const scope = scopeOf({ asOf, alerts: [alert("A", cart, 10)], entities: [], deployment: null });
const question: Question = {
  about: "series",
  of: [cart],
  signal: { golden: "latency" },
  statistics: ["p95"],
  window: scope.window,
  step_seconds: 60,
};

/** A series that is measured since some minutes before `asOf`, minute by minute. */
function measured(since: number): Answered {
  const values = Array.from({ length: since }, (_, i) => i);
  const rows = [{ of: cart, labels: {}, values }];
  const coverage = { from: ago(since), to: asOf, complete: true, missing_share: 0 };
  const data = { about: "series" as const, start: ago(since - 1), step_ms: minute, unit: "s", statistic: "p95" as const, rows };
  return { id: evidenceId(question, "recorded"), source: "recorded", question, asked: [], kind: "answered", data, coverage };
}
const rule = (seconds: number): Answer => {
  const asked: Question = { about: "rule", alert: { name: "A", entity: cart }, window: scope.window, step_seconds: 60 };
  const data = { about: "rule" as const, expression: null, threshold: null, comparison: null, for_seconds: seconds, range_seconds: null, objective: null, start: ago(10), step_ms: minute, unit: null, rows: [], fired: [] }; // prettier-ignore
  return {
    id: evidenceId(asked, "recorded"),
    source: "recorded",
    question: asked,
    asked: [],
    kind: "answered",
    data,
    coverage: { from: null, to: asOf, complete: true, missing_share: 0 },
  };
};
const parts = (answers: readonly Answer[]) => {
  const [series] = readSeries(
    scope,
    answers.filter((answer): answer is Answered => answer.kind === "answered"),
  );
  return [
    series?.baseline.values.length,
    series?.window.values.length,
    series === undefined ? null : (ms(asOf) - series.window.startMs) / minute,
  ];
};

describe("the baseline of a series", () => {
  it("that was measured before the window lies before it", () => {
    expect(parts([measured(60)])).toEqual([20, 40, 40]);
  });
  it("that is measured only since the window began is what lies before the first alert", () => {
    expect(parts([measured(20)])).toEqual([10, 10, 10]);
  });
  it("leaves out what the alert's rule looks back over", () => {
    expect(parts([measured(20), rule(180)])).toEqual([7, 13, 13]);
  });
  it("is none where too little lies before the first alert", () => {
    expect(parts([measured(13)])).toEqual([0, 13, 13]);
  });
});
