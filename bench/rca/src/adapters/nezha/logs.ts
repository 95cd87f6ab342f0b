import { byCodeUnit } from "@sre/contracts/canonical";
import type { Answered } from "@sre/contracts/evidence";
import { clusterLogLines, handoversOf, sampleTraces, type LogLine } from "@sre/evidence";
import { answerOf } from "./answers.ts";
import { csvRecords } from "./csv.ts";
import { namespaceEntity, serviceEntity } from "./entities.ts";
import { startOf, stepMs, wholeWindow, type Axis } from "./grid.ts";
import { serviceOfPod } from "./spans.ts";

/** One line of a service's log, with the collector minute it stands under. */
export interface RecordedLine {
  readonly pod: string;
  readonly node: string;
  readonly trace: string;
  readonly span: string;
  readonly atMs: number;
  readonly text: string;
  readonly minute: number;
}

const nanosecondsPerMs = 1e6;
const minuteMs = 60_000;
/** A line may be this far from its minute: files also hold strays of days before. Minutes. */
const strayMinutesMax = 3;
const linesMax = 50_000;

// The collector keeps the container runtime's envelope around what the program wrote.
function textOf(cell: string): string {
  if (!cell.startsWith("{")) return cell.trimEnd();
  try {
    const envelope: unknown = JSON.parse(cell);
    const inner = envelope !== null && typeof envelope === "object" && "log" in envelope ? envelope.log : null;
    return (typeof inner === "string" ? inner : cell).trimEnd();
  } catch {
    return cell.trimEnd();
  }
}

/** The lines of one minute's log file, strays of other times left out. */
export function readLines(text: string, minute: number): RecordedLine[] {
  const lines: RecordedLine[] = [];
  for (const record of csvRecords(text)) {
    const atMs = Number(record("TimeUnixNano")) / nanosecondsPerMs;
    const [pod, line] = [record("PodName"), textOf(record("Log"))];
    const near = Math.abs(atMs / minuteMs - minute) <= strayMinutesMax;
    if (pod !== "" && line !== "" && near)
      lines.push({ pod, node: record("Node"), trace: record("TraceID"), span: record("SpanID"), atMs, text: line, minute });
  }
  return lines;
}

const traceForm = /^[0-9a-f]{16,32}$/;
const isNormal = (minute: number, axis: Axis): boolean => (axis.indexOf(minute) ?? axis.points) < axis.normalPoints;

function logsOf(service: string, lines: readonly RecordedLine[], axis: Axis): Answered {
  const placed = lines.slice(0, linesMax).map(({ text, minute, atMs }): LogLine => ({ text, atMs: axis.within(minute, atMs) }));
  const patterns = clusterLogLines(placed, { firstMs: axis.firstMs, stepMs, points: axis.points });
  const traces = new Set(lines.map(({ trace }) => trace).filter((trace) => trace !== ""));
  const answer = answerOf(axis, {
    question: { about: "logs", of: serviceEntity(service), levels: [], window: wholeWindow(axis), want: "patterns", limit: 5_000 },
    data: { about: "logs", start: startOf(axis), step_ms: stepMs, lines_total: lines.length, traces_total: traces.size, filter: "", patterns },
  }); // prettier-ignore
  return lines.length <= linesMax ? answer : { ...answer, coverage: { ...answer.coverage, complete: false, truncated_by: "lines" } };
}

/** The log of each service as patterns; both stretches are clustered together, so that a template means the same in both. */
export function logAnswers(lines: readonly RecordedLine[], services: readonly string[], axis: Axis): Answered[] {
  const byService = Map.groupBy(
    lines.filter(({ minute }) => axis.indexOf(minute) !== null),
    ({ pod }) => serviceOfPod(pod),
  );
  const names = [...new Set([...services, ...byService.keys()])].sort(byCodeUnit);
  return names.map((service) => logsOf(service, byService.get(service) ?? [], axis));
}

/** Lines of traces that one query to a live source would give: of the normal stretch as well as of the window. */
const tracedLinesMax = 5_000;

/** How traces went on from the log of one service to that of another, from as many lines as a live source would have read. */
export function handoverAnswer(lines: readonly RecordedLine[], axis: Axis): Answered {
  const traced = lines
    .filter(({ minute, trace }) => axis.indexOf(minute) !== null && traceForm.test(trace))
    .map(({ pod, minute, atMs, trace }) => ({ component: serviceEntity(serviceOfPod(pod)), traceId: trace, atMs: axis.within(minute, atMs), normal: isNormal(minute, axis) })); // prettier-ignore
  const parts = [true, false].map((normal) => traced.filter((line) => line.normal === normal));
  const read = parts.flatMap((part) => sampleTraces(part, tracedLinesMax));
  const handovers = handoversOf(read, { firstMs: axis.firstMs, stepMs, points: axis.points });
  const total = handovers.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0);
  const traces = new Set(read.map(({ traceId }) => traceId)).size;
  return answerOf(axis, {
    question: { about: "logs", of: namespaceEntity, levels: [], window: wholeWindow(axis), want: "handovers", limit: tracedLinesMax },
    data: { about: "logs", start: startOf(axis), step_ms: stepMs, lines_total: total, traces_total: traces, filter: "", patterns: [], handovers },
  }); // prettier-ignore
}
