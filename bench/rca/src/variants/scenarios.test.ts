import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "@sre/contracts/canonical";
import { readSnapshot } from "@sre/evidence";
import type { RcaCase } from "../case.ts";
import { diagnoseSnapshot, predict } from "../predict.ts";
import { renamedCase } from "./rename.ts";
import { shuffledCase } from "./shuffle.ts";

const folder = join(import.meta.dirname, "../../../../scenarios");
const recorded = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith("snapshot.ndjson"));
const caseOf = (path: string): RcaCase => ({
  system: "scenarios", id: path, run: "", snapshot: readSnapshot(readFileSync(join(folder, path))), notLive: new Set(),
}); // prettier-ignore

it("there are recorded incidents to put to the test", () => {
  expect(recorded.length).toBeGreaterThan(0);
});

describe.each(recorded)("%s", (path) => {
  it("is ranked the same under other names, ties in any order", async () => {
    const one = caseOf(path);
    const asking = { options: [], nowMs: () => 0 };
    const ranking = ({ ranked }: Awaited<ReturnType<typeof predict>>) => ranked.map(({ rank, entity, fault }) => canonicalJson([rank, entity, fault])).sort(); // prettier-ignore
    const expected = ranking(await predict(one, asking));
    for (const seed of [1, 2]) {
      const { one: other, back } = renamedCase(one, seed);
      const line = await predict(other, asking);
      expect(ranking({ ...line, ranked: line.ranked.map(back) })).toEqual(expected);
    }
  });

  it("comes to the same bytes in another order", async () => {
    const one = caseOf(path);
    const expected = canonicalJson(await diagnoseSnapshot(one.snapshot));
    for (const seed of [1, 2]) expect(canonicalJson(await diagnoseSnapshot(shuffledCase(one, seed).snapshot)) === expected).toBe(true);
  });
});
