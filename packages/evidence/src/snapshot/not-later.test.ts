import type { Answered, Question } from "@sre/contracts/evidence";
import { describe, expect, test } from "vitest";
import { collect } from "../collect.ts";
import { notLater } from "./not-later.ts";
import { snapshotSources } from "./source.ts";
import { asOf, context, id, minute, namespaceShop, recorded, series, snapshotOf, window } from "./testing/builders.ts";

const asOfMs = Date.parse(asOf);
const at = (minutes: number, seconds: number) => new Date(Date.parse(minute(minutes)) + seconds * 1_000).toISOString();
const until = at(59, 37);

/** Read until 23 seconds before a minute is full: the last bucket ends after that. */
const lines: Answered = recorded(
  { about: "logs", of: id("service", "cart"), levels: ["error"], window: { from: minute(57), to: until }, want: "patterns", limit: 100 },
  {
    about: "logs",
    filter: "",
    start: minute(58),
    step_ms: 60_000,
    lines_total: 7,
    traces_total: 2,
    patterns: [
      {
        template: "price table is empty",
        level: "error",
        instance: "current",
        first_at: at(59, 12),
        last_at: at(59, 36),
        counts: [0, 0, 7],
        samples: [],
      },
    ],
  },
);
const events: Answered = recorded(
  { about: "events", in: namespaceShop, window: window(0, 60) },
  {
    about: "events",
    events: [0, 70].map((from) => ({
      entity: id("pod", "cart-1"), first_at: minute(from), last_at: minute(from + 65), count: 1, reason: "BackOff", message: "again", type: "Warning", from: "kubelet",
    })), // prettier-ignore
  },
  { source: "kubernetes", coverage: { from: minute(30), to: minute(61), complete: false, missing_share: 0.25, truncated_by: "time" } },
);
const changeQuestion: Question = { about: "changes", of: [id("service", "cart")], window: window(0, 60) };

describe("an answer without what came later", () => {
  test("keeps the lines of a bucket that was not full when they were read", () => {
    expect(notLater(lines, Date.parse(until))).toEqual(lines);
    expect(notLater(lines, Date.parse(until) - 1).data).toMatchObject({ patterns: [] });
  });

  test("loses what began later, and leaves open what had not ended", () => {
    const { data, coverage } = notLater(events, asOfMs);
    expect(data).toMatchObject({ events: [{ first_at: minute(0), last_at: asOf }] });
    expect(coverage).toEqual({ ...events.coverage, to: asOf });
  });

  test.each([lines, events, series([id("service", "cart")], [0, 90])])("is the same when it is cut once more", (answer) => {
    const once = notLater(answer, asOfMs);
    expect(notLater(once, asOfMs)).toEqual(once);
  });

  test("a run that is recorded and asked again gets the very answers that it had", async () => {
    const sources = [lines, events].map((answer) => ({
      name: answer.source,
      kind: "snapshot" as const,
      cluster: null,
      answers: (question: Question) => question.about === answer.question.about,
      ask: () => Promise.resolve(answer),
      breakerState: () => "closed" as const,
      close: () => Promise.resolve(),
    }));
    const questions = [lines.question, events.question, changeQuestion];
    const live = await collect({ sources, questions, context, priority: 0 });
    expect(await collect({ sources: snapshotSources(snapshotOf(live)), questions, context, priority: 0 })).toEqual(live);
  });
});
