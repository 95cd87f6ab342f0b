/*
 * One line's template: what varies from line to line is masked by its form alone, so that the same line has the same
 * template in every window. Hosts, ports and status codes stay: they tell faults apart.
 */

const wild = "<*>";
const templateCharactersMax = 400;
const maskedCharactersMax = 4_000;
const causeCharactersMax = 200;

const generated = "[bcdfghjklmnpqrstvwxz2456789]";
const masks: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/g, wild],
  [/\b\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?/g, wild],
  [/\b\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\b/g, wild],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, wild],
  [new RegExp(`-${generated}{6,10}-${generated}{5}\\b`, "g"), `-${wild}`],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, wild],
  [/\b0x[0-9a-f]+\b/gi, wild],
  [/@[0-9a-f]{5,16}\b/g, `@${wild}`],
  [/\b[0-9a-f]{16,128}\b/gi, wild],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{8,128}\b/gi, wild],
  [/\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{20,128}\b/g, wild],
];

// A number is a code or a port by what stands before it, or by the words after it ("403 Forbidden").
const codeBefore =
  /(?:status|code|errno|http|port|sqlstate|exit|signal)[\w.]{0,12}["')\]]?\s{0,2}[=: (]{0,2}["']?$|HTTP\/[\d.]{1,3}["']? $|[A-Za-z>\]]:$/i;
const codeAfter = /^ (?:[A-Z][a-z]+|OK\b)/;

function keepsNumber(text: string, at: number, digits: string): boolean {
  if (digits.length > 5) return false;
  if (codeBefore.test(text.slice(Math.max(0, at - 24), at))) return true;
  return digits.length === 3 && /^[1-5]/.test(digits) && codeAfter.test(text.slice(at + 3, at + 20));
}

function maskNumbers(text: string): string {
  return text.replaceAll(/(?<![A-Za-z0-9_])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?:ns|us|µs|ms|s|m|h|d|%|B|kB|KB|MB|GB|[KMGT]i?B?)?(?![A-Za-z0-9_])/g, (found, at: number) => (/^\d+$/.test(found) && keepsNumber(text, at, found) ? found : wild)); // prettier-ignore
}

// Numbers at the end of words: node7, worker-12, shard_3; but v1 is a version of an interface.
const maskTails = (text: string) => text.replaceAll(/(?<!\bv)(?<=[A-Za-z_-])\d{1,20}(?![A-Za-z0-9])/g, wild);

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return value !== null && typeof value === "object" && "message" in value && typeof value.message === "string" ? value.message : "";
}

const messageFields = ["msg", "message", "log", "event", "body"];
const errorFields = ["err", "error", "exception", "error_message", "cause", "reason", "stack_trace"];
const jsonCharactersMax = 32_768;

/** The fields of a line that is a JSON object; null for any other line. */
export function jsonFields(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith("{") || line.length > jsonCharactersMax) return null;
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function spoken(line: string): string {
  const fields = jsonFields(line.trim());
  if (fields === null) return line;
  const first = (names: readonly string[]) => names.map((name) => textOf(fields[name])).find((text) => text !== "") ?? "";
  const [message, error] = [first(messageFields), first(errorFields)];
  if (message === "" && error === "") return line;
  return error === "" || message.includes(error) ? message : `${message}: ${error}`;
}

function headline(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const causes = lines.slice(1).filter((line) => line.trimStart().startsWith("Caused by"));
  return [lines[0] ?? "", ...causes.slice(-1).map((cause) => cause.trim().slice(0, causeCharactersMax))].join(" | ");
}

/** The template of a cleaned line: its first line and innermost "Caused by", with what varies masked as <*>. */
export function templateOf(line: string): string {
  const text = headline(spoken(line)).slice(0, maskedCharactersMax);
  const masked = masks.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text);
  const calm = maskTails(maskNumbers(masked)).replaceAll(/\s+/g, " ").trim();
  return calm.replaceAll(/<\*>(?:[,;]? ?<\*>)+/g, wild).slice(0, templateCharactersMax);
}
