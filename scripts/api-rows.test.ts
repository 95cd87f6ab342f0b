import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./processes.ts";

const table = readFileSync(join(root, "docs/api-rows.md"), "utf8").split("\n").filter((line) => /^\| [AB]\d/.test(line)); // prettier-ignore
const operationsIn = (line: string) =>
  [...line.matchAll(/`(GET|POST|PUT|PATCH|DELETE) ([^`]+)`/g)].map((match) => `${match[1]?.toLowerCase()} ${match[2]}`);

function documented(): Set<string> {
  const paths = ["control-plane", "assistant"].map(
    (name) => (JSON.parse(readFileSync(join(root, "openapi", `${name}.json`), "utf8")) as { paths: Record<string, object> }).paths,
  );
  return new Set(
    paths.flatMap((all) => Object.entries(all).flatMap(([path, verbs]) => Object.keys(verbs).map((verb) => `${verb} ${path}`))),
  );
}

test("every operation that the table calls served stands in an OpenAPI document", () => {
  const served = table.filter((line) => line.includes("| served")).flatMap(operationsIn);
  expect(served.length).toBeGreaterThan(10);
  expect(served.filter((operation) => !documented().has(operation))).toEqual([]);
});

test("no operation that the table calls owed stands in an OpenAPI document", () => {
  const owed = table.filter((line) => line.includes("| owed")).flatMap(operationsIn);
  expect(owed.length).toBe(2);
  expect(owed.filter((operation) => documented().has(operation))).toEqual([]);
});
