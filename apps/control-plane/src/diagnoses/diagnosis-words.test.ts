import { describe, expect, test } from "vitest";
import { sampleResult } from "../testing/sample-result.ts";
import { wordsForChange, wordsForFailure } from "./diagnosis-words.ts";

const likely = sampleResult().diagnosis;

describe("what changed between two diagnoses", () => {
  test("is nothing when verdict and first cause are the same", () => {
    expect(wordsForChange(likely, { ...likely, engine: "another" } as typeof likely)).toBeNull();
  });
  test("names both verdicts, in both languages", () => {
    const words = wordsForChange(likely, sampleResult({ verdict: "confirmed" }).diagnosis);
    expect(words).toEqual({ en: "The verdict was likely and is now confirmed.", "zh-TW": "判定由「很可能」變為「已確認」。" });
  });
  test("names the first cause that replaced another", () => {
    const words = wordsForChange(likely, sampleResult({ fault: "bad_image" }).diagnosis);
    expect(words?.en).toBe(
      "The first cause is now: eu-1/shop/deployment/checkout has bad_image (before: eu-1/shop/deployment/checkout has memory_limit).",
    );
  });
  test("tells a cause that appeared from one that vanished", () => {
    const nothing = sampleResult({ verdict: "nothing_wrong" }).diagnosis;
    expect(wordsForChange(nothing, likely)?.en).toContain("A first cause was found");
    expect(wordsForChange(likely, nothing)?.en).toContain("No cause is left");
  });
});

describe("why a diagnosis has no result", () => {
  test("is said in both languages, and keeps what somebody else said of it", () => {
    expect(wordsForFailure("the assistant did not finish in time")["zh-TW"]).toBe("assistant 未能在時限內完成");
    expect(wordsForFailure("the assistant refused: no such scope")).toEqual({
      en: "the assistant refused: no such scope",
      "zh-TW": "assistant 拒絕請求：no such scope",
    });
  });
  test("that is not known stays as it is", () => {
    expect(wordsForFailure("else")).toEqual({ en: "else", "zh-TW": "else" });
  });
});
