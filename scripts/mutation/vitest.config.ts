import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import type { Mutant } from "./mutants.ts";

const root = join(import.meta.dirname, "../..");
const mutant = JSON.parse(process.env["MUTANT"] ?? "null") as Mutant | null;

/** The unit tests over sources of which one is read with a mutant in it; no file is changed. */
export default defineConfig({
  root,
  plugins: [
    {
      name: "mutant",
      enforce: "pre",
      load(id) {
        if (mutant === null || id.split("?", 1)[0] !== join(root, mutant.file)) return null;
        const text = readFileSync(join(root, mutant.file), "utf8");
        return `${text.slice(0, mutant.start)}${mutant.text}${text.slice(mutant.end)}`;
      },
    },
  ],
  // The cache of modules goes by what stands on disk, which is the same for all mutants.
  test: { include: [...(mutant?.tests ?? [])], testTimeout: 30_000, hookTimeout: 60_000, bail: 1, fsModuleCache: false },
});
