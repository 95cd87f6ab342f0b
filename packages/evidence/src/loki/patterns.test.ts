import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { levelOfText } from "./level.ts";
import { clusterLogLines, logGrid, type LogLine } from "./patterns.ts";
import { templateOf } from "./template.ts";

const fromMs = Date.parse("2026-11-24T01:00:00.000Z");
const grid = logGrid(fromMs, fromMs + 3_600_000);

describe("a template", () => {
  test.each([
    ["2026-11-24T01:02:03.123Z request 17 took 250ms", "<*> request <*> took <*>"],
    ["GET /v1/orders/8123 answered 403 Forbidden", "GET /v1/orders/<*> answered 403 Forbidden"],
    ["dial tcp 10.0.0.7:5432: connect: connection refused", "dial tcp <*>:5432: connect: connection refused"],
    ["status=503 bytes=1234", "status=503 bytes=<*>"],
    ["pod checkout-7c9d5b8f6d-x2lkq restarted", "pod checkout-<*> restarted"],
    ["order 6f1c2b9e-0a4d-4c55-9b1a-3f2d1e0c9b8a lost", "order <*> lost"],
    ['{"level":"error","msg":"cannot save","err":{"message":"no space left on device"}}', "cannot save: no space left on device"],
    ["Request failed\n  at a.b(C.java:17)\nCaused by: java.net.ConnectException: refused\n  at d", "Request failed | Caused by: java.net.ConnectException: refused"],
  ])("of %s", (line, template) => expect(templateOf(line)).toBe(template)); // prettier-ignore
});

describe("a level", () => {
  test.each([
    ["level=warn msg=x", "warn"],
    ['{"severity":"CRITICAL"}', "fatal"],
    ["[ERROR] it broke", "error"],
    ["E1124 01:02:03.000000 controller failed", "error"],
    ["java.lang.IllegalStateException: no", "error"],
    ["panic: nil map", "fatal"],
    ["no errors were found", "unknown"],
  ])("of %s", (line, level) => expect(levelOfText(line)).toBe(level));
});

const line = (seconds: number, text: string): LogLine => ({ atMs: fromMs + seconds * 1_000, text });

describe("patterns", () => {
  test("counts stand in the bucket that ends at or after the line", () => {
    const [pattern] = clusterLogLines([line(0, "error a"), line(30, "error a"), line(31, "error a"), line(3_600, "error a")], grid);
    expect(grid.stepMs).toBe(30_000);
    expect(pattern?.counts.slice(0, 3)).toEqual([2, 1, 0]);
    expect(pattern?.counts.at(-1)).toBe(1);
    expect(pattern).toMatchObject({ first_at: "2026-11-24T01:00:00.000Z", last_at: "2026-11-24T02:00:00.000Z" });
  });

  test("the order of the lines does not matter", () => {
    const words = ["alpha", "beta", "gamma"];
    const some = fc.array(fc.record({ seconds: fc.integer({ min: 0, max: 3_600 }), word: fc.constantFrom(...words), number: fc.nat() }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(some, (given) => {
        const lines = given.map(({ seconds, word, number }) => line(seconds, `ERROR ${word} failed after ${number} ms`));
        expect(clusterLogLines(lines.toReversed(), grid)).toEqual(clusterLogLines(lines, grid));
        const counted = clusterLogLines(lines, grid).flatMap(({ counts }) => counts).reduce((sum, count) => sum + count, 0); // prettier-ignore
        expect(counted).toBe(lines.length);
      }),
    );
  });

  test("templates that differ in one word are joined when they are many, and kept apart when they are few", () => {
    const names = Array.from({ length: 30 }, (_, i) => String.fromCharCode(97 + (i % 26)).repeat(3 + Math.floor(i / 26)));
    const many = clusterLogLines(names.map((name, i) => line(i, `ERROR customer ${name} has no cart`)), grid); // prettier-ignore
    expect(many.map(({ template }) => template)).toEqual(["ERROR customer <*> has no cart"]);
    const few = clusterLogLines(names.slice(0, 3).map((name, i) => line(i, `ERROR customer ${name} has no cart`)), grid); // prettier-ignore
    expect(few).toHaveLength(3);
  });

  test("samples hold no secret and at most five stand", () => {
    const [pattern] = clusterLogLines(Array.from({ length: 9 }, (_, i) => line(i, `ERROR login ${i} token=abc${i}def`)), grid); // prettier-ignore
    expect(pattern?.samples).toHaveLength(5);
    expect(JSON.stringify(pattern)).not.toContain("def");
  });
});
