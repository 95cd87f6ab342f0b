import { requireScope } from "@sre/service-kit";
import { describe, expect, it } from "vitest";
import { fixedClock, sequentialIds } from "./clocks.ts";
import { testContext } from "./contexts.ts";

describe("a fixed clock", () => {
  it("moves only when told, both of its times together", () => {
    const clock = fixedClock("2026-11-24T10:00:00.000Z");
    const before = clock.monotonicMs();
    clock.advance(1_500);
    expect([clock.now().toISOString(), clock.monotonicMs() - before]).toEqual(["2026-11-24T10:00:01.500Z", 1_500]);
  });

  it("refuses what is no instant", () => {
    expect(() => fixedClock("yesterday")).toThrow("yesterday");
  });
});

describe("sequential ids", () => {
  it("sort in the order of their making and start afresh for each maker", () => {
    const next = sequentialIds();
    const ids = Array.from({ length: 20 }, () => next());
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(20);
    expect(sequentialIds()()).toBe(ids[0]);
  });
});

describe("a test context", () => {
  it("holds no scope but those it is given", () => {
    const ctx = testContext({ scopes: ["alerts:read"] });
    requireScope(ctx, "alerts:read");
    expect(() => requireScope(ctx, "alerts:write")).toThrow("forbidden");
  });
});
