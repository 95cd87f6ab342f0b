import type { DataOf, Finding } from "@sre/contracts/evidence";
import { finding } from "../finding.ts";
import type { FindingKind } from "../messages/findings.ts";
import { brief } from "../messages/words.ts";
import type { Seen, SeenLogs } from "../seen/seen.ts";
import { ms } from "../time.ts";
import { logTopics, plainTopics } from "./log-topics.ts";

/* Log patterns that are new in the window, or several times as frequent as before, and what they speak of. */

type Pattern = DataOf<"logs">["patterns"][number];

const levelStrength: Readonly<Record<Pattern["level"], number>> = {
  fatal: 0.9,
  error: 0.8,
  warn: 0.5,
  unknown: 0.5,
  info: 0.2,
  debug: 0.1,
  trace: 0.1,
};
const risenTimes = 3;
const linesMin = 3;

interface Counted {
  readonly before: number;
  readonly during: number;
  /** How many times the earlier rate. */
  readonly times: number;
}

/** A log with the borders of the window, read once for all of its patterns. */
interface Reading {
  readonly logs: SeenLogs;
  readonly fromMs: number;
  readonly toMs: number;
  readonly firstBucket: number;
  /** Seconds before and in the window in which anything was recorded; null where no more is missing than usual. */
  readonly recorded: { readonly before: number; readonly during: number } | null;
  readonly now: boolean;
}

// Where so much of the time is missing from a log, the silence before the window is mostly that nobody listened.
const missingShareMax = 0.3;

function recordedSeconds({ data, missingShare }: SeenLogs, firstBucket: number): Reading["recorded"] {
  if (missingShare <= missingShareMax) return null;
  const length = data.patterns.reduce((most, { counts }) => Math.max(most, counts.length), 0);
  const buckets = Array.from({ length }, (_, i) => i).filter((i) => data.patterns.some(({ counts }) => (counts[i] ?? 0) > 0));
  const before = buckets.filter((i) => i < firstBucket).length;
  const stepSeconds = data.step_ms / 1000;
  return { before: before * stepSeconds, during: (buckets.length - before) * stepSeconds };
}

function readingOf({ scope, now }: Seen, logs: SeenLogs): Reading {
  const [fromMs, toMs] = [ms(scope.window.from), ms(scope.window.to)];
  const firstBucket = Math.max(0, Math.ceil((fromMs - ms(logs.data.start)) / logs.data.step_ms) + 1);
  return { logs, fromMs, toMs, firstBucket, recorded: recordedSeconds(logs, firstBucket), now: now.has(logs.id) };
}

function counted({ logs, fromMs, toMs, firstBucket, recorded }: Reading, pattern: Pattern): Counted {
  const inWindow = pattern.counts.slice(firstBucket).reduce((sum, n) => sum + n, 0);
  const before = pattern.counts.reduce((sum, n) => sum + n, 0) - inWindow;
  const beforeSeconds = recorded?.before ?? Math.max(0, fromMs - logs.coverageFromMs) / 1000;
  const duringSeconds = recorded?.during ?? Math.max(1, toMs - fromMs) / 1000;
  const expected = beforeSeconds === 0 ? before : (before / beforeSeconds) * duringSeconds;
  return { before, during: inWindow, times: inWindow / Math.max(expected, 1) };
}

function isNew({ logs, fromMs, toMs }: Reading, pattern: Pattern): boolean {
  const first = ms(pattern.first_at);
  const quietMs = Math.max(2 * logs.data.step_ms, 5 * 60_000);
  return first <= toMs && first - logs.coverageFromMs >= quietMs && first >= fromMs;
}

function topicOf(pattern: Pattern): FindingKind | null {
  const text = [pattern.template, ...pattern.samples].join("\n");
  return logTopics.find(([, words]) => words.test(text))?.[0] ?? null;
}

function judge(reading: Reading, pattern: Pattern): Finding[] {
  const { logs } = reading;
  const strength = levelStrength[pattern.level];
  const { during, times } = counted(reading, pattern);
  const fresh = isNew(reading, pattern);
  const topic = topicOf(pattern);
  const enough = pattern.level === "fatal" || (topic !== null && plainTopics.has(topic)) ? 1 : linesMin;
  if (strength < 0.4 || during < enough || (!fresh && times < risenTimes)) return [];
  const what = topic ?? (fresh ? "log_new" : "log_risen");
  const values = { template: brief(pattern.template), count: during, times, level: pattern.level };
  const from = fresh ? { from: pattern.first_at } : {};
  const certainty = fresh ? strength : strength * Math.min(1, 0.5 + times / 20);
  return [
    finding({
      what,
      entity: logs.of,
      ...from,
      strength: certainty,
      evidence: [{ id: logs.id, part: pattern.template }],
      values,
      now: reading.now,
    }),
  ];
}

const perEntityMax = 12;

/** New and risen patterns of each entity's log, the strongest dozen of each. */
export function detectLogs(seen: Seen): Finding[] {
  return seen.logs.flatMap((logs) => {
    const reading = readingOf(seen, logs);
    const found = logs.data.patterns.flatMap((pattern) => judge(reading, pattern));
    return found.sort((a, b) => b.strength - a.strength || Number(b.values["count"]) - Number(a.values["count"])).slice(0, perEntityMax);
  });
}
