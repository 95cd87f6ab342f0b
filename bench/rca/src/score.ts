import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { readLabels } from "./labels.ts";
import { readPredictions } from "./prediction.ts";
import { reportOf } from "./report/index.ts";

const usage = "npm run bench:rca:score -- --data DIR [--data DIR …] --predictions FILE [--predictions FILE …] [--kinds none|engine|all]";

/** Compares predictions with labels; it reads files and nothing of the product. */
async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string", multiple: true },
      predictions: { type: "string", multiple: true },
      kinds: { type: "string", default: "engine" },
    },
  });
  if (values.data === undefined || values.predictions === undefined) throw new Error(usage);
  const texts = await Promise.all(values.predictions.map((path) => readFile(path, "utf8")));
  const labels = await readLabels(values.data);
  const kinds = values.kinds === "none" || values.kinds === "all" ? values.kinds : "engine";
  console.log(reportOf(texts.flatMap(readPredictions), labels, kinds).join("\n\n"));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
