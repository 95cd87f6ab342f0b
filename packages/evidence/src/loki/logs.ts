import { entityParts, type EntityParts, type LogLevel, type QuestionOf } from "@sre/contracts/evidence";
import type { Conventions } from "../prometheus/conventions.ts";
import { matchersFor, ownerMatches, placesOf, scopingOf, type Place } from "../prometheus/placement.ts";
import type { Matcher } from "../prometheus/promql.ts";
import { plainText } from "../redact.ts";
import { instantOf, SourceFailure, type Asking, type Found } from "../source.ts";
import type { CountSteps, FoundLine, LokiApi, Stretch } from "./api.ts";
import { levelNamed, levelOfText } from "./level.ts";
import { renderCount, renderLogQL, renderSelector, type LogQuery } from "./logql.ts";
import { traceIdOf } from "./trace-ids.ts";
import { clusterLogLines, logGrid, patternLimits, type LogLine } from "./patterns.ts";

export interface LokiTools {
  readonly api: LokiApi;
  readonly conventions: Conventions;
}

type LogsQuestion = QuestionOf<"logs">;
const placesMax = 4;
const slicesAimed = 8;
const countsPerSlice = 20;
const bytesMax = 8 * 1024 * 1024;

/** How the streams of an entity may be selected, the usual way first. */
async function selectionsOf(
  tools: LokiTools,
  entity: EntityParts,
  { stretch, asking }: { stretch: Stretch; asking: Asking },
): Promise<{ place: Place; matchers: readonly Matcher[] }[]> {
  const { labels } = tools.conventions;
  const present = await tools.api.labels(stretch, asking);
  const scoping = scopingOf(entity.kind, present, labels);
  const places = placesOf(entity.kind, present, labels).slice(0, placesMax);
  return places.map((place) => ({ place, matchers: matchersFor([entity], place, scoping) }));
}

/**
 * The lines of an entity's streams, selected by the first label that has some in the stretch. The usual selection is read
 * while the streams are looked up, so that a log takes one call after another only where it is labelled in another way.
 */
async function readStreams(
  tools: LokiTools,
  question: LogsQuestion,
  { stretch, asking }: { stretch: Stretch; asking: Asking },
): Promise<{ query: LogQuery; read: Read }> {
  const entity = entityParts(question.of);
  const { levels, limit } = question;
  const selections = await selectionsOf(tools, entity, { stretch, asking });
  const [usual] = selections;
  if (usual === undefined) throw new SourceFailure("not_recorded", `no label of the log streams names a ${entity.kind}`);
  const reading = readLines(tools, { matchers: usual.matchers, levels }, { stretch, limit, asking });
  reading.catch(() => undefined);
  const streams = await tools.api.streams(selections.map(({ matchers }) => renderSelector(matchers)), stretch, asking); // prettier-ignore
  const found = selections.find(({ place }) => streams.some((stream) => ownerMatches(stream, entity, place)));
  if (!found)
    throw new SourceFailure(
      "not_recorded",
      `no log stream of ${entity.kind} ${entity.name}${entity.namespace ? ` in ${entity.namespace}` : ""} in this window`,
    );
  const query = { matchers: found.matchers, levels };
  return { query, read: await (found === usual ? reading : readLines(tools, query, { stretch, limit, asking })) };
}

interface Read {
  readonly lines: readonly (FoundLine & { readonly weight?: number })[];
  readonly cut: boolean;
}

/** The stretch in eight equal slices, and the fine steps in which their lines are counted. */
export function slicesOf({ fromMs, toMs }: Stretch): { readonly slices: readonly Stretch[]; readonly steps: CountSteps } {
  const lengthMs = Math.ceil((toMs - fromMs + 1) / slicesAimed);
  const slices = Array.from({ length: slicesAimed }, (_, i) => ({
    fromMs: fromMs + i * lengthMs,
    toMs: Math.min(toMs, fromMs + (i + 1) * lengthMs - 1),
  }));
  const stepSeconds = Math.max(1, Math.floor(lengthMs / 1_000 / countsPerSlice));
  const stepMs = stepSeconds * 1_000;
  const firstEndMs = Math.floor(fromMs / stepMs) * stepMs + stepMs;
  const points = Math.max(1, Math.ceil((toMs - firstEndMs) / stepMs) + 1);
  return { slices: slices.filter((slice) => slice.fromMs <= slice.toMs), steps: { stepSeconds, firstEndMs, points } };
}

/** Lines in a slice: those of the steps whose middle lies in it. */
function linesIn(slice: Stretch, { stepSeconds, firstEndMs }: CountSteps, counts: readonly number[]): number {
  const middle = (i: number) => firstEndMs + (i - 0.5) * stepSeconds * 1_000;
  return counts.reduce((sum, count, i) => (middle(i) >= slice.fromMs && middle(i) <= slice.toMs ? sum + count : sum), 0);
}

/**
 * All lines where they are few. Else the same number from each of some slices of the window, each line standing for as
 * many as its slice holds: the newest lines alone would say nothing about the time before the fault.
 */
async function readLines(
  tools: LokiTools,
  query: LogQuery,
  { stretch, limit, asking }: { stretch: Stretch; limit: number; asking: Asking },
): Promise<Read> {
  const text = renderLogQL(query);
  const all = await tools.api.lines(text, { stretch, limit }, asking);
  if (all.length < limit) return { lines: all, cut: false };
  const { slices, steps } = slicesOf(stretch);
  const each = Math.max(1, Math.floor(limit / slices.length));
  const [counts, ...read] = await Promise.all([
    tools.api.counts(renderCount(text, steps.stepSeconds), steps, asking),
    ...slices.map((slice) => tools.api.lines(text, { stretch: slice, limit: each }, asking)),
  ]);
  const lines = read.flatMap((part, i) => {
    const held = linesIn(slices[i] ?? stretch, steps, counts);
    const weight = part.length < each ? 1 : Math.max(1, held / part.length);
    return part.map((line) => ({ ...line, weight }));
  });
  return { lines, cut: true };
}

function levelOf(line: FoundLine): LogLevel {
  const told = levelNamed(line.labels["detected_level"]) ?? levelNamed(line.labels["level"]) ?? levelNamed(line.labels["severity"]);
  return told === null || told === "unknown" ? levelOfText(plainText(line.text.slice(0, patternLimits.lineCharactersReadMax))) : told;
}

function containerOf(line: FoundLine, conventions: Conventions): string | null {
  const label = conventions.labels.container.find((each) => line.labels[each]);
  return label === undefined ? null : (line.labels[label] ?? null);
}

function toLogLine(line: FoundLine & { readonly weight?: number }, conventions: Conventions): LogLine & { level: LogLevel } {
  const container = containerOf(line, conventions);
  return {
    atMs: line.atMs,
    text: line.text,
    level: levelOf(line),
    ...(container === null ? {} : { container }),
    ...(line.weight === undefined ? {} : { weight: line.weight }),
  };
}

/** Lines until eight MiB are read, newest first. */
export function withinBytes<L extends { readonly atMs: number; readonly text: string }>(lines: readonly L[]): { kept: L[]; cut: boolean } {
  const kept: L[] = [];
  let bytes = 0;
  for (const line of [...lines].sort((a, b) => b.atMs - a.atMs)) {
    bytes += line.text.length;
    if (bytes > bytesMax) return { kept, cut: true };
    kept.push(line);
  }
  return { kept, cut: false };
}

function tracesIn(lines: readonly FoundLine[]): number | null {
  const traces = new Set(lines.map(({ text, labels }) => traceIdOf(text, labels)).filter((id) => id !== null));
  return traces.size > 0 ? traces.size : null;
}

/** The log of an entity as patterns with counts and redacted samples. */
export async function answerLogs(tools: LokiTools, question: LogsQuestion, asking: Asking): Promise<Found> {
  const stretch = {
    fromMs: Date.parse(question.window.from),
    toMs: Math.min(Date.parse(question.window.to), Date.parse(asking.context.asOf)),
  };
  if (stretch.toMs <= stretch.fromMs) throw new SourceFailure("not_recorded", "the window lies after the time that is asked about");
  const { query, read } = await readStreams(tools, question, { stretch, asking });
  const { kept, cut: byBytes } = withinBytes(read.lines);
  const wanted = new Set(question.levels);
  const lines = kept.map((line) => toLogLine(line, tools.conventions)).filter(({ level }) => wanted.size === 0 || wanted.has(level));
  const grid = logGrid(stretch.fromMs, stretch.toMs);
  const patterns = clusterLogLines(lines, grid);
  const by = byBytes
    ? ("bytes" as const)
    : read.cut
      ? ("lines" as const)
      : patterns.length === patternLimits.patternsMax
        ? ("rows" as const)
        : null;
  const oldest = kept.at(-1)?.atMs ?? stretch.fromMs;
  return {
    data: {
      about: "logs", start: instantOf(grid.firstMs), step_ms: grid.stepMs, lines_total: Math.round(lines.reduce((sum, { weight = 1 }) => sum + weight, 0)), traces_total: tracesIn(kept),
      filter: renderLogQL(query), patterns,
    },
    coverage: { from: instantOf(byBytes ? oldest : stretch.fromMs), to: instantOf(stretch.toMs), complete: by === null, missing_share: 0, as_of: "then", ...(by === null ? {} : { truncated_by: by }) },
  }; // prettier-ignore
}
