import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, runStep } from "../processes.ts";

const sources = [
  "apps/console/{src,public}/**/*.*",
  "apps/console/{index.html,package.json,vite.config.ts}",
  "packages/contracts/src/**/*.ts",
  "package-lock.json",
];

function sourceHash(): string {
  const hash = createHash("sha256");
  for (const file of sources.flatMap((pattern) => globSync(pattern, { cwd: root })).sort())
    hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** Builds the console into `apps/console/dist`, unless what stands there was built from the same sources. */
export async function buildConsole(): Promise<void> {
  const stamp = join(root, "apps/console/dist/.built-from");
  const hash = sourceHash();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  const { ok, output } = await runStep({ name: "console", command: ["vite", "build", "apps/console", "--logLevel", "warn"] });
  if (!ok) throw new Error(`The console could not be built:\n${output}`);
  writeFileSync(stamp, hash);
}
