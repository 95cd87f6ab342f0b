const markdownMeaning = /[\\`*_{}[\]<>()#+\-.!|~@:&$^="']/g;
// Everything that could end a line or draw outside it: control characters, line separators and directional overrides.
const lineBreaking = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** A sender's text as Markdown that shows it and does nothing: one line, no link, no image, no HTML, no heading, no mention. */
export function inert(text: string): string {
  return text.replace(lineBreaking, " ").replace(markdownMeaning, (character) => `\\${character}`);
}

/** A sender's text as a block of code on one line that can be copied: its fence is longer than any run of backticks within. */
export function inertBlock(text: string, indent = ""): string[] {
  const line = text.replace(lineBreaking, " ");
  const longest = Math.max(2, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return [`${indent}${fence}sh`, `${indent}${line}`, `${indent}${fence}`];
}
