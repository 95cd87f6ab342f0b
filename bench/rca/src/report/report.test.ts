import { describe, expect, it } from "vitest";
import { Labels, type Truth } from "../labels.ts";
import type { Prediction, RankedCause } from "../prediction.ts";
import { calibrationError, crossValidatedError, isotonic } from "./calibration.ts";
import { reportOf } from "./index.ts";

const cause = (service: string, more: Partial<RankedCause> = {}): RankedCause => ({
  rank: 1, entity: `c/n/service/${service}`, fault: "unknown", confidence: 0.8, where: [], belongs_to: [], evidence: [], change: null, ...more,
}); // prettier-ignore
const line = (id: string, more: Partial<Prediction> = {}): Prediction => ({
  system: "shop", case: id, run: "", method: "engine", verdict: "likely", ranked: [], plan_steps: 0, digest: "d", left_out: [], ms: 1, engine: "1", ...more,
}); // prettier-ignore
const nezha = (service: string, kind = "cpu"): Truth => ({ set: "nezha", kind, service });
const labelled = (truths: Readonly<Record<string, Truth>>, folder = "shop") =>
  new Labels(Object.entries(truths).map(([id, truth]) => ({ folder, id, truth })));

/** The cells of the first table row of the report that begins so, in the table whose header holds a word. */
function cellsOf(report: readonly string[], header: string, row: string): Readonly<Record<string, string>> {
  const found = report.find((text) => text.startsWith("|") && text.split("\n")[0]?.includes(header));
  const [names = [], , ...rows] = (found ?? "").split("\n").map((each) => each.split("|").slice(1, -1).map((cell) => cell.trim())); // prettier-ignore
  const own = rows.find(([first]) => first === row) ?? [];
  return Object.fromEntries(names.map((name, i) => [name, (own[i] ?? "").split(" ")[0] ?? ""]));
}

describe("calibration", () => {
  const judged = (confidence: number, right: number, kind = "k") => ({ confidence, right, kind });

  it("is the distance between how sure and how often right, tenth by tenth", () => {
    expect(calibrationError([judged(0.95, 1), judged(0.95, 0), judged(0.25, 0)])).toBeCloseTo((2 * 0.45 + 0.25) / 3, 10);
    expect(calibrationError([])).toBe(0);
  });

  it("pools neighbours that are the wrong way round", () => {
    const map = isotonic([judged(0.2, 0), judged(0.4, 1), judged(0.6, 0), judged(0.8, 1)]);
    expect([0.1, 0.4, 0.5, 0.6, 0.9].map(map)).toEqual([0, 0.5, 0.5, 0.5, 1]);
    expect(isotonic([])(0.7)).toBe(0.7);
  });

  it("on kinds not looked at is what the others teach, and nothing where there is one kind alone", () => {
    const learnt = [judged(0.4, 1, "a"), judged(0.4, 1, "b"), judged(0.4, 1, "c")];
    expect(calibrationError(learnt)).toBeCloseTo(0.6, 10);
    expect(crossValidatedError(learnt)).toBe(0);
    expect(crossValidatedError([judged(0.4, 1, "a"), judged(0.4, 0, "b")])).toBe(1);
    expect(crossValidatedError([judged(0.4, 1), judged(0.4, 1)])).toBeNull();
  });
});

describe("the report", () => {
  it("tells of all systems together how often the plain engine was sure and right", () => {
    const lines = [
      line("a", { verdict: "confirmed", ranked: [cause("x")] }),
      line("a", { verdict: "confirmed", method: "engine+renamed", ranked: [cause("y")] }),
      line("b", { system: "other", verdict: "confirmed", ranked: [cause("y")] }),
      line("c", { system: "other", verdict: "likely", ranked: [cause("x")] }),
    ];
    const all = [{ folder: "shop", id: "a", truth: nezha("x") }, ...["b", "c"].map((id) => ({ folder: "other", id, truth: nezha("x") }))];
    const report = reportOf(lines, new Labels(all), "none").slice(-1);
    expect(cellsOf(report, "run", "other")).toMatchObject({ confirmed: "0.50", "wrong of the confirmed": "1.00", n: "2" });
    expect(cellsOf(report, "run", "all runs")).toMatchObject({ confirmed: "0.67", "confirmed and wrong": "0.33", n: "3" });
    expect(reportOf(lines.slice(0, 1), labelled({ a: nezha("x") }), "none").join("")).not.toContain("all runs");
  });

  it("tells how often the engine was sure, sure and wrong, and silent", () => {
    const lines = [
      line("a", { verdict: "confirmed", ranked: [cause("x")] }),
      line("b", { verdict: "confirmed", ranked: [cause("y")] }),
      line("c", { verdict: "nothing_wrong" }),
      line("d"),
    ];
    const labels = labelled({ a: nezha("x"), b: nezha("x"), c: nezha("x"), d: nezha("x") });
    expect(cellsOf(reportOf(lines, labels, "none"), "wrong of the confirmed", "engine")).toMatchObject({
      "confirmed": "0.50", "confirmed and wrong": "0.25", "wrong of the confirmed": "0.50", "nothing wrong (on a fault)": "0.25", "no answer": "0.50", "n": "4",
    }); // prettier-ignore
  });

  it("names labelled cases about which the engine said nothing", () => {
    const labels = labelled({ a: nezha("x"), b: nezha("x") });
    const lines = [line("a"), line("b", { method: "random" })];
    expect(reportOf(lines, labels, "none").at(-1)).toBe("- shop: 1 (b)");
    expect(reportOf([line("a"), line("b")], labels, "none").join("\n")).not.toContain("without a prediction");
  });

  it("tells cases of the same name apart by their system", () => {
    const labels = new Labels([...labelled({ a: nezha("x") }).all, ...labelled({ a: nezha("y") }, "other").all]);
    const lines = [line("a", { ranked: [cause("x")] }), line("a", { system: "other", ranked: [cause("x")] })];
    const report = reportOf(lines, labels, "none");
    expect(cellsOf(report.slice(report.indexOf("## shop")), "AC@1", "engine")["AC@1"]).toBe("1.00");
    expect(cellsOf(report.slice(report.indexOf("## other")), "AC@1", "engine")["AC@1"]).toBe("0.00");
  });

  it("counts on healthy input what was said and proposed, and keeps it out of the scores", () => {
    const lines = [
      line("normal/1", { verdict: "nothing_wrong" }),
      line("n2", { verdict: "inconclusive", ranked: [cause("x")] }),
      line("n3", { ranked: [cause("x")], plan_steps: 2 }),
    ];
    const report = reportOf(lines, labelled({ n2: { set: "normal", kind: "normal" }, n3: { set: "normal", kind: "normal" } }), "none");
    expect(cellsOf(report, "no plan proposed", "engine")).toMatchObject({
      "empty or nothing wrong": "0.33", "nothing wrong": "0.33", "no cause called likely": "0.67", "no plan proposed": "0.67", "n": "3",
    }); // prettier-ignore
    expect(report.some((text) => text.includes("AC@1"))).toBe(false);
  });

  it("tells which change was blamed, and shares the credit of a tie", () => {
    const change = (id: string | null): Truth => ({ set: "changes", kind: "cpu", change: id });
    const lines = [
      line("a", { ranked: [cause("x", { change: "c1" }), cause("y")] }),
      line("b", { ranked: [cause("x", { change: "c2" }), cause("y", { rank: 2, change: "c1" })] }),
      line("c", { ranked: [cause("x"), cause("y", { rank: 2, change: "c3" })] }),
      line("d"),
    ];
    const labels = labelled({ a: change("c1"), b: change("c1"), c: change(null), d: change(null) });
    expect(cellsOf(reportOf(lines, labels, "none"), "true change first", "engine")).toMatchObject({
      "true change first": "0.25", "true change named": "1.00", "no change blamed first": "1.00", "no change blamed at all": "0.50", "no answer": "0.25",
    }); // prettier-ignore
  });

  it("sets each control beside the same runs as they were, ties in any order", () => {
    const tie = [cause("x"), cause("y")];
    const lines = [
      line("a", { ranked: tie }),
      line("b", { ranked: [cause("x")] }),
      line("a", { method: "engine+renamed", ranked: tie.toReversed(), digest: "e" }),
      line("b", { method: "engine+renamed", ranked: [cause("y")] }),
    ];
    const report = reportOf(lines, labelled({ a: nezha("x"), b: nezha("x") }), "none");
    expect(cellsOf(report, "same ranking", "renamed")).toMatchObject({
      "object@1": "0.25", "unchanged": "0.75", "ratio": "0.33", "same ranking": "0.50", "same bytes": "0.50", "n": "2",
    }); // prettier-ignore
    expect(cellsOf(report, "AC@1", "engine+renamed")["n"]).toBe("");
  });

  it("scores leaving kinds out only on faults of those kinds", () => {
    const kinds = { a: "oom_killed", b: "crash_loop" };
    const bench = (kind: string): Truth => ({ set: "cloud-opsbench", kind, object: "app/x" });
    const lines = Object.keys(kinds).flatMap((id) => [
      line(id, { ranked: [cause("x")] }),
      line(id, { method: "engine+without-kinds-1-1", left_out: ["out_of_memory"], ranked: [cause("y")] }),
      line(id, { method: "engine+without-kinds-1-2", left_out: ["crash_loop"], ranked: [cause("x")] }),
    ]);
    const report = reportOf(lines, labelled({ a: bench(kinds.a), b: bench(kinds.b) }), "none");
    expect(cellsOf(report, "kind left out", "engine+without-kinds-1")).toMatchObject({
      "object@1 without it": "0.50", "object@1 with it": "1.00", "n": "2",
    }); // prettier-ignore
  });
});
