import { describe, expect, test } from "vitest";
import { asksForSomething, matcherText, parseMatcher, testFor } from "./matchers.ts";
import { compilePattern, PatternRefused } from "./pattern.ts";

describe("patterns", () => {
  test.each([
    ["critical|error", "error", true],
    ["critical|error", "errors", false],
    ["check.*", "checkout", true],
    [".+", "", false],
    ["pay(ment|pal)s?-[0-9]+", "paypals-17", true],
    ["[^a-c]\\.x", "d.x", true],
    ["[^a-c]\\.x", "b.x", false],
    ["(?:a*)*b?", "aaab", true],
    ["\\d\\w\\s", "1a ", true],
    ["", "", true],
    ["[a-]x", "-x", true],
  ])("%s on %j is %s, as a regular expression says", (pattern, value, expected) => {
    expect(compilePattern(pattern)(value)).toBe(expected);
    expect(new RegExp(`^(?:${pattern})$`).test(value)).toBe(expected);
  });

  test.each(["(a", "a)", "[a", "a{2}", "^a", "\\", "*", "(?i)a", "[z-a]", "\\1", "a".repeat(201)])("%s is refused", (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(PatternRefused);
  });

  test("a pattern that takes others for ever takes no longer than its length times the value's", () => {
    expect(compilePattern("(a+)+b")(`${"a".repeat(2_000)}!`)).toBe(false);
    expect(
      compilePattern("(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)b")("a".repeat(19)),
    ).toBe(false);
  });
});

describe("matchers", () => {
  test.each([
    ['team="payments"', { name: "team", value: "payments", is_regex: false, is_equal: true }],
    ["team = payments", { name: "team", value: "payments", is_regex: false, is_equal: true }],
    ['severity=~"critical|error"', { name: "severity", value: "critical|error", is_regex: true, is_equal: true }],
    ['pod!~"a\\\\.b\\"c"', { name: "pod", value: 'a\\.b"c', is_regex: true, is_equal: false }],
    ['team!=""', { name: "team", value: "", is_regex: false, is_equal: false }],
  ])("%s is read, and written as it was meant", (text, matcher) => {
    expect(parseMatcher(text)).toEqual(matcher);
    expect(parseMatcher(matcherText(matcher))).toEqual(matcher);
  });

  test.each(["", "team", "team==x", '1team="x"', 'team="x" or 1'])("%j is no matcher", (text) => {
    expect(parseMatcher(text)).toBeNull();
  });

  test("a label that is missing counts as empty, and names of the prototype are no labels", () => {
    const of = (text: string) => testFor([parseMatcher(text)!]);
    expect(of('team=""')({})).toBe(true);
    expect(of('team!="x"')({})).toBe(true);
    expect(of('constructor=""')({})).toBe(true);
  });

  test("what everything meets asks for nothing", () => {
    const asks = (...texts: string[]) => asksForSomething(texts.map((text) => parseMatcher(text)!));
    expect([asks(), asks('a=~".*"'), asks('a!="x"'), asks('a=~".*"', 'b="c"')]).toEqual([false, false, false, true]);
  });
});
