import { evidenceLimits } from "@sre/contracts/evidence";

const censored = "[redacted]";

/*
 * Secrets go, what explains a fault stays: hosts, ports, codes, paths and trace ids are kept. Each pattern is linear:
 * bounded repetition, no nested quantifiers.
 */
const secretWord =
  "(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?secret|authorization|credentials?|session[_-]?id|cookie)";
const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,8192}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g, censored],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g, censored],
  [/\b(bearer|basic|negotiate)\s+[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${censored}`],
  [
    /\b((?:proxy-)?authorization\\?["']?\s{0,3}[=:]\s{0,3}\\?["']?(?:[a-z]{3,20}\s{1,3})?)(?!(?:[a-z]{3,20}\s{1,3})?\[redacted\])[^\s,;"'{}\\]{1,500}/gi,
    `$1${censored}`,
  ],
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)(?:[^\s/@:"']{0,200}:[^\s/@"']{1,200}|[^\s/@:"']{12,200})@/gi, `$1${censored}@`],
  [
    new RegExp(
      `(\\\\?["']?\\b[\\w.-]{0,40}?${secretWord}\\\\?["']?\\s{0,3}[=:]\\s{0,3})(\\\\?"[^"\\n]{1,500}"|'[^'\\n]{1,500}'|(?!\\[redacted\\]|[a-z]{3,20}\\s{1,3}\\[redacted\\])[^\\s,;&"'{}\\[\\]]{1,500})`,
      "gi",
    ),
    `$1${censored}`,
  ],
  [new RegExp(`(--?[\\w-]{0,40}?${secretWord}\\s{1,3})(?!-|\\[redacted\\])[^\\s"']{1,500}`, "gi"), `$1${censored}`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, censored],
  [
    /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9_-]{20,}|AIza[A-Za-z0-9_-]{30,})/g,
    censored,
  ],
];

const secretFlag = new RegExp(`^--?[\\w-]{0,40}?${secretWord}$`, "i");

/** A list of arguments without its secrets: also those that follow a flag of their own. */
export function redactArguments(list: readonly string[]): string[] {
  return list.map((word, i) => (secretFlag.test(list[i - 1] ?? "") ? censored : redact(word)));
}

/** Takes passwords, tokens, keys and credentials in URLs out of a text; hosts, ports, codes and trace ids stay. */
export function redact(text: string): string {
  return patterns.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}

// Terminal escapes as programs write them (CSI, OSC and two-character sequences), then every other control character.
// oxlint-disable-next-line no-control-regex
const ansi = /\u001B(?:\[[0-?]{0,32}[ -/]{0,8}[@-~]|\][^\u0007\u001B]{0,512}(?:\u0007|\u001B\\)?|[@-Z\\-_])/g;
const control = /(?![\t\n])[\p{Cc}\p{Cs}\uFFFD]/gu;

/** Plain text: no terminal escapes, control characters or broken Unicode. */
export function plainText(text: string): string {
  return text.replaceAll(ansi, "").replaceAll(control, "");
}

const mark = " … ";

/** At most `max` characters: the head, every line that says "Caused by", and the last 200 characters. */
export function cutText(text: string, max: number = evidenceLimits.logLineCharactersMax): string {
  if (text.length <= max) return text;
  const tail = text.slice(-evidenceLimits.logTailCharacters);
  const room = max - tail.length - mark.length;
  const causes = text
    .split("\n")
    .filter((line) => line.trimStart().startsWith("Caused by"))
    .map((line) => line.trim().slice(0, 300));
  const kept = [...new Set(causes)].join("\n").slice(0, Math.floor(room / 2));
  const head = text.slice(0, room - kept.length - (kept ? mark.length : 0));
  return `${head}${kept ? `${mark}${kept}` : ""}${mark}${tail}`.replaceAll(/\p{Cs}/gu, "");
}
