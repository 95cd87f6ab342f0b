import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RuleBroken } from "../identity/rules.ts";
import { parseBoundedJson } from "./bounded-json.ts";

const limits = { depthMax: 32, keysMax: 10_000, keysPerObjectMax: 1_000 };
const bytes = (text: string): Uint8Array => Buffer.from(text);

function refusal(text: string): string {
  try {
    parseBoundedJson(bytes(text), limits);
    return "accepted";
  } catch (error) {
    return error instanceof RuleBroken ? error.code : "another error";
  }
}

function nested(depth: number): string {
  return `${"[".repeat(depth)}${"]".repeat(depth)}`;
}

test("whatever is JSON within the limits parses to the same value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      const text = JSON.stringify(value);
      fc.pre(!/"(__proto__|constructor|prototype)":/.test(text));
      expect(parseBoundedJson(bytes(text), limits)).toEqual(JSON.parse(text));
    }),
    { numRuns: 300 },
  );
});

test("whatever is not JSON is refused as such", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      fc.pre(!isJson);
      expect(refusal(text)).not.toBe("accepted");
    }),
    { numRuns: 300 },
  );
});

describe("a document is refused", () => {
  const cases: readonly [string, string, string][] = [
    ["nested 33 deep", nested(33), "depth_exceeded"],
    ["nested 100,000 deep", nested(100_000), "depth_exceeded"],
    ["nested deep in objects", '{"a":'.repeat(40), "depth_exceeded"],
    ["with a million keys", `{${Array.from({ length: 1_000_000 }, (_, index) => `"k${index}":1`).join(",")}}`, "too_many_fields"],
    ["with 10,001 keys in many objects", `[${Array.from({ length: 10_001 }, () => '{"a":1}').join(",")}]`, "too_many_fields"],
    ["with a key twice", '{"a":1,"b":{},"a":2}', "malformed_json"],
    ["with a key twice, once escaped", String.raw`{"a":1,"\u0061":2}`, "malformed_json"],
    ["with __proto__", '{"__proto__":{"polluted":true}}', "invalid_request"],
    ["with an escaped __proto__", String.raw`{"\u005f_proto__":{"polluted":true}}`, "invalid_request"],
    ["with constructor.prototype", '{"constructor":{"prototype":{"polluted":true}}}', "invalid_request"],
    ["that is cut off", '{"a":"b', "malformed_json"],
    ["that is empty of meaning", "", "malformed_json"],
    ["that is HTML", "<html>", "malformed_json"],
    ["followed by more", "{} {}", "malformed_json"],
  ];
  test.each(cases)("%s", (_, text, code) => {
    expect(refusal(text)).toBe(code);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test("that is not UTF-8", () => {
    expect(() => parseBoundedJson(Uint8Array.from([0x22, 0xff, 0xfe, 0x22]), limits)).toThrow("not UTF-8");
  });
});

test("equal keys in different objects, and braces and quotes inside texts, are nothing special", () => {
  const text = String.raw`[{"a":"}{\"__proto__\":"},{"a":"\\"},{"b":["a","a",{"a":1}]}]`;
  expect(parseBoundedJson(bytes(text), limits)).toEqual(JSON.parse(text));
});
