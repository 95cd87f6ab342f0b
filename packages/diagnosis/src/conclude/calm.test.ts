import { describe, expect, it } from "vitest";
import type { Question, Unanswered } from "@sre/contracts/evidence";
import { ago, alert, golden, step } from "../testing/builders.ts";
import { emptyWorld, id, run, type World } from "../testing/world.ts";

const cart = id("service", "cart");

/** A world that keeps the golden signals of one service, and nothing else. */
function shop(alertName: string, minutesAgo: number, reason: (question: Question) => Unanswered | null = () => "not_recorded"): World {
  const fails = (question: Question) => (question.about === "series" && "golden" in question.signal ? null : reason(question));
  return { ...emptyWorld(ago(0)), alerts: [alert(alertName, cart, minutesAgo)], series: golden(cart), fails };
}

const verdictOf = (world: World) => run(world).diagnosis.verdict;

describe("an alert whose rule nobody keeps", () => {
  it("is called nothing wrong where what it is about was calm ever since", () => {
    const { diagnosis } = run(shop("Latency", 20));
    expect(diagnosis).toMatchObject({ verdict: "nothing_wrong", causes: [], plan: { steps: [] } });
  });

  it("is not where nothing was measured since it fired", () => {
    expect(verdictOf(shop("Latency", 0))).toBe("inconclusive");
  });

  it("is not where it is about something else than latency or errors", () => {
    expect(verdictOf(shop("VolumeFillsUp", 20))).toBe("inconclusive");
  });

  it("is not where a source failed that may know better", () => {
    const failing = (about: Question["about"]) => (question: Question) =>
      (question.about === about ? "unreachable" : "not_recorded") as Unanswered;
    expect(verdictOf(shop("Latency", 20, failing("rule")))).toBe("inconclusive");
    expect(verdictOf(shop("Latency", 20, failing("logs")))).toBe("inconclusive");
  });

  it("is not where what it is about is not calm", () => {
    const slow = golden(cart, { latency: step(0.1, 0.9, { since: 18 }) });
    expect(verdictOf({ ...shop("Latency", 20), series: slow })).not.toBe("nothing_wrong");
  });
});
