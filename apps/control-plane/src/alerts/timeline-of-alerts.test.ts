import { expect, test } from "vitest";
import { withReason } from "./timeline-of-alerts.ts";

const fired = { en: "Slow fired for web", "zh-TW": "web 的告警 Slow 觸發" };

test("what opened the incident says no reason to join", () => {
  expect(withReason(fired, undefined)).toBe(fired);
});

test("a reason is cut where it is too long, never through a character", () => {
  const long = { en: `${"a".repeat(298)}😀 and more`, "zh-TW": "因".repeat(5_000) };
  const { en, "zh-TW": zh } = withReason(fired, long);
  expect(en).toBe(`Slow fired for web. Joined: ${"a".repeat(298)}…`);
  expect(zh).toBe(`web 的告警 Slow 觸發。併入原因：${"因".repeat(299)}…`);
  expect(en.isWellFormed()).toBe(true);
});
