import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { certaintyModel, type CertaintyModel } from "@sre/diagnosis";
import { fitted, heldOut, toldBy } from "./certainty/fit.ts";
import { isPlain, namedIn, type Named } from "./certainty/observations.ts";
import { readLabels } from "./labels.ts";
import { readPredictions } from "./prediction.ts";
import { calibrationError } from "./report/calibration.ts";
import { grouped } from "./report/scored.ts";
import { shareCell, table } from "./tables.ts";

const usage = "npm run bench:rca:calibrate -- --data DIR [--data DIR …] --predictions FILE [--predictions FILE …]";

const columns = ["system", "run", "engine", "right", "mean confidence", "error", "held out by kind", "n"];

const groupOf = ({ system, run, method, unforeseen }: Named): string => {
  const stretch = run.startsWith("normal-") ? "normal" : run;
  return [system, stretch, unforeseen ? "unforeseen kinds" : method].join("\t");
};

/** How sure a model is of first causes, beside how often they are right; `shown` is the model that the product has. */
function tableOf(named: readonly Named[], shown: CertaintyModel): string {
  const held = new Map(heldOut(named, (one) => isPlain(one) || one.unforeseen).map(({ one, confidence }) => [one, confidence]));
  const rows = grouped(toldBy(named, shown), ({ one }) => groupOf(one)).map(([name, own]) => {
    const judged = own.map(({ one, confidence }) => ({ ...one, confidence }));
    const left = own.flatMap(({ one }) => (held.has(one) ? [{ ...one, confidence: held.get(one) ?? 0 }] : []));
    const right = judged.reduce((sum, one) => sum + one.right, 0);
    const mean = judged.reduce((sum, one) => sum + one.confidence, 0) / judged.length;
    const error = left.length === 0 ? "–" : calibrationError(left).toFixed(2);
    return [...name.split("\t"), shareCell(right, own.length), mean.toFixed(2), calibrationError(judged).toFixed(2), error, String(own.length)]; // prettier-ignore
  });
  return table(columns, rows);
}

/** Fits the confidence that the product shows to how often its causes were right, and prints the coefficients and what they come to. */
async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { data: { type: "string", multiple: true }, predictions: { type: "string", multiple: true } },
  });
  if (values.data === undefined || values.predictions === undefined) throw new Error(usage);
  const labels = await readLabels(values.data);
  const texts = await Promise.all(values.predictions.map((path) => readFile(path, "utf8")));
  const named = texts.flatMap(readPredictions).flatMap((line) => {
    const truth =
      labels.of(line.system, line.case) ?? (line.case.startsWith("normal/") ? { set: "normal" as const, kind: "normal" } : undefined);
    return truth === undefined ? [] : namedIn(line, truth);
  });
  const model = fitted(named);
  console.log(`fitted: ${JSON.stringify(model)}\nthe engine has: ${JSON.stringify(certaintyModel)}`);
  console.log(tableOf(named, model));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
