import type { Prediction } from "../prediction.ts";
import { shareCell, table } from "../tables.ts";
import { calibrationError, crossValidatedError, type Judged } from "./calibration.ts";
import { byMethod, grouped, isEngine, objectFirst, runOf, type Scored } from "./scored.ts";

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function judgedOf(all: readonly Scored[]): Judged[] {
  return all.flatMap((one) => {
    const confidence = one.line.ranked[0]?.confidence;
    return confidence === undefined ? [] : [{ confidence, right: objectFirst(one), kind: one.kind }];
  });
}

const columns = ["confirmed", "confirmed and wrong", "wrong of the confirmed", "likely", "nothing wrong (on a fault)", "no answer", "calibration error", "cross-validated by kind", "p95", "n"]; // prettier-ignore

function trustRow(name: string, own: readonly Scored[]): string[] {
  const is = (verdict: Prediction["verdict"]) => own.filter(({ line }) => line.verdict === verdict);
  const confirmed = is("confirmed");
  const wrong = confirmed.filter(({ places }) => ([...places.values()][0]?.before ?? 1) > 0);
  const judged = judgedOf(own);
  const ms = quantile(own.map(({ line }) => line.ms), 0.95); // prettier-ignore
  const of = (some: readonly Scored[]) => shareCell(some.length, own.length);
  const silent = own.filter(({ line }) => line.ranked.length === 0);
  const falsely = shareCell(wrong.length, confirmed.length);
  const held = crossValidatedError(judged);
  return [
    name, of(confirmed), of(wrong), falsely, of(is("likely")), of(is("nothing_wrong")), of(silent),
    judged.length === 0 ? "–" : calibrationError(judged).toFixed(2), held === null ? "–" : held.toFixed(2), `${ms} ms`, String(own.length),
  ]; // prettier-ignore
}

/** How sure the engine was, how often it was sure and wrong (false confidence), and how long it took. */
export function trustTable(all: readonly Scored[]): string {
  const engines = all.filter(({ line }) => isEngine(line));
  const rows = grouped(engines, ({ line }) => line.method, byMethod).map(([method, own]) => trustRow(method, own));
  return table(["method", ...columns], rows);
}

/** The same of the plain engine, run by run and all runs together: how far a confidence or a verdict can be relied on, whatever the system. */
export function trustOverall(all: readonly Scored[]): string {
  const rows = grouped(all, ({ line }) => runOf(line)).map(([run, own]) => trustRow(run, own));
  return table(["run", ...columns], [...rows, trustRow("all runs", all)]);
}

/** On normal operation: how often a method gave no answer, and how often the engine said so, or proposed nothing. */
export function healthyTable(lines: readonly Prediction[]): string {
  const rows = grouped(lines, ({ method }) => method, byMethod).map(([method, own]) => {
    const cell = (holds: (line: Prediction) => boolean) => shareCell(own.filter(holds).length, own.length);
    const empty = ({ ranked }: Prediction) => ranked.length === 0;
    const calm = ({ verdict }: Prediction) => verdict === "nothing_wrong";
    const engine = own.some(isEngine);
    const told = [
      cell((line) => empty(line) || calm(line)),
      cell(calm),
      cell((line) => calm(line) || line.verdict === "inconclusive"),
      cell(({ plan_steps: steps }) => steps === 0),
    ];
    return [method, cell(empty), ...(engine ? told : ["–", "–", "–", "–"]), String(own.length)];
  });
  return table(
    ["method", "empty answer", "empty or nothing wrong", "nothing wrong", "no cause called likely", "no plan proposed", "n"],
    rows,
  );
}
