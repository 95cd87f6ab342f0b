import { describe, expect, it } from "vitest";
import type { Verdict } from "@sre/contracts/evidence";
import { errorRule, alert, asOf, golden, step } from "../testing/builders.ts";
import { emptyWorld, id, run } from "../testing/world.ts";
import { saidOf, type FoundGap } from "./gaps.ts";

const cart = id("service", "cart");
const world = { ...emptyWorld(asOf), alerts: [alert("Errors", cart, 9)], rules: [errorRule("Errors", cart, step(0.001, 0.25, { since: 12 }))], series: golden(cart) }; // prettier-ignore
const [first] = run({ ...world, fails: ({ about }) => (about === "changes" ? "not_configured" : null) }).diagnosis.unknown;

function said(could_change: FoundGap["could_change"], verdict: Verdict): string {
  if (first === undefined) throw new Error("the world has no gap");
  const word = { en: "changes of", "zh-TW": "變更" };
  const { text: _, ...gap } = first;
  return saidOf(
    { ...gap, could_change, words: { subject: { en: "service cart", "zh-TW": "服務 cart" }, what: word, reason: word } },
    verdict,
  ).text.en;
}

describe("what a gap could change", () => {
  it("is not the order of causes once the first is confirmed", () => {
    expect(said("order", "confirmed")).toContain("The confirmed cause stands without it");
    expect(said("order", "likely")).toContain("It could change the order of causes.");
  });

  it("is the verdict or nothing whatever the verdict is", () => {
    expect(said("verdict", "inconclusive")).toContain("It could change the verdict.");
    expect(said("nothing", "confirmed")).toMatch(/\)\.$/);
  });
});
