import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./processes.ts";

const documents = globSync(["*.md", "docs/**/*.md", "scenarios/**/*.md", "bench/**/*.md", "deploy/**/*.md"], {
  cwd: root,
  exclude: (path) => path.includes("node_modules"),
});

/** Relative links, and paths in back-quotes that start with a folder of ours. */
function pathsIn(text: string): string[] {
  const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? "");
  const quoted = [...text.matchAll(/`((?:apps|packages|scripts|scenarios|docs|deploy|bench|openapi)\/[\w./-]+)`/g)].map(
    (match) => `/${match[1] ?? ""}`,
  );
  return [...links, ...quoted];
}

/** Fails when a document names a file of ours that does not exist. */
function main(): void {
  for (const document of documents) {
    const text = readFileSync(join(root, document), "utf8");
    for (const path of pathsIn(text)) {
      const target = path.startsWith("/") ? join(root, path) : join(root, dirname(document), path);
      if (existsSync(target)) continue;
      console.error(`${document} names ${path}, which does not exist.`);
      process.exitCode = 1;
    }
  }
}

main();
