import { describe, expect, it } from "vitest";
import { decodeCursor, encodeCursor } from "./cursor.ts";

describe("cursors", () => {
  it("come back as what they were made of, whatever the texts hold", () => {
    const cursor = { key: '2026-11-24T10:00:00.000Z "ü\n', id: "0192-x" };
    expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
  });

  it("are absent on the first page", () => {
    expect(decodeCursor(undefined)).toBeNull();
  });

  it.each([
    "",
    "%%%",
    "bm90IGpzb24",
    Buffer.from('["a"]').toString("base64url"),
    Buffer.from('[1,"b"]').toString("base64url"),
    `${encodeCursor({ key: "a", id: "b" })}=`,
    "A".repeat(5_000),
    encodeCursor({ key: "a", id: "b\u0000" }),
  ])("that nobody gave out are refused: %j", (text) => {
    expect(() => decodeCursor(text)).toThrow(expect.objectContaining({ code: "invalid_request", more: { field: "cursor" } }) as Error);
  });
});
