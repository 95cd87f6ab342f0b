import { entityParts, type EntityId, type EntityParts, type QuestionOf } from "@sre/contracts/evidence";
import { entityOfLabels, scopingOf } from "../prometheus/placement.ts";
import { oneOf, type Matcher } from "../prometheus/promql.ts";
import { instantOf, SourceFailure, type Asking, type Found } from "../source.ts";
import type { FoundLine, Stretch } from "./api.ts";
import { handoversOf, type TracedLine } from "./handovers.ts";
import { renderCount, renderTraced, type TracedQuery } from "./logql.ts";
import { slicesOf, withinBytes, type LokiTools } from "./logs.ts";
import { logGrid } from "./patterns.ts";
import { halvingsMax, traceIdOf } from "./trace-ids.ts";

/** A handover is told by medians: buckets that are too fine would hold one each. */
const bucketsAimed = 30;
/** Traces are sampled to this share of the lines that may be read, since their number is only about known. */
const filledShare = 0.8;

interface Where {
  readonly stretch: Stretch;
  readonly limit: number;
  readonly asking: Asking;
}

interface Read {
  readonly text: string;
  readonly lines: readonly FoundLine[];
  readonly cut: boolean;
}

async function matchersOf({ api, conventions }: LokiTools, { name, cluster }: EntityParts, { stretch, asking }: Where): Promise<Matcher[]> {
  const scoping = scopingOf("service", await api.labels(stretch, asking), conventions.labels);
  if (scoping.namespace === null) throw new SourceFailure("not_recorded", "no label of the log streams names their namespace");
  const inCluster = scoping.cluster === null || cluster === "" ? [] : [oneOf(scoping.cluster, [cluster], true)];
  return [oneOf(scoping.namespace, [name]), ...inCluster];
}

/** Every line where they are few; else those of so many traces that the limit holds them, each trace whole. */
async function readTraced({ api }: LokiTools, query: Omit<TracedQuery, "halvings">, { stretch, limit, asking }: Where): Promise<Read> {
  const whole = renderTraced({ ...query, halvings: 0 });
  const all = await api.lines(whole, { stretch, limit }, asking);
  if (all.length < limit) return { text: whole, lines: all, cut: false };
  const { steps } = slicesOf(stretch);
  const counts = await api.counts(renderCount(whole, steps.stepSeconds), steps, asking);
  const held = counts.reduce((sum, count) => sum + count, 0);
  const halvings = Math.min(halvingsMax, Math.max(1, Math.ceil(Math.log2(held / (limit * filledShare)))));
  const text = renderTraced({ ...query, halvings });
  const lines = await api.lines(text, { stretch, limit }, asking);
  return { text, lines, cut: lines.length >= limit };
}

const runs: ReadonlySet<string> = new Set(["service", "deployment", "statefulset", "daemonset", "pod"]);

function tracedLines({ conventions }: LokiTools, lines: readonly FoundLine[], cluster: string): TracedLine[] {
  return lines.flatMap(({ atMs, text, labels }): TracedLine[] => {
    const traceId = traceIdOf(text, labels);
    const component: EntityId | null = entityOfLabels(labels, conventions.labels, cluster);
    return traceId === null || component === null || !runs.has(entityParts(component).kind) ? [] : [{ atMs, component, traceId }];
  });
}

/**
 * How long after the last line of one component the same trace goes on in another's, over a namespace. Where lines name their
 * trace in their text these are read, else those that name it in a field.
 */
export async function answerHandovers(tools: LokiTools, question: QuestionOf<"logs">, asking: Asking): Promise<Found> {
  const place = entityParts(question.of);
  if (place.kind !== "namespace") throw new SourceFailure("not_recorded", "handovers are told of a namespace");
  const { from, to } = question.window;
  const stretch = { fromMs: Date.parse(from), toMs: Math.min(Date.parse(to), Date.parse(asking.context.asOf)) };
  if (stretch.toMs <= stretch.fromMs) throw new SourceFailure("not_recorded", "the window lies after the time that is asked about");
  const where = { stretch, limit: question.limit, asking };
  const matchers = await matchersOf(tools, place, where);
  const inText = await readTraced(tools, { matchers, named: "text" }, where);
  const read = inText.lines.length > 0 ? inText : await readTraced(tools, { matchers, named: "field" }, where);
  const { kept, cut } = withinBytes(read.lines);
  const by = cut ? ("bytes" as const) : read.cut ? ("lines" as const) : null;
  const traced = tracedLines(tools, kept, place.cluster);
  const grid = logGrid(stretch.fromMs, stretch.toMs, bucketsAimed);
  const handovers = handoversOf(traced, grid);
  const total = handovers.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0);
  const oldest = by === null ? stretch.fromMs : (kept.at(-1)?.atMs ?? stretch.fromMs);
  return {
    data: {
      about: "logs", start: instantOf(grid.firstMs), step_ms: grid.stepMs, lines_total: total, traces_total: new Set(traced.map(({ traceId }) => traceId)).size,
      filter: read.text, patterns: [], handovers,
    },
    coverage: { from: instantOf(oldest), to: instantOf(stretch.toMs), complete: by === null, missing_share: 0, as_of: "then", ...(by === null ? {} : { truncated_by: by }) },
  }; // prettier-ignore
}
