import { describe, expect, it } from "vitest";
import { byCodeUnit } from "@sre/contracts/canonical";
import type { LocalizedText } from "@sre/contracts/evidence";
import { faultCatalogue, faultKinds, faultOf } from "../faults/catalogue.ts";
import { actionCatalogue } from "../propose/actions.ts";
import { changeKindWords, findingKinds, seasonWords, seenNow, signalWords } from "./findings.ts";
import { gapReasons, gapWords, questionWords } from "./gaps.ts";
import { differences, headlines, verdictWords } from "./headlines.ts";
import { partWords } from "./parts.ts";
import { brief, fill, spoken } from "./words.ts";

const actions = Object.entries(actionCatalogue).flatMap(([key, { title, effect }]): [string, LocalizedText][] => [
  [`${key} title`, title],
  [`${key} effect`, effect],
]);
const faults = faultKinds.flatMap((kind): [string, LocalizedText][] => [
  [`${kind} title`, faultOf(kind).title],
  [`${kind} against`, faultOf(kind).speaksAgainst],
  [`${kind} settled`, faultOf(kind).settledBy],
]);
const findings = Object.entries(findingKinds).map(([key, { text }]): [string, LocalizedText] => [key, text]);
const others = [
  changeKindWords,
  seasonWords,
  { seenNow },
  signalWords,
  gapReasons,
  gapWords,
  questionWords,
  differences,
  headlines,
  verdictWords,
  partWords,
].flatMap((table) => Object.entries<LocalizedText>(table));
const places = (text: string) => [...text.matchAll(/\{(\w+)/g)].map(([, key = ""]) => key).sort(byCodeUnit);

describe("the message catalogue", () => {
  it.each([...findings, ...faults, ...actions, ...others])("%s names the same values in both languages", (_, text) => {
    expect(places(text["zh-TW"])).toEqual(places(text.en));
  });

  it.each([...findings, ...faults, ...actions])("%s is written in both languages", (_, text) => {
    expect(text.en).toMatch(/[a-z]/);
    expect(text["zh-TW"]).toMatch(/[\u4e00-\u9fff]/);
  });

  it("names only findings and faults that exist in the fault catalogue", () => {
    for (const kind of faultKinds) {
      const fault = faultOf(kind);
      const named = [...Object.keys(fault.shownBy), ...Object.keys(fault.supportedBy), ...fault.decisive];
      expect(named.filter((what) => !(what in findingKinds))).toEqual([]);
      expect(fault.follows.here.filter((other) => !(other in faultCatalogue))).toEqual([]);
      expect(fault.plan.length).toBeGreaterThan(0);
      expect(fault.plan.filter((action) => !(action in actionCatalogue))).toEqual([]);
    }
  });

  it("has a decisive finding only among what shows the fault", () => {
    for (const kind of faultKinds) expect(Object.keys(faultOf(kind).shownBy)).toEqual(expect.arrayContaining([...faultOf(kind).decisive]));
  });
});

describe("fill", () => {
  const filled = (format: string, value: number | string, unit = "") =>
    fill({ en: `{v:${format}}`, "zh-TW": `{v:${format}}` }, { v: value, unit });

  it.each([
    ["percent", 0.3812, "", "38.1 %", "38.1 %"],
    ["seconds", 0.25, "", "250 ms", "250 毫秒"],
    ["seconds", 90, "", "90 s", "90 秒"],
    ["seconds", 780, "", "13 min", "13 分鐘"],
    ["seconds", 9_000, "", "2.5 h", "2.5 小時"],
    ["bytes", 536_870_912, "", "512 MiB", "512 MiB"],
    ["unit", 40, "{request}/s", "40 requests/s", "40 請求/秒"],
    ["unit", 0.02, "1", "2 %", "2 %"],
    ["unit", 1.5, "s", "1.5 s", "1.5 秒"],
    ["unit", 2_048, "By", "2 KiB", "2 KiB"],
    ["unit", 7, "{widget}", "7 widget", "7 widget"],
  ] as const)("writes %s of %d in both languages", (...[format, value, unit, en, zh]) => {
    expect(filled(format, value, unit)).toEqual({ en, "zh-TW": zh });
  });

  it("says ? for a value that is missing, and keeps what senders wrote", () => {
    expect(fill({ en: "{a} {b}", "zh-TW": "{b}{a}" }, { a: "{b} $& x" })).toEqual({ en: "{b} $& x ?", "zh-TW": "?{b} $& x" });
  });

  it("writes a time in UTC", () => {
    expect(filled("time", "2026-11-20T02:47:00.000Z").en).toBe("02:47 UTC");
  });

  it("speaks of an entity by its kind and decoded name", () => {
    expect(spoken("eu-1/shop/service/check%2Fout")).toEqual({ en: "service check/out", "zh-TW": "服務 check/out" });
  });

  it("cuts a long text to one marked line", () => {
    expect(brief("a\n b", 10)).toBe("a b");
    expect(brief("x".repeat(20), 10)).toBe(`${"x".repeat(9)}…`);
  });
});
