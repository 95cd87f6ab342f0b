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

type Variable = ReturnType<typeof describeEnvironment>[number];

/** A variable of both services: where they differ, what is true of the other one stands beside it. */
function both(control: Variable, assistant: Variable | undefined): Variable {
  const [meaning, fallback] = [assistant?.description ?? control.description, assistant?.default ?? control.default];
  const other = [
    meaning === control.description ? "" : meaning,
    fallback === control.default ? "" : `its default: ${fallback ?? "none"}`,
  ].filter((difference) => difference !== "");
  return other.length === 0 ? control : { ...control, description: `${control.description}; assistant: ${other.join("; ")}` };
}

/** What `npm start` alone reads: it gives each service its port as HTTP_PORT. */
const ports: readonly Variable[] = (
  [
    ["CONTROL_PLANE_PORT", "port of the control plane and its console", "8080"],
    ["ASSISTANT_PORT", "port of the assistant", "8081"],
    ["DEVELOPMENT_ISSUER_PORT", "port of the development issuer", "8082"],
  ] as const
).map(([name, description, whenUnset]) => ({ name, description, default: whenUnset, unit: "port", required: false, secret: false }));

/** `.env.example`, from the same schemas that the services read. */
function exampleText(): string {
  const shared = new Set(Object.keys(controlPlaneEnvironment.shape).filter((name) => name in assistantEnvironment.shape));
  const control = describeEnvironment(controlPlaneEnvironment);
  const assistant = describeEnvironment(assistantEnvironment);
  const ofAssistant = new Map(assistant.map((variable) => [variable.name, variable]));
  const section = (title: string, variables: readonly Variable[]) => `## ${title}\n\n${variables.map(entry).join("\n")}`;
  return [
    "# Every variable with its meaning, default and unit. Written by `npm run environment` from the schemas the services read.\n# A line that starts with `# NAME=` shows the default; in a copy named `.env`, which `npm start` reads, take the mark away to change it.\n",
    section(
      "Both services",
      control.filter((variable) => shared.has(variable.name)).map((variable) => both(variable, ofAssistant.get(variable.name))),
    ),
    section(
      "Control plane",
      control.filter((variable) => !shared.has(variable.name)),
    ),
    section(
      "Assistant",
      assistant.filter((variable) => !shared.has(variable.name)),
    ),
    section("npm start alone", ports),
  ].join("\n");
}

const text = exampleText();
if (!process.argv.includes("--check")) writeFileSync(path, text);
else if (readFileSync(path, "utf8") !== text) {
  console.error(".env.example differs from the schemas: run `npm run environment`.");
  process.exitCode = 1;
}
