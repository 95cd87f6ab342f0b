import { RuleBroken } from "@sre/service-kit";

/** The last row of a page: the text of its sort key, and its id, which breaks ties. */
export interface Cursor {
  readonly key: string;
  readonly id: string;
}

const cursorLengthMax = 200;
// No key or id of ours holds a character that the database refuses.
const unstorable = /(?![\t\n\r])[\p{Cc}\p{Cs}]/u;

/** An opaque text from which `decodeCursor` finds the place again. */
export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.key, cursor.id])).toString("base64url");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}

/** The place a cursor names, null without a cursor. Throws RuleBroken("invalid_request") for a text that `encodeCursor` did not make. */
export function decodeCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  const value = text.length <= cursorLengthMax ? parsed(text) : null;
  if (Array.isArray(value) && value.length === 2) {
    const [key, id] = value as unknown[];
    const isOurs = typeof key === "string" && typeof id === "string" && encodeCursor({ key, id }) === text;
    if (isOurs && !unstorable.test(key + id)) return { key, id };
  }
  throw new RuleBroken("invalid_request", "The cursor is not one that this API gave out.", { field: "cursor" });
}
