import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./processes.ts";

/* The table of attacks names tests: each of them has to be there, under its name. */

const directory = "docs/security";
const document = readFileSync(join(root, directory, "attacks.md"), "utf8");
const files = new Map(
  [...document.matchAll(/^\[([\w-]+)\]: (\S+)$/gm)].map(([, name = "", path = ""]) => [name, join(root, directory, path)]),
);
const rows = document.split("\n").filter((line) => /^\| \d+ \|/.test(line)).map((line) => line.split(" | ").map((cell) => cell.replaceAll(/^\| | \|$/g, "").trim())); // prettier-ignore

const from = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** The tests that a text names, each with its file: a name without one is in the file named before it. */
function citedIn(text: string, before = ""): { file: string; name: string }[] {
  let file = before;
  return [...text.matchAll(/\[([\w-]+)\](?!\()|"([^"]+)"/g)].flatMap(([, source, name]) => {
    file = source ?? file;
    return name === undefined ? [] : [{ file, name }];
  });
}

/** Those of the list that stand in no file. */
function missing(cited: readonly { file: string; name: string }[]): string[] {
  return cited.filter(({ file, name }) => !readFileSync(files.get(file) ?? "", "utf8").includes(name)).map(({ file, name }) => `[${file}] "${name}"`); // prettier-ignore
}

test("every row of the list has its line, with a word for where it stands", () => {
  expect(rows.map(([number]) => Number(number))).toEqual([...from(1, 67), ...from(89, 95), 97, 98]);
  expect(rows.filter(([, , state = ""]) => !["shown", "part", "none", "open"].includes(state))).toEqual([]);
});

test("what is shown or refused in part names a test and a twin", () => {
  const owing = rows.filter(([, , state, , shownBy, twin]) => state !== "none" && (citedIn(shownBy ?? "").length === 0 || !twin));
  expect(owing.map(([number]) => number)).toEqual([]);
});

test("every test that is named is there", () => {
  const cited = rows.flatMap(([, , , , shownBy = "", twin = ""]) => {
    const first = /\[([\w-]+)\]/.exec(shownBy)?.[1] ?? "";
    return [...citedIn(shownBy), ...citedIn(twin, first)];
  });
  const prose = document.split("\n").filter((line) => !line.startsWith("|")).flatMap((line) => citedIn(line)); // prettier-ignore
  expect(cited.length).toBeGreaterThan(100);
  expect(missing([...cited, ...prose])).toEqual([]);
  expect(missing([{ file: "intake", name: "a test that nobody wrote" }])).toHaveLength(1);
});
