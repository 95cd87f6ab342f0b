import { defaultTeamId } from "@sre/service-kit";
import { testContext } from "@sre/testkit";
import { expect, test } from "vitest";
import { resolved, sampleAlert } from "../testing/sample-alert.ts";
import { formats } from "./formats/index.ts";
import { readDelivery, together } from "./read-delivery.ts";

const ctx = testContext({ teamId: defaultTeamId });
const of = (items: readonly unknown[], integration: keyof typeof formats = "alertmanager") =>
  readDelivery(ctx, { integration, read: formats[integration].read, receiver: "r", truncated: 0, items });
const a = sampleAlert({ fingerprint: "a" });
const b = sampleAlert({ fingerprint: "b" });
const aOver = resolved(a, "2026-11-24T10:05:00.000Z");
const trigger = { event_action: "trigger", dedup_key: "k", payload: { summary: "s", source: "db", severity: "error" } };

test.each([
  ["deliveries about different alerts", [of([a]), of([b])], 2],
  ["repeats", [of([a]), of([a, b]), of([b, a])], 3],
  ["a repeated event of a key", [of([trigger], "pagerduty"), of([trigger], "pagerduty")], 2],
  ["up to the first that says something else of an alert", [of([a]), of([b]), of([aOver]), of([b])], 2],
  ["up to the first that resolves a key", [of([trigger], "pagerduty"), of([{ ...trigger, event_action: "resolve" }], "pagerduty")], 1],
  ["up to the first of another sender", [of([a]), of([trigger], "pagerduty"), of([b])], 1],
  ["one that is larger than what goes together, alone", [of(Array(20).fill(b)), of([a])], 1],
  ["up to the limit of alerts", [of(Array(6).fill(a)), of(Array(4).fill(b)), of([a])], 2],
])("stored together are %s", (_, waiting, expected) => {
  expect(together(waiting, 10)).toBe(expected);
});

test("a delivery is read once: alerts without repeats, messages with a key, and what is malformed", () => {
  expect(of([a, a, 7])).toMatchObject({ alerts: [{ fingerprint: "a" }], keyed: [], malformed: [{ item: 7 }] });
  expect(of([trigger], "pagerduty")).toMatchObject({ alerts: [], keyed: [{ status: "firing" }], malformed: [] });
});
