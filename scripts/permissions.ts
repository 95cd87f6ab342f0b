import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assistantOperations, roles, type Operation, type Operations, type Permission } from "@sre/contracts/assistant";
import { controlPlaneOperations } from "@sre/contracts/control-plane";
import { root } from "./processes.ts";

const path = join(root, "docs/operations/permissions.md");
const introduction = `# Who may do what

Generated from \`packages/contracts/src/control-plane/permissions.ts\` and \`packages/contracts/src/assistant/permissions.ts\` by
\`npm run permissions\`. An operation without a row does not compile; what is not granted is refused with 403.

- **own**: in the caller's team. What belongs to another team answers exactly like what does not exist.
- **all**: in any team, named by the header \`x-team-id\`; without it, in the caller's own.
- **everyone**: each caller with valid credentials, also without any role. Operations without credentials (sign-in, health, metrics, the
  OpenAPI document) are not listed.
- A caller with several roles may do what any of them may. The scope bounds what a credential was given for, and is needed beside a role.
- \`ingest-key\`, \`assistant\`, \`runner\` and \`control-plane\` are machines: they are known by their credential, are nothing else beside,
  and nobody else can be given these roles. Where the roles of people come from: [identity](identity.md).
`;

function cells({ authentication, scope, permission = {} }: Operation): string[] {
  const columns: readonly (keyof Permission)[] = ["everyone", ...roles];
  const credential = authentication === "ingest" ? "ingest token" : (scope ?? "");
  return [credential, ...columns.map((role) => permission[role] ?? "–")];
}

function table(title: string, operations: Operations): string {
  const guarded = Object.entries(operations).filter(([, { authentication }]) => authentication !== "public");
  const head = ["operation", "scope", "everyone", ...roles];
  const rows = guarded.map(([name, operation]) => [`${name}<br>\`${operation.method} ${operation.path}\``, ...cells(operation)]);
  const lines = [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  return `\n## ${title}\n\n${lines.join("\n")}\n`;
}

/** Writes the page of permissions from the table in code, or with `--check` fails when the committed one differs. */
function main(check: boolean): void {
  const text = introduction + table("Control plane", controlPlaneOperations) + table("Assistant", assistantOperations);
  if (!check) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) {
    console.error("docs/operations/permissions.md differs from the table of permissions: run `npm run permissions`.");
    process.exitCode = 1;
  }
}

main(process.argv.includes("--check"));
