import { evidenceId } from "@sre/contracts/canonical";
import { entityParts, type Answer, type DataOf, type LogLevel, type Window } from "@sre/contracts/evidence";
import { clusterLogLines, type LogLine } from "@sre/evidence";
import { isFields, listAt, numberAt, textAt } from "./fields.ts";
import { serviceId } from "./kinds.ts";
import type { Estate, Recording } from "./objects.ts";
import { zonedInstant } from "./time.ts";

const levels: LogLevel[] = ["error", "fatal", "unknown", "warn"];
const linesMax = 2_000;
const bucketMs = 60_000;
// Keys of the recorder's answer that name no container.
const anonymous: ReadonlySet<string> = new Set(["app", "previous"]);

const stamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;

/** A line as the container runtime stamped it: when, and its text without the stamps of all of its rows. */
function stamped(line: string, fallbackMs: number): { atMs: number; text: string } {
  const rows = line.split("\n").map((row) => row.replace(stamp, ""));
  const at = zonedInstant(stamp.exec(line)?.[1] ?? "") ?? zonedInstant(/"timestamp":"([^"]{10,40})"/.exec(line)?.[1] ?? "");
  const atMs = at === null ? fallbackMs : Math.min(Date.parse(at), fallbackMs);
  return { atMs, text: rows.filter((row) => row.trim() !== "").join("\n") };
}

function fromContainers(value: Readonly<Record<string, unknown>>, asOfMs: number): LogLine[] {
  return Object.entries(value).flatMap(([key, lines]) => {
    if (!Array.isArray(lines)) return [];
    return lines
      .filter((line): line is string => typeof line === "string")
      .map((line) => ({
        ...stamped(line, asOfMs),
        ...(anonymous.has(key) ? {} : { container: key }),
        instance: key === "previous" ? ("previous" as const) : ("current" as const),
      }));
  });
}

// A summary: samples that stand for so many lines each.
function fromPatterns(value: unknown, asOfMs: number): LogLine[] {
  return listAt(value, "patterns").map((pattern) => ({
    ...stamped(textAt(pattern, "sample"), asOfMs),
    level: "error" as const,
    weight: numberAt(pattern, "count") ?? 1,
  }));
}

interface Said {
  readonly lines: readonly LogLine[];
  readonly total: number | null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What one answer of the recorder's log tool says; null where it is a text of the tool itself. */
function logLinesOf(value: unknown, asOfMs: number): Said | null {
  if (Array.isArray(value) || (typeof value === "string" && value.trim() === "")) return { lines: [], total: null };
  const fields = typeof value === "string" ? parsed(value) : value;
  if (!isFields(fields)) return null;
  if ("patterns" in fields) return { lines: fromPatterns(fields, asOfMs), total: numberAt(fields, "total_log_count") };
  return { lines: fromContainers(fields, asOfMs), total: null };
}

function grid(window: Window): { firstMs: number; stepMs: number; points: number } {
  const [fromMs, toMs] = [Date.parse(window.from), Date.parse(window.to)];
  const firstMs = Math.floor(fromMs / bucketMs) * bucketMs + bucketMs;
  return { firstMs, stepMs: bucketMs, points: Math.max(1, Math.ceil((toMs - firstMs) / bucketMs) + 1) };
}

function answerOf(said: Said, about: { service: string; window: Window; recording: Recording; since: string }): Answer {
  const { recording, window, since } = about;
  const lines = said.lines.filter(({ atMs }) => atMs >= Date.parse(window.from)).slice(-linesMax);
  const cells = grid(window);
  const question = {
    about: "logs" as const,
    of: serviceId(recording.namespace, about.service),
    levels,
    window,
    want: "patterns" as const,
    limit: linesMax,
  };
  const data: DataOf<"logs"> = {
    about: "logs",
    start: new Date(cells.firstMs).toISOString(),
    step_ms: bucketMs,
    lines_total: said.total ?? lines.length,
    traces_total: null,
    filter: "error",
    patterns: clusterLogLines(lines, cells),
  };
  const coverage = { from: since, to: window.to, complete: true, missing_share: 0 };
  const { source } = recording;
  return { id: evidenceId(question, source), source, question, asked: [], kind: "answered", data, coverage };
}

/** Since when the newest pods of a service can have written anything: nothing is known from before. */
function writingSince(estate: Estate, recording: Recording, service: string): string | null {
  const own = [...estate.live].filter(([id]) => {
    const { kind, namespace, name } = entityParts(id);
    return kind === "pod" && namespace === recording.namespace && name.startsWith(`${service}-`);
  });
  const starts = own.flatMap(([, pod]) => zonedInstant(textAt(pod, "status", "startTime")) ?? []);
  return starts.sort()[0] ?? null;
}

/** The errors that each service logged; a service whose log the recorder could not read is unanswered. */
export function logAnswers(recording: Recording, estate: Estate, window: Window): Answer[] {
  return recording.calls
    .filter(({ tool, args }) => tool === "GetErrorLogs" && textAt(args, "namespace") === recording.namespace)
    .map(({ args, value }): Answer => {
      const service = textAt(args, "service_name");
      const said = logLinesOf(value, Date.parse(recording.collectedAt));
      const since = writingSince(estate, recording, service);
      const from = since === null || since < window.from ? window.from : since;
      if (said !== null) return answerOf(said, { service, window, recording, since: from });
      const question = {
        about: "logs" as const,
        of: serviceId(recording.namespace, service),
        levels,
        window,
        want: "patterns" as const,
        limit: linesMax,
      };
      const { source } = recording;
      return {
        id: evidenceId(question, source),
        source,
        question,
        asked: [],
        kind: "unanswered",
        because: "refused",
        detail: String(value).slice(0, 300),
      };
    });
}
