import { describe, expect, test } from "vitest";
import { en } from "../locales/en.ts";
import { zhTW } from "../locales/zh-TW.ts";
import { keyName } from "./keys.ts";
import { firstLanguage } from "./language.ts";
import { readAuditSearch, readIncidentSearch, readListSearch, without } from "./search.ts";

describe("addresses", () => {
  test("a mangled address of an incident keeps what is known and drops the rest", () => {
    const search = readIncidentSearch({
      tab: "nope",
      cause: "2",
      evidence: "ev_0123456789abcdef0123",
      part: "x",
      range: "1h",
      run: "<script>",
      more: 1,
    });
    expect(search).toEqual({ cause: 2, evidence: "ev_0123456789abcdef0123", part: "x", range: "1h" });
  });

  test("a part without its evidence means nothing", () => {
    expect(readIncidentSearch({ part: "x", cause: -1 })).toEqual({});
  });

  test("of the audit log holds names whole and days that there are", () => {
    const search = { actor: "Ada", object: 1042, from: "2026-11-24", to: "24.11.2026", service: ["x"] };
    expect(readAuditSearch(search)).toEqual({ actor: "Ada", object: "1042", from: "2026-11-24" });
    expect(readAuditSearch({ from: "0202-01-01", to: "2026-13-45" })).toEqual({});
  });

  test("a search made of digits stays a text", () => {
    expect(readListSearch({ q: 1042, status: "open", severity: "critical" })).toEqual({ q: "1042", severity: "critical" });
  });

  test("closing the evidence keeps the tab and the cause", () => {
    expect(without({ tab: "logs", cause: 1, evidence: "ev_0123456789abcdef0123", part: "x" }, ["evidence", "part"])).toEqual({
      tab: "logs",
      cause: 1,
    });
  });
});

describe("languages", () => {
  test.each([
    [null, ["zh-Hant-TW", "en"], "zh-TW"],
    [null, ["fr", "en-GB"], "en"],
    [null, ["fr"], "en"],
    ["en", ["zh-TW"], "en"],
    ["xx", ["zh-TW"], "zh-TW"],
  ] as const)("stored %s and browser %j begin in %s", (stored, browser, language) => {
    expect(firstLanguage(stored, browser)).toBe(language);
  });

  const leaves = (texts: object, path = ""): [string, string][] =>
    Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
      typeof value === "string" ? [[`${path}${key}`, value] as [string, string]] : leaves(value as object, `${path}${key}.`),
    );
  const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);

  test("a translation uses no value that the English text does not have", () => {
    const english = new Map(leaves(en));
    // The one place where the languages count differently: "and 2 more" against "3 in all".
    const allowed = ["question.others"];
    const wrong = leaves(zhTW).filter(
      ([key, text]) => !allowed.includes(key) && holes(text).some((hole) => !holes(english.get(key) ?? "").includes(hole)),
    );
    expect(wrong).toEqual([]);
  });

  test("no text is left in English by mistake", () => {
    const english = new Map(leaves(en));
    const same = leaves(zhTW).filter(([key, text]) => english.get(key) === text && /[a-z]{4,}/.test(text)).map(([key]) => key); // prettier-ignore
    expect(same).toEqual(["tab.kubernetes", "sources.kinds.prometheus", "sources.kinds.kubernetes"]);
  });
});

test("only ⌘K and Ctrl+K pass as keys with a modifier", () => {
  const pressed = { key: "k", ctrlKey: false, metaKey: false, altKey: false };
  expect(keyName(pressed)).toBe("k");
  expect(keyName({ ...pressed, metaKey: true })).toBe("mod+k");
  expect(keyName({ ...pressed, key: "r", ctrlKey: true })).toBeNull();
  expect(keyName({ ...pressed, altKey: true })).toBeNull();
});
