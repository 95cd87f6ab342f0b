import { RuleBroken } from "../identity/rules.ts";

export interface JsonLimits {
  readonly depthMax: number;
  readonly keysMax: number;
  readonly keysPerObjectMax: number;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const poison = new Set(["__proto__", "constructor", "prototype"]);

/** Index of the quote that ends the string whose first character is at `from`; -1 when there is none. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash && end - 1 - escapes >= from) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return -1;
}

function keyOf(raw: string): string {
  if (!raw.includes("\\")) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    throw new RuleBroken("malformed_json", "A key holds a malformed escape.");
  }
}

/** Walks the tokens of a JSON text once and keeps the keys of the objects that are open. */
class Walk {
  readonly #limits: JsonLimits;
  /** One entry for each open container: the keys of an object so far, or null for an array. */
  readonly #open: (Set<string> | null)[] = [];
  #keys = 0;
  #keyIsNext = false;

  constructor(limits: JsonLimits) {
    this.#limits = limits;
  }

  punctuation(code: number): void {
    if (code === openBrace || code === openBracket) {
      if (this.#open.length >= this.#limits.depthMax) {
        throw new RuleBroken("depth_exceeded", `JSON may be nested ${this.#limits.depthMax} deep.`);
      }
      this.#open.push(code === openBrace ? new Set() : null);
      this.#keyIsNext = code === openBrace;
    } else if (code === closeBrace || code === closeBracket) {
      this.#open.pop();
      this.#keyIsNext = false;
    } else if (code === comma) {
      this.#keyIsNext = this.#open.at(-1) instanceof Set;
    }
  }

  text(raw: string): void {
    const keys = this.#open.at(-1);
    if (!this.#keyIsNext || !keys) return;
    this.#keyIsNext = false;
    this.#keys++;
    if (this.#keys > this.#limits.keysMax || keys.size >= this.#limits.keysPerObjectMax) {
      throw new RuleBroken(
        "too_many_fields",
        `JSON may hold ${this.#limits.keysMax} keys, ${this.#limits.keysPerObjectMax} in one object.`,
      );
    }
    const key = keyOf(raw);
    if (poison.has(key)) throw new RuleBroken("invalid_request", "A key has a reserved name.", { field: key });
    if (keys.has(key)) throw new RuleBroken("malformed_json", "A key stands twice in one object.", { field: key.slice(0, 200) });
    keys.add(key);
  }
}

function checkShape(text: string, limits: JsonLimits): void {
  const walk = new Walk(limits);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== quote) {
      walk.punctuation(code);
      continue;
    }
    const end = endOfString(text, at + 1);
    if (end === -1) throw new RuleBroken("malformed_json", "The body ends inside a text.");
    walk.text(text.slice(at + 1, end));
    at = end;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/**
 * Parses JSON from a stranger: UTF-8 only, bounded depth and number of keys, no key twice, no key that reaches a prototype.
 * Throws RuleBroken (malformed_json, depth_exceeded, too_many_fields, invalid_request). The bounds are checked before the value is built.
 */
export function parseBoundedJson(bytes: Uint8Array, limits: JsonLimits): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new RuleBroken("malformed_json", "The body is not UTF-8.");
  }
  checkShape(text, limits);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new RuleBroken("malformed_json", "The body is not JSON.");
  }
}
