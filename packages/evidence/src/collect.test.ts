import { entityId, type Answer, type Question } from "@sre/contracts/evidence";
import { describe, expect, test } from "vitest";
import { collect } from "./collect.ts";
import { createMemoryGate } from "./gate.ts";
import { unanswered, type EvidenceSource } from "./source.ts";
import { askedAt } from "./testing/deps.ts";

const asOfMs = Date.parse("2026-11-24T02:00:00.000Z");
const changes = (cluster: string, name: string): Question => ({
  about: "changes",
  of: [entityId({ cluster, namespace: "shop", kind: "service", name })],
  window: { from: "2026-11-24T01:00:00.000Z", to: "2026-11-24T02:00:00.000Z" },
});

function fakeSource(name: string, more: Partial<EvidenceSource> = {}): EvidenceSource {
  return {
    name,
    kind: "snapshot",
    cluster: null,
    answers: () => true,
    ask: async (question) => unanswered({ question, source: name, asked: [], because: "not_recorded", detail: "" }),
    breakerState: () => "closed",
    close: async () => undefined,
    ...more,
  };
}

const common = { context: askedAt(asOfMs), priority: 1 };

describe("collect", () => {
  test("asks every source of the question's cluster, and says who is missing", async () => {
    const sources = [fakeSource("a", { cluster: "eu-1" }), fakeSource("b", { cluster: "us-1" }), fakeSource("c", { answers: () => false })];
    const seen: Answer[] = [];
    const questions = [changes("eu-1", "x"), changes("ap-1", "y")];
    const answers = await collect({
      ...common,
      sources,
      questions,
      onAnswer: (answer) => void seen.push(answer),
    });
    expect(new Set(answers.map(({ source, kind }) => `${source} ${kind}`))).toEqual(new Set(["a unanswered", "none unanswered"]));
    expect(answers.find(({ source }) => source === "none")).toMatchObject({ because: "not_configured" });
    expect(answers.map(({ id }) => id)).toEqual(answers.map(({ id }) => id).sort());
    expect(seen).toHaveLength(2);
  });

  test("a source that throws against its promise is garbled evidence", async () => {
    const broken = fakeSource("broken", { ask: () => Promise.reject(new Error("bug")) });
    const answers = await collect({ ...common, sources: [broken], questions: [changes("", "x")] });
    expect(answers).toMatchObject([{ kind: "unanswered", because: "garbled" }]);
  });
});

describe("the gate", () => {
  test("lets the lowest priority number go first, whoever came first", async () => {
    const gate = createMemoryGate();
    const { signal } = new AbortController();
    const place = await gate.enter("s", 1, 0, signal);
    const order: number[] = [];
    const entered = [5, 1, 3].map(async (priority) => {
      const mine = await gate.enter("s", 1, priority, signal);
      order.push(priority);
      (mine as Disposable)[Symbol.dispose]();
    });
    (place as Disposable)[Symbol.dispose]();
    await Promise.all(entered);
    expect(order).toEqual([1, 3, 5]);
  });

  test("who gives up while waiting takes no room", async () => {
    const gate = createMemoryGate();
    const { signal } = new AbortController();
    const place = await gate.enter("s", 1, 0, signal);
    const impatient = new AbortController();
    const waiting = gate.enter("s", 1, 0, impatient.signal);
    impatient.abort();
    await expect(waiting).rejects.toThrow();
    (place as Disposable)[Symbol.dispose]();
    (place as Disposable)[Symbol.dispose]();
    const next = await gate.enter("s", 1, 0, signal);
    expect(Symbol.dispose in next).toBe(true);
  });
});
