import { compilePattern } from "./pattern.ts";

/** A condition on one label, as Alertmanager has it; a label that is missing counts as empty. */
export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly is_regex: boolean;
  readonly is_equal: boolean;
}

export type Labels = Readonly<Record<string, string>>;

/** Whether labels meet every one of some conditions. */
export type LabelTest = (labels: Labels) => boolean;

const written = /^\s*([a-zA-Z_:][a-zA-Z0-9_:.]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"\s=~][^"]*?)|)\s*$/;
const operators = { "=": [true, false], "!=": [false, false], "=~": [true, true], "!~": [false, true] } as const;

/** Reads a matcher as Alertmanager's configuration has it, such as `team="payments"` or `severity=~"critical|error"`; null when it is none. */
export function parseMatcher(text: string): Matcher | null {
  const match = written.exec(text);
  if (!match) return null;
  const [, name = "", operator = "=", quoted, plain] = match;
  const [is_equal, is_regex] = operators[operator as keyof typeof operators];
  // A backslash before anything but a quote or itself belongs to the pattern.
  const value = quoted === undefined ? (plain ?? "") : quoted.replaceAll(/\\(["\\])/g, "$1");
  return { name, value, is_regex, is_equal };
}

/** A matcher as people write it. */
export function matcherText({ name, value, is_regex, is_equal }: Matcher): string {
  const operator = is_regex ? (is_equal ? "=~" : "!~") : is_equal ? "=" : "!=";
  return `${name}${operator}"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

function testOf({ name, value, is_regex, is_equal }: Matcher): LabelTest {
  const fits = is_regex ? compilePattern(value) : (found: string) => found === value;
  return (labels) => fits(Object.hasOwn(labels, name) ? (labels[name] ?? "") : "") === is_equal;
}

/** Whether labels meet all of the matchers. Throws PatternRefused where a pattern is not understood. */
export function testFor(matchers: readonly Matcher[]): LabelTest {
  const tests = matchers.map(testOf);
  return (labels) => tests.every((test) => test(labels));
}

/** Whether at least one matcher asks for something that is there: without one, everything would be met. */
export function asksForSomething(matchers: readonly Matcher[]): boolean {
  return matchers.some((matcher) => !testFor([matcher])({}));
}
