import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readSnapshot, SnapshotUnreadable, snapshotHash, writeSnapshot } from "./format.ts";
import { id, series, snapshotOf } from "./testing/builders.ts";

const answers = [series([id("service", "cart")], [0, 60]), series([id("service", "checkout")], [0, 60])];
const snapshot = {
  ...snapshotOf(answers, [{ from: id("service", "checkout"), to: id("service", "cart"), kind: "calls", origin: "declared" }]),
  entities: [id("service", "checkout"), id("service", "cart")],
  aliases: [{ name: "10.0.0.7", entity: id("pod", "cart-1"), view: "same" as const, origin: "endpoints" }],
};
const encoder = new TextEncoder();

function faultOf(bytes: Uint8Array): { fault: string; line: number | null } {
  try {
    readSnapshot(bytes);
  } catch (error) {
    if (error instanceof SnapshotUnreadable) return { fault: error.fault, line: error.line };
    throw error;
  }
  throw new Error("the file was read");
}

describe("a snapshot file", () => {
  test.each([false, true])("comes back with everything that was written (gzip: %s)", (gzip) => {
    const back = readSnapshot(writeSnapshot(snapshot, { gzip }));
    expect(new Set(back.answers.map((answer) => answer.id))).toEqual(new Set(answers.map((answer) => answer.id)));
    expect(back.answers).toEqual(expect.arrayContaining(answers));
    expect(back.edges).toEqual(snapshot.edges);
    expect(back.aliases).toEqual(snapshot.aliases);
    expect(new Set(back.entities)).toEqual(new Set(snapshot.entities));
    expect(back.header.scope).toEqual(snapshot.header.scope);
  });

  test("has the same bytes and hash whatever the order of its parts", () => {
    const turned = { ...snapshot, answers: [...answers].reverse(), entities: [...snapshot.entities].reverse() };
    expect(Buffer.from(writeSnapshot(turned)).equals(Buffer.from(writeSnapshot(snapshot)))).toBe(true);
    expect(snapshotHash(turned)).toBe(snapshotHash(snapshot));
    expect(snapshotHash(readSnapshot(writeSnapshot(snapshot, { gzip: true })))).toBe(snapshotHash(snapshot));
  });

  test("gets another hash when one value differs", () => {
    const other = { ...snapshot, answers: [series([id("service", "cart")], [0, 59]), answers[1]!] };
    expect(snapshotHash(other)).not.toBe(snapshotHash(snapshot));
  });

  test("that lost its tail within a line is refused as cut off, with the line", () => {
    const bytes = writeSnapshot(snapshot);
    expect(faultOf(bytes.subarray(0, bytes.length - 40))).toEqual({ fault: "cut_off", line: 7 });
  });

  test("that lost whole lines is refused as cut off", () => {
    const lines = Buffer.from(writeSnapshot(snapshot)).toString("utf8").trimEnd().split("\n");
    expect(faultOf(encoder.encode(`${lines.slice(0, -1).join("\n")}\n`)).fault).toBe("cut_off");
  });

  test("whose compressed data ends early is refused as cut off", () => {
    const bytes = writeSnapshot(snapshot, { gzip: true });
    expect(faultOf(bytes.subarray(0, Math.floor(bytes.length / 2))).fault).toBe("cut_off");
  });

  test("that unpacks beyond the limit is refused before it fills the memory", () => {
    expect(faultOf(gzipSync(Buffer.alloc(65 * 1024 * 1024, 0x20))).fault).toBe("too_large");
  });

  test.each([
    ["empty", "", "cut_off"],
    ["no JSON", "hello\n", "garbled"],
    ["another format", '{"record":"header","format":"other","version":1}\n', "garbled"],
    ["an answer first", '{"record":"entity","entity":"eu/shop/pod/a"}\n', "garbled"],
  ])("that is %s is refused with its reason", (_, text, fault) => {
    expect(faultOf(encoder.encode(text)).fault).toBe(fault);
  });
});
