import { byCodeUnit } from "@sre/contracts/canonical";
import { evidenceLimits, type LogLevel, type LogsData } from "@sre/contracts/evidence";
import { cutText, plainText, redact } from "../redact.ts";
import { instantOf } from "../source.ts";
import { levelOfText } from "./level.ts";
import { templateOf } from "./template.ts";

export type LogPattern = LogsData["patterns"][number];

export interface LogLine {
  readonly atMs: number;
  readonly text: string;
  /** Absent: what the line itself says. */
  readonly level?: LogLevel;
  readonly container?: string;
  readonly instance?: "current" | "previous";
  /** How many lines it stands for, where not all were read; default 1. */
  readonly weight?: number;
}

/** Buckets: count i is of (first + (i−1)·step, first + i·step]. */
export interface LogGrid {
  readonly firstMs: number;
  readonly stepMs: number;
  readonly points: number;
}

export const patternLimits = {
  patternsMax: 300,
  variantsMax: 12,
  tokensMax: 60,
  lineCharactersReadMax: 16_384,
  mergedGroupMax: 500,
} as const;

interface Gathered {
  template: string;
  readonly level: LogLevel;
  readonly container: string | null;
  readonly instance: "current" | "previous";
  readonly lines: LogLine[];
}

const stepsSeconds = [1, 5, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];
const bucketsAimed = 120;

/** Buckets of a round length that cover the stretch, as many as wanted at the most for up to as many days. */
export function logGrid(fromMs: number, toMs: number, bucketsWanted: number = bucketsAimed): LogGrid {
  const seconds = Math.max(1, (toMs - fromMs) / 1_000);
  const stepMs = (stepsSeconds.find((each) => each >= seconds / bucketsWanted) ?? 86_400) * 1_000;
  const firstMs = Math.floor(fromMs / stepMs) * stepMs + stepMs;
  const lastMs = Math.max(firstMs, Math.ceil(toMs / stepMs) * stepMs);
  return { firstMs, stepMs, points: Math.round((lastMs - firstMs) / stepMs) + 1 };
}

const identity = (level: LogLevel, container: string | null, { instance, template }: { instance: string; template: string }) =>
  JSON.stringify([level, container, instance, template]);

function gather(lines: readonly LogLine[]): Gathered[] {
  const patterns = new Map<string, Gathered>();
  for (const line of lines) {
    const text = plainText(line.text.slice(0, patternLimits.lineCharactersReadMax));
    const template = redact(templateOf(text));
    const level = line.level ?? levelOfText(text);
    const [container, instance] = [line.container ?? null, line.instance ?? ("current" as const)];
    const key = identity(level, container, { instance, template });
    const pattern = patterns.get(key) ?? { template, level, container, instance, lines: [] };
    patterns.set(key, pattern);
    pattern.lines.push({ ...line, text });
  }
  return [...patterns.values()];
}

/** Position at which templates of the same shape differ and nowhere else, joined when there are many of them. */
function mergeVariants(patterns: readonly Gathered[]): Gathered[] {
  const tokens = new Map(patterns.map((pattern) => [pattern, pattern.template.split(" ")] as const));
  const groups = new Map<string, Gathered[]>();
  for (const pattern of patterns) {
    const mine = tokens.get(pattern) ?? [];
    if (mine.length > patternLimits.tokensMax) continue;
    for (const at of mine.keys()) {
      const shape = mine.map((token, i) => (i === at ? "<*>" : token)).join(" ");
      const key = identity(pattern.level, pattern.container, { instance: pattern.instance, template: shape });
      groups.set(key, [...(groups.get(key) ?? []), pattern].slice(0, patternLimits.mergedGroupMax));
    }
  }
  const joined = new Set<Gathered>();
  const merged: Gathered[] = [];
  const crowded = [...groups].filter(([, group]) => group.length > patternLimits.variantsMax);
  crowded.sort(([a, left], [b, right]) => right.length - left.length || byCodeUnit(a, b));
  for (const [key, group] of crowded) {
    const free = group.filter((pattern) => !joined.has(pattern));
    const [first] = free;
    if (!first || free.length <= patternLimits.variantsMax) continue;
    for (const pattern of free) joined.add(pattern);
    const template = String((JSON.parse(key) as unknown[])[3]);
    merged.push({ ...first, template, lines: free.flatMap(({ lines }) => lines) });
  }
  return [...patterns.filter((pattern) => !joined.has(pattern)), ...merged];
}

function samplesOf(lines: readonly LogLine[]): string[] {
  const samples = new Set<string>();
  for (const { text } of lines) {
    samples.add(cutText(redact(text)));
    if (samples.size >= evidenceLimits.samplesPerPatternMax) break;
  }
  return [...samples];
}

function finished(pattern: Gathered, grid: LogGrid): LogPattern {
  const lines = [...pattern.lines].sort((a, b) => a.atMs - b.atMs || byCodeUnit(a.text, b.text));
  const counts = Array.from({ length: grid.points }, () => 0);
  for (const { atMs, weight = 1 } of lines) {
    const bucket = Math.min(grid.points - 1, Math.max(0, Math.ceil((atMs - grid.firstMs) / grid.stepMs)));
    counts[bucket] = (counts[bucket] ?? 0) + weight;
  }
  return {
    template: pattern.template,
    level: pattern.level,
    ...(pattern.container === null ? {} : { container: pattern.container }),
    instance: pattern.instance,
    counts: counts.map(Math.round),
    first_at: instantOf(lines[0]?.atMs ?? grid.firstMs),
    last_at: instantOf(lines.at(-1)?.atMs ?? grid.firstMs),
    samples: samplesOf(lines),
  };
}

const severity: Readonly<Record<LogLevel, number>> = { fatal: 0, error: 1, warn: 2, unknown: 3, info: 4, debug: 5, trace: 6 };
const total = (pattern: LogPattern) => pattern.counts.reduce((sum, count) => sum + count, 0);

/**
 * Lines as patterns with counts for each bucket and up to five redacted samples, the most severe and frequent first.
 * Masking by form comes first (the same in every window); templates that differ in one word only are joined when
 * there are more than a dozen, after Drain (He et al., ICWS 2017), in an order that does not depend on the input's.
 */
export function clusterLogLines(lines: readonly LogLine[], grid: LogGrid): LogPattern[] {
  const gathered = gather(lines).sort((a, b) => byCodeUnit(a.template, b.template) || byCodeUnit(a.container ?? "", b.container ?? ""));
  const patterns = mergeVariants(gathered).map((pattern) => finished(pattern, grid));
  patterns.sort(
    (a, b) =>
      severity[a.level] - severity[b.level] ||
      total(b) - total(a) ||
      byCodeUnit(a.template, b.template) ||
      byCodeUnit(a.container ?? "", b.container ?? ""),
  );
  return patterns.slice(0, patternLimits.patternsMax);
}
