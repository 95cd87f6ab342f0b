import { csvRecords } from "./csv.ts";

/** One span as it was recorded. Times in milliseconds since the epoch. */
export interface Span {
  readonly trace: string;
  readonly id: string;
  readonly parent: string;
  readonly pod: string;
  readonly service: string;
  readonly operation: string;
  readonly startMs: number;
  readonly endMs: number;
  /** The status the span ended with; "unset" where none was recorded, as OpenTelemetry has it. */
  readonly code: string;
  /** The collector minute it stands under. */
  readonly minute: number;
}

/** A span among those of its trace. */
export interface Call {
  readonly span: Span;
  /** Null for the first span of a trace, or where its parent was not recorded. */
  readonly parent: Span | null;
  readonly children: readonly Call[];
}

const podName = /^(.+?)-[0-9a-z]{6,10}-[0-9a-z]{5}$/;
const ordinalName = /^(.+?)-\d{1,4}$/;

/** The service that a pod stands for: its name without what its owner appended. */
export function serviceOfPod(pod: string): string {
  return podName.exec(pod)?.[1] ?? ordinalName.exec(pod)?.[1] ?? pod;
}

const nanosecondsPerMs = 1e6;

/** The spans of one minute's trace file. */
export function readSpans(text: string, minute: number): Span[] {
  const spans: Span[] = [];
  for (const record of csvRecords(text)) {
    const pod = record("PodName");
    const [startMs, endMs] = [Number(record("StartTimeUnixNano")) / nanosecondsPerMs, Number(record("EndTimeUnixNano")) / nanosecondsPerMs];
    if (pod === "" || !Number.isFinite(startMs) || !(endMs >= startMs)) continue;
    spans.push({
      trace: record("TraceID"), id: record("SpanID"), parent: record("ParentID"), pod, service: serviceOfPod(pod),
      operation: record("OperationName"), startMs, endMs, code: record("StatusCode") || "unset", minute,
    }); // prettier-ignore
  }
  return spans;
}

interface Node extends Call {
  readonly children: Node[];
}

/** Every span with its parent and children. A span whose parent is unknown has none. */
export function linkSpans(spans: readonly Span[]): Call[] {
  const key = (trace: string, id: string) => `${trace} ${id}`;
  const known = new Map(spans.map((span) => [key(span.trace, span.id), span]));
  const nodes = new Map<Span, Node>();
  for (const span of spans) nodes.set(span, { span, parent: known.get(key(span.trace, span.parent)) ?? null, children: [] });
  for (const node of nodes.values()) if (node.parent !== null) nodes.get(node.parent)?.children.push(node);
  return [...nodes.values()];
}

/** Whether a call came in from another service, or from outside. */
export const isEntry = ({ span, parent }: Call): boolean => parent === null || parent.service !== span.service;

/** Whether a span of this service stands for a call to another one. */
const callsOut = ({ span, children }: Call): boolean => children.some((child) => child.span.service !== span.service);

/** Milliseconds of a span in which none of the given spans was open. */
function uncoveredMs({ startMs, endMs }: Span, others: readonly Span[]): number {
  const inside = others
    .map((other) => [Math.max(startMs, other.startMs), Math.min(endMs, other.endMs)] as const)
    .filter(([from, to]) => to > from)
    .sort(([a], [b]) => a - b);
  let [covered, reached] = [0, startMs];
  for (const [from, to] of inside) {
    if (to <= reached) continue;
    covered += to - Math.max(from, reached);
    reached = to;
  }
  return endMs - startMs - covered;
}

function outgoing(call: Call): Span[] {
  if (callsOut(call)) return [call.span];
  return call.children.filter(({ span }) => span.service === call.span.service).flatMap(outgoing);
}

/** A call's own time in milliseconds: what it did not spend waiting for other services (an inner span: for its children). */
export function ownMs(call: Call): number {
  const waits = isEntry(call) ? call.children.flatMap((child) => (child.span.service === call.span.service ? outgoing(child) : [])) : call.children.map(({ span }) => span); // prettier-ignore
  return uncoveredMs(call.span, waits);
}

const keyOf = ({ trace, id }: Span): string => `${trace} ${id}`;

/** For each span of a service's inside, the operation it was done for: the one that the service was called with. */
export function servedOperations(calls: readonly Call[]): ReadonlyMap<Span, string> {
  const known = new Map(calls.map((call) => [keyOf(call.span), call]));
  const served = new Map<Span, string>();
  for (const { span } of calls) {
    const path: Span[] = [];
    let call = known.get(keyOf(span));
    while (call !== undefined && call.parent !== null && !isEntry(call) && !served.has(call.span)) {
      path.push(call.span);
      call = known.get(keyOf(call.parent));
    }
    const operation = call === undefined ? span.operation : (served.get(call.span) ?? call.span.operation);
    for (const each of path) served.set(each, operation);
  }
  return served;
}
