import { readFileSync } from "node:fs";
import { join } from "node:path";
import { diagnose, planQuestions, refineScope, scopeOf } from "@sre/diagnosis";
import { collect, readSnapshot, snapshotSource, writeSnapshot } from "@sre/evidence";
import type { Answer, Diagnosis } from "@sre/contracts/evidence";
import { describe, expect, test } from "vitest";
import type { Scenario } from "./author/scenario.ts";
import { scenarios } from "./index.ts";
import { filesOf, recordedScenario, snapshotOf } from "./record.ts";

type Name = keyof typeof scenarios;
const names = Object.keys(scenarios) as Name[];

/** Diagnoses a scenario as the assistant does: up to three rounds of questions, all answered from the snapshot. */
async function diagnoseScenario(scenario: Scenario): Promise<Diagnosis> {
  const source = snapshotSource(readSnapshot(writeSnapshot(snapshotOf(scenario))));
  let scope = scopeOf({ asOf: scenario.asOf, alerts: scenario.scopeAlerts, entities: [], deployment: null });
  const answers: Answer[] = [];
  for (const round of [1, 2, 3] as const) {
    const questions = planQuestions(scope, answers, round);
    const context = { asOf: scenario.asOf, signal: new AbortController().signal, deadlineMs: 5_000 };
    answers.push(...(await collect({ sources: [source], questions, context, priority: 0 })));
    scope = refineScope(scope, answers);
  }
  return diagnose(scope, answers);
}

describe.each(names)("%s", (name) => {
  test("its files say what its script says", () => {
    for (const [file, text] of Object.entries(filesOf(recordedScenario(name)))) {
      expect(readFileSync(join(import.meta.dirname, name, file), "utf8") === text, `${file}: run \`npm run scenarios\``).toBe(true);
    }
  });

  test.each(["recorded", "swapped"] as const)("with the culprit %s, the true cause stands first", async (culprit) => {
    const scenario = recordedScenario(name, { culprit });
    const diagnosis = await diagnoseScenario(scenario);
    const { entity, fault, change, verdicts } = scenario.expected;
    expect(verdicts).toContain(diagnosis.verdict);
    expect(diagnosis.causes[0]?.entity ?? null).toBe(entity);
    expect(diagnosis.causes[0]?.fault ?? null).toBe(fault);
    expect(diagnosis.causes[0]?.change ?? null).toBe(change);
  });
});

const decisive: Record<Name, NonNullable<Parameters<typeof recordedScenario>[1]>["without"]> = {
  "bad-deployment": ["objects", "events"],
  "exhausted-pool": ["logs", "series"],
  "full-node": ["objects", "events"],
  "false-alarm": ["rule", "series"],
};

test.each(names)("%s without its decisive evidence is less certain, and names what is missing", async (name) => {
  const whole = await diagnoseScenario(recordedScenario(name));
  const without = decisive[name]!;
  const partial = await diagnoseScenario(recordedScenario(name, { without }));
  expect(partial.verdict).not.toBe("confirmed");
  expect(partial.verdict).not.toBe("nothing_wrong");
  expect(partial.unknown.filter((gap) => without.includes(gap.question.about) && gap.could_change !== "nothing")).not.toEqual([]);
  expect(partial.causes[0]?.confidence ?? 0).toBeLessThan(whole.causes[0]?.confidence ?? 1);
});
