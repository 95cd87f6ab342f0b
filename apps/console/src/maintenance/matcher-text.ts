import type { Matcher } from "@sre/contracts/control-plane";

const written = /^\s*([a-zA-Z_:][\w:.]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"\s=~][^"]*?)|)\s*$/;

/** A matcher as Alertmanager's configuration writes it. */
export function textOfMatcher({ name, value, is_regex: isRegex, is_equal: isEqual }: Matcher): string {
  const operator = isRegex ? (isEqual ? "=~" : "!~") : isEqual ? "=" : "!=";
  return `${name}${operator}"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

function matcherOf(line: string): Matcher | null {
  const match = written.exec(line);
  if (!match) return null;
  const [, name = "", operator = "=", quoted, plain = ""] = match;
  const value = quoted === undefined ? plain : quoted.replaceAll(/\\(["\\])/g, "$1");
  return { name, value, is_regex: operator.endsWith("~"), is_equal: !operator.startsWith("!") };
}

/** The matchers in lines, and the first line that is none. */
export function matchersIn(text: string): { readonly matchers: Matcher[]; readonly bad: string | null } {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const read = lines.map((line) => ({ line, matcher: matcherOf(line) }));
  return { matchers: read.flatMap(({ matcher }) => matcher ?? []), bad: read.find(({ matcher }) => matcher === null)?.line ?? null };
}
