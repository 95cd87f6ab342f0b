import { expect, test } from "vitest";
import { inert } from "./inert.ts";

test.each([
  ["a link", "[x](https://evil.example)"],
  ["an image", "![x](https://evil.example/p.png)"],
  ["HTML", "<script>alert(1)</script>"],
  ["an address that readers turn into a link", "https://evil.example"],
  ["code", "`rm`"],
  ["a mention", "@everyone"],
])("%s loses its meaning", (_, text) => {
  const shown = inert(text);
  expect(shown.replaceAll(/\\./g, "")).not.toMatch(/[`*_[\]<>()!@:]/);
  expect(shown.replaceAll(/\\(.)/g, "$1")).toBe(text);
});

test("a text stays on its line, so that it can begin no heading, list, table or fence", () => {
  expect(inert("a\n# b\r\n\u2028```\u202e")).not.toMatch(/[\n\r\u2028\u202e]/);
});
