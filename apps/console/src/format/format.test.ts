import { describe, expect, test } from "vitest";
import { entityName, shortName } from "./entity.ts";
import { safeHost } from "./link.ts";
import { quantity, threeDigits } from "./number.ts";
import { durationInWords, localTime, tookInWords, utcTime, withLocalClock } from "./time.ts";

describe("numbers", () => {
  test.each([
    [0, "0"],
    [0.004, "0.004"],
    [38.26, "38.3"],
    [1_234, "1230"],
    [123_456, "123,000"],
    [-0.5, "-0.5"],
    [Number.NaN, "–"],
  ])("%d is said with three significant digits as %s", (value, words) => {
    expect(threeDigits(value)).toBe(words);
  });

  test.each([
    [0.38, "1", true, "38 %"],
    [0.38, "1", false, "0.38"],
    [540_000_000, "By", false, "515 MiB"],
    [0.1412, "s", false, "141 ms"],
    [0, "s", false, "0 s"],
    [90, "s", false, "1.5 min"],
    [47.2, "{request}/s", false, "47.2 req/s"],
    [12_500, "1", false, "12.5 k"],
    [3, "Cel", false, "3 Cel"],
    [null, "s", false, "–"],
  ] as const)("%s of unit %s (share: %s) reads %s", (...[value, unit, ratio, words]) => {
    expect(quantity(value, unit, ratio)).toBe(words);
  });
});

describe("times", () => {
  test.each([
    [200, "less than 1 s", "不到 1 秒"],
    [42_000, "42 s", "42 秒"],
    [13 * 60_000, "13 min", "13 分鐘"],
    [65 * 60_000, "1 h 5 min", "1 小時 5 分鐘"],
    [51 * 3_600_000, "2 d 3 h", "2 天 3 小時"],
    [-5, "less than 1 s", "不到 1 秒"],
  ])("%d ms are said in words of both languages", (ms, en, zh) => {
    expect(durationInWords(ms, "en")).toBe(en);
    expect(durationInWords(ms, "zh-TW")).toBe(zh);
  });

  test("an instant of another day carries its date", () => {
    const now = Date.parse("2026-11-03T12:00:00Z");
    expect(localTime("2026-11-03T11:30:00Z", { now, language: "en" })).toMatch(/^\d\d:\d\d$/);
    expect(localTime("2026-10-30T11:30:00Z", { now, language: "en" })).toContain("Oct");
  });

  test("UTC is written to the second and named", () => {
    expect(utcTime("2026-11-03T02:47:00.500+08:00")).toBe("2026-11-02 18:47:00 UTC");
  });

  test("a sentence's clock time in UTC is told in local time, and nothing else of it changes", () => {
    const today = new Date("2026-11-03T12:00:00Z");
    const local = localTime("2026-11-03T02:44:00Z", { now: today.getTime(), language: "en" });
    expect(withLocalClock("since 02:44 UTC, 99:44 UTC, 3 of 12:30", today)).toBe(`since ${local}, 99:44 UTC, 3 of 12:30`);
    expect(withLocalClock("自 02:44 UTC 起", today)).toBe(`自 ${local} 起`);
  });

  test("how long an answer took is short", () => {
    expect([tookInWords(84.4), tookInWords(1_240), tookInWords(12_400)]).toEqual(["84 ms", "1.2 s", "12 s"]);
  });
});

describe("names", () => {
  test("an id is decoded into its parts, and a broken percent sequence survives", () => {
    expect(entityName("eu-1/shop/pod%3Acontainer/checkout%2Fapp")).toMatchObject({ kind: "pod:container", name: "checkout/app" });
    expect(entityName("eu-1/shop/pod/%E0%A4%A").name).toBe("%E0%A4%A");
  });

  test("an edge is named from caller to callee", () => {
    expect(shortName("eu-1/shop/service/cart>calls>eu-1/shop/service/catalog")).toBe("cart → catalog");
  });
});

describe("links", () => {
  test.each(["javascript:alert(1)", "data:text/html,x", "//evil.example", "/relative", "https://user:pass@evil.example", "not a url", ""])(
    "%s is never a link",
    (url) => {
      expect(safeHost(url)).toBeNull();
    },
  );

  test("http and https show their host", () => {
    expect(safeHost("https://runbooks.example:8443/x?y#z")).toBe("runbooks.example:8443");
  });
});
