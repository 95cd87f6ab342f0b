import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assistantOperations, openApiDocument, type Operations } from "@sre/contracts/assistant";
import { controlPlaneOperations } from "@sre/contracts/control-plane";
import { root } from "./processes.ts";

const version = "1.0.0";
const apis: Record<string, { title: string; operations: Operations }> = {
  "control-plane": { title: "SRE Platform: control plane", operations: controlPlaneOperations },
  assistant: { title: "SRE Platform: assistant", operations: assistantOperations },
};

/** Writes `openapi/*.json` from the contracts, or with `--check` fails when a committed document differs. */
function main(check: boolean): void {
  mkdirSync(join(root, "openapi"), { recursive: true });
  for (const [name, { title, operations }] of Object.entries(apis)) {
    const path = join(root, "openapi", `${name}.json`);
    const text = `${JSON.stringify(openApiDocument(title, version, operations), null, 2)}\n`;
    if (!check) writeFileSync(path, text);
    else if (readFileSync(path, "utf8") !== text) {
      console.error(`openapi/${name}.json differs from the contracts: run \`npm run openapi\`.`);
      process.exitCode = 1;
    }
  }
}

main(process.argv.includes("--check"));
