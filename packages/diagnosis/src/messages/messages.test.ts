import { describe, expect, it } from "vitest";
import { byCodeUnit } from "@sre/contracts/canonical";
import type { LocalizedText } from "@sre/contracts/evidence";
import { faultCatalogue, faultKinds, faultOf } from "../faults/catalogue.ts";
import { actionCatalogue } from "../propose/actions.ts";
import { changeKindWords, conditionReading, findingKinds, poolUse, seasonWords, seenNow, signalWords } from "./findings.ts";
import { gapReasons, gapWords, questionWords } from "./gaps.ts";
import { differences, headlines, verdictWords } from "./headlines.ts";
import { partWords } from "./parts.ts";
import { brief, enumerated, fill, spoken } from "./words.ts";

const actions = Object.entries(actionCatalogue).flatMap(([key, { title, effect }]): [string, LocalizedText][] => [
  [`${key} title`, title],
  [`${key} effect`, effect],
]);
const faults = faultKinds.flatMap((kind): [string, LocalizedText][] => [
  [`${kind} title`, faultOf(kind).title],
  [`${kind} other title`, faultOf(kind).titled?.title ?? faultOf(kind).title],
  [`${kind} against`, faultOf(kind).speaksAgainst],
  [`${kind} settled`, faultOf(kind).settledBy],
]);
const findings = Object.entries(findingKinds).map(([key, { text }]): [string, LocalizedText] => [key, text]);
const others = [
  changeKindWords,
  seasonWords,
  { seenNow, conditionReading },
  poolUse,
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
    ["unit", 40, "{request}/s", "40 requests/s", "40 次請求/秒"],
    ["unit", 0.02, "1", "2 %", "2 %"],
    ["unit", 1.5, "s", "1.5 s", "1.5 秒"],
    ["unit", 2_048, "By", "2 KiB", "2 KiB"],
    ["unit", 7, "{widget}", "7 widget", "7 widget"],
    ["unit", 50_000, "{request}/s", "50,000 requests/s", "50,000 次請求/秒"],
    ["count", 42.1, "", "42", "42"],
    ["count", 19_274, "", "19,300", "19,300"],
    ["before", 0, "", "just before the onset", "異常即將開始時"],
    ["before", 780, "", "13 min before the onset", "異常開始前 13 分鐘"],
  ] as const)("writes %s of %d in both languages", (...[format, value, unit, en, zh]) => {
    expect(filled(format, value, unit)).toEqual({ en, "zh-TW": zh });
  });

  it("says ? for a value that is missing, and keeps what senders wrote", () => {
    expect(fill({ en: "{a} {b}", "zh-TW": "{b}{a}" }, { a: "{b} $& x" })).toEqual({ en: "{b} $& x ?", "zh-TW": "?{b} $& x" });
  });

  it("never rounds a port or a code", () => {
    expect(fill({ en: "{port}", "zh-TW": "{port}" }, { port: 50_051 })).toEqual({ en: "50051", "zh-TW": "50051" });
  });

  it("sets no space between two Chinese characters, and one beside a foreign word", () => {
    const [entity, seconds] = [spoken("eu-1/shop/service/cart"), 90];
    const text = { en: "{entity} {seconds:seconds}", "zh-TW": "查看 {entity} 的 {seconds:seconds} 之前" };
    expect(fill(text, { seconds }, { entity })["zh-TW"]).toBe("查看服務 cart 的 90 秒之前");
  });

  it("enumerates the first things by name and the rest as a number", () => {
    const things = ["a", "b", "c"].map((name) => ({ en: name, "zh-TW": name }));
    expect(enumerated(things.slice(0, 1))).toEqual({ en: "a", "zh-TW": "a" });
    expect(enumerated(things.slice(0, 2))).toEqual({ en: "a and b", "zh-TW": "a、b" });
    expect(enumerated(things)).toEqual({ en: "a, b and 1 more", "zh-TW": "a、b 等 3 項" });
    const services = ["service/cart", "service/mail", "pod/x"].map((id) => spoken(`eu-1/shop/${id}`));
    expect(enumerated(services, 3)).toEqual({ en: "service cart, mail and pod x", "zh-TW": "服務 cart、mail、Pod x" });
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
