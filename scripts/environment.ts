import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeEnvironment } from "@sre/service-kit";
import { assistantEnvironment } from "../apps/assistant/src/config.ts";
import { controlPlaneEnvironment } from "../apps/control-plane/src/config.ts";
import { root } from "./processes.ts";

const path = join(root, ".env.example");

/** One variable: its meaning and unit as a comment, then its default; what is required or secret has none. */
function entry(variable: ReturnType<typeof describeEnvironment>[number]): string {
  const notes = [
    variable.unit ? `unit: ${variable.unit}` : "",
    variable.required ? "required" : "",
    variable.secret ? "secret" : "",
  ].filter(Boolean);
  const facts = `${variable.description}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
  return `# ${facts}\n${variable.required ? "" : "# "}${variable.name}=${variable.default ?? ""}\n`;
}

/** `.env.example`, from the same schemas that the services read. */
function exampleText(): string {
  const shared = new Set(Object.keys(controlPlaneEnvironment.shape).filter((name) => name in assistantEnvironment.shape));
  const control = describeEnvironment(controlPlaneEnvironment);
  const assistant = describeEnvironment(assistantEnvironment);
  const section = (title: string, variables: typeof control) => `## ${title}\n\n${variables.map(entry).join("\n")}`;
  return [
    "# Every variable with its meaning, default and unit. Written by `npm run environment` from the schemas the services read.\n# A line that starts with `# NAME=` shows the default; in a copy named `.env`, which `npm start` reads, take the mark away to change it.\n",
    section(
      "Both services",
      control.filter((variable) => shared.has(variable.name)),
    ),
    section(
      "Control plane",
      control.filter((variable) => !shared.has(variable.name)),
    ),
    section(
      "Assistant",
      assistant.filter((variable) => !shared.has(variable.name)),
    ),
  ].join("\n");
}

const text = exampleText();
if (!process.argv.includes("--check")) writeFileSync(path, text);
else if (readFileSync(path, "utf8") !== text) {
  console.error(".env.example differs from the schemas: run `npm run environment`.");
  process.exitCode = 1;
}
