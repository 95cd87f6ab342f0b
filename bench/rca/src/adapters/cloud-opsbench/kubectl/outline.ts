/* The text of `kubectl describe`: what is indented deeper belongs to the line above. */

/** A line without its indentation, split at its first colon where it has one, and the lines below it. */
export interface Line {
  readonly text: string;
  readonly key: string;
  readonly value: string;
  readonly below: readonly Line[];
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

function split(text: string): { key: string; value: string } {
  const found = /^([^:]+):(?:\s+(.*))?$/.exec(text);
  return found ? { key: (found[1] ?? "").trim(), value: (found[2] ?? "").trim() } : { key: "", value: text };
}

function grouped(lines: readonly string[]): Line[] {
  const groups: { head: string; rest: string[] }[] = [];
  let outer = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const group = groups.at(-1);
    if (group && indentOf(line) > outer) group.rest.push(line);
    else {
      groups.push({ head: line.trim(), rest: [] });
      outer = indentOf(line);
    }
  }
  return groups.map(({ head, rest }) => ({ text: head, ...split(head), below: grouped(rest) }));
}

/** The lines of a text by indentation; blank lines are left out. */
export function outline(text: string): Line[] {
  return grouped(text.split("\n").filter((line) => line.trim() !== ""));
}

const unset: ReadonlySet<string> = new Set(["<none>", "<unset>", "<nil>", "<unknown>", ""]);

/** The first line with a key; null when there is none. */
export function lineOf(lines: readonly Line[], key: string): Line | null {
  return lines.find((line) => line.key === key) ?? null;
}

/** The value of a key; "" when it is absent or shown as unset. */
export function valueOf(lines: readonly Line[], key: string): string {
  const value = lineOf(lines, key)?.value ?? "";
  return unset.has(value) ? "" : value;
}

/** The value of a key together with the lines below it: labels and selectors go on there. */
export function textsOf(lines: readonly Line[], key: string): string[] {
  const line = lineOf(lines, key);
  return line === null ? [] : [line.value, ...flatten(line.below)].filter((text) => !unset.has(text));
}

function flatten(lines: readonly Line[]): string[] {
  return lines.flatMap((line) => [line.text, ...flatten(line.below)]);
}

/** What stands below a key. */
export function belowOf(lines: readonly Line[], key: string): readonly Line[] {
  return lineOf(lines, key)?.below ?? [];
}

/** Pairs such as a=b, one a line or joined by commas. */
export function pairsOf(texts: readonly string[]): Record<string, string> {
  const parts = texts.flatMap((text) => text.split(",")).map((part) => part.trim());
  return Object.fromEntries(
    parts
      .filter((part) => part.includes("="))
      .map((part) => {
        const equals = part.indexOf("=");
        return [part.slice(0, equals), part.slice(equals + 1)];
      }),
  );
}

/** Rows of a table below a key: cells that are two blanks apart, its ruled line left out. */
export function rowsOf(lines: readonly Line[]): string[][] {
  return flatten(lines)
    .filter((text) => !/^-+(\s+-+)*$/.test(text))
    .map((text) => text.split(/\s{2,}/));
}
