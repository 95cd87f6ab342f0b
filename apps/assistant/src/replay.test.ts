import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { canonicalJson } from "@sre/contracts/canonical";
import { Diagnosis } from "@sre/contracts/evidence";
import { readSnapshot } from "@sre/evidence";
import { describe, expect, it } from "vitest";
import { replaySnapshot } from "./replay.ts";

const scenarios = join(import.meta.dirname, "../../../scenarios");
const recorded = globSync("*/snapshot.ndjson", { cwd: scenarios })
  .sort()
  .map((path) => ({ name: basename(dirname(path)), path: join(scenarios, path) }));

interface Expected {
  readonly verdicts: readonly string[];
  readonly entity: string | null;
  readonly fault: string | null;
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const path = { PATH: process.env["PATH"] ?? "", ...env };
  return promisify(execFile)(process.execPath, [join(import.meta.dirname, "replay.ts"), ...args], { env: path });
}

describe.each(recorded)("replaying $name", ({ path }) => {
  const replay = () => replaySnapshot(readSnapshot(readFileSync(path)));

  it("comes to what its author expects", async () => {
    const expected = JSON.parse(readFileSync(join(dirname(path), "expected.json"), "utf8")) as Expected;
    const { verdict, causes } = await replay();
    expect(expected.verdicts).toContain(verdict);
    expect({ entity: causes[0]?.entity ?? null, fault: causes[0]?.fault ?? null }).toEqual({
      entity: expected.entity,
      fault: expected.fault,
    });
  });
});

it("prints the same in another process, time zone and locale", async () => {
  const { path } = recorded[0] ?? { path: "" };
  const { stdout } = await run([path], { TZ: "Pacific/Chatham", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" });
  expect(stdout).toBe(`${canonicalJson(await replaySnapshot(readSnapshot(readFileSync(path))))}\n`);
  expect(Diagnosis.parse(JSON.parse(stdout)).causes.length).toBeGreaterThan(0);
}, 60_000);

it("replays every recorded incident", () => {
  expect(recorded.length).toBeGreaterThanOrEqual(4);
});

it.each([{ args: [] }, { args: ["/nowhere/to/be/found.ndjson"] }])(
  "says what is wrong with %j and exits 1",
  async ({ args }) => {
    await expect(run(args)).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/snapshot|ENOENT/i) });
  },
  60_000,
);
