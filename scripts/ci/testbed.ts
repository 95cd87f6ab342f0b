import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../processes.ts";

/** A running test bed: the variables that reach its services. */
export interface Testbed {
  readonly env: Readonly<Record<string, string>>;
  down(): void;
}

/** Keycloak starts with the realm that operators are given. */
const realms = join(root, "deploy/keycloak");

function run(command: string, args: readonly string[], directory: string): void {
  const env = { ...process.env, TESTBED_DIR: directory, TESTBED_KEYCLOAK_REALMS: realms };
  const { status } = spawnSync(command, args, { stdio: ["ignore", "ignore", "inherit"], env });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed`);
}

/** Installs and starts the services with the test-bed script that `TESTBED` names. */
export function startTestbed(script: string, services: readonly string[]): Testbed {
  const directory = mkdtempSync(join(tmpdir(), "testbed-"));
  run(script, ["install", ...services, "chromium"], directory);
  run(script, ["up", ...services], directory);
  const lines = readFileSync(join(directory, "env"), "utf8").matchAll(/^export (\w+)='([^']*)'$/gm);
  const env = Object.fromEntries([...lines].map((match) => [match[1] ?? "", match[2] ?? ""]));
  return { env, down: () => run(script, ["down"], directory) };
}
