import { LogLevel } from "@sre/contracts/evidence";
import { jsonFields } from "./template.ts";

const words: Readonly<Record<string, LogLevel>> = {
  trace: "trace", trc: "trace", debug: "debug", dbg: "debug", info: "info", inf: "info", information: "info", notice: "info", log: "info",
  warn: "warn", warning: "warn", wrn: "warn", error: "error", err: "error", eror: "error", severe: "error",
  fatal: "fatal", critical: "fatal", crit: "fatal", panic: "fatal", emerg: "fatal", emergency: "fatal", alert: "fatal", unknown: "unknown",
}; // prettier-ignore

const headCharacters = 400;
const klog: Readonly<Record<string, LogLevel>> = { I: "info", W: "warn", E: "error", F: "fatal" };

/** A level by any of its usual names; null for another word. */
export function levelNamed(name: string | undefined): LogLevel | null {
  return name === undefined ? null : (words[name.toLowerCase()] ?? null);
}

/** The level that a line itself says; unknown when it says none. */
export function levelOfText(line: string): LogLevel {
  const fields = jsonFields(line.trim());
  const field = fields?.["level"] ?? fields?.["severity"] ?? fields?.["lvl"] ?? fields?.["log.level"];
  const said = typeof field === "string" ? levelNamed(field) : null;
  if (said) return said;
  const head = line.slice(0, headCharacters);
  const pair = /\b(?:level|lvl|severity)["']?\s{0,2}[=:]\s{0,2}["']?([A-Za-z]{3,11})/i.exec(head);
  const paired = levelNamed(pair?.[1]);
  if (paired) return paired;
  const letter = /^([IWEF])\d{4} \d\d:\d\d:\d\d/.exec(head);
  if (letter) return klog[letter[1] ?? ""] ?? "unknown";
  const word = /(?:^|[\s[|<(])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|FATAL|CRITICAL|PANIC)(?=[\s\]|>):]|$)/.exec(head);
  if (word) return levelNamed(word[1]) ?? "unknown";
  if (/^panic: |^fatal error: /.test(head)) return "fatal";
  if (/\b(?:[A-Za-z.]{0,60}Exception|[A-Z][A-Za-z]{0,40}Error)\b(?::| at |$)|^Traceback /m.test(head)) return "error";
  return "unknown";
}

const names = (level: LogLevel) => Object.entries(words).flatMap(([name, means]) => (means === level ? [name] : [])); // prettier-ignore

/** Every name of the levels, for a filter that ignores case. */
export function levelNames(levels: readonly LogLevel[]): string[] {
  return [...new Set(levels.flatMap(names))].sort();
}

export const allLevels = LogLevel.options;
