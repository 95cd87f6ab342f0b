const markdownMeaning = /[\\`*_{}[\]<>()#+\-.!|~@:&$^="']/g;
// Everything that could end a line or draw outside it: control characters, line separators and directional overrides.
const lineBreaking = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** A sender's text as Markdown that shows it and does nothing: one line, no link, no image, no HTML, no heading, no mention. */
export function inert(text: string): string {
  return text.replace(lineBreaking, " ").replace(markdownMeaning, (character) => `\\${character}`);
}
