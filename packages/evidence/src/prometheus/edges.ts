import { byCodeUnit } from "@sre/contracts/canonical";
import {
  entityId,
  entityParts,
  type CallsData,
  type Edge,
  type EdgeId,
  type EntityId,
  type QuestionOf,
  type SeriesData,
  type Statistic,
} from "@sre/contracts/evidence";
import { SourceFailure, instantOf, type Asking, type Found } from "../source.ts";
import { quantileOf } from "./convention.ts";
import { edgeMatchers, edgeRows, endNamer, endsOf, graphsIn, isEdge, joined, rateBy, touchingMatchers, type Graph } from "./graph.ts";
import { coverageOf, gridOf, onGrid, type Grid } from "./grid.ts";
import { binary, call, number, renderPromQL, type Expr, type Matcher } from "./promql.ts";
import { windowSpan } from "./span.ts";
import type { Tools } from "./tools.ts";

export { isEdge };

const rateSecondsMin = 60;
const rangeOf = (grid: Grid) => Math.max(rateSecondsMin, grid.stepMs / 1_000);

interface EdgeMeasure {
  readonly expr: Expr;
  readonly statistic: Statistic;
  readonly unit: string;
}

function failedCalls(graph: Graph, matchers: readonly Matcher[], seconds: number): Expr | null {
  const { family, by } = graph;
  if (family.failed && graph.exists.has(family.failed)) return rateBy(by, family.failed, { matchers, seconds });
  if (!family.code) return null;
  return rateBy(by, family.total, { matchers: [...matchers, { label: family.code, op: "=~", value: "5.." }], seconds });
}

function quantileExpr(
  graph: Graph,
  side: "server" | "client",
  { matchers, seconds, quantile }: { matchers: readonly Matcher[]; seconds: number; quantile: number },
): Expr | null {
  const histogram = graph.family.durations[side];
  if (!histogram || !graph.exists.has(`${histogram.metric}_bucket`)) return null;
  const own = matchers.filter((matcher) => !histogram.where.some(({ label }) => label === matcher.label));
  const rate = rateBy(["le", ...graph.by], `${histogram.metric}_bucket`, { matchers: [...own, ...histogram.where], seconds });
  const expr = call("histogram_quantile", number(quantile), rate);
  return graph.family.scale === 1 ? expr : binary(expr, "*", number(graph.family.scale));
}

function measureOf(
  graph: Graph,
  question: QuestionOf<"series">,
  { matchers, seconds }: { matchers: readonly Matcher[]; seconds: number },
): EdgeMeasure | null {
  const { signal, statistics } = question;
  if (!("golden" in signal)) return null;
  const total = rateBy(graph.by, graph.family.total, { matchers, seconds });
  for (const statistic of statistics) {
    if (signal.golden === "traffic" && statistic === "rate") return { expr: total, statistic, unit: "{request}/s" };
    if (signal.golden === "errors" && (statistic === "ratio" || statistic === "rate")) {
      const failed = failedCalls(graph, matchers, seconds);
      if (!failed) continue;
      const known = binary(failed, "or", binary(total, "*", number(0)));
      return statistic === "rate"
        ? { expr: known, statistic, unit: "{request}/s" }
        : { expr: binary(known, "/", total), statistic, unit: "1" };
    }
    const quantile = quantileOf(statistic);
    if (signal.golden !== "latency" || quantile === null) continue;
    const expr = quantileExpr(graph, question.side ?? "server", { matchers, seconds, quantile });
    if (expr) return { expr, statistic, unit: "s" };
  }
  return null;
}

/** Golden signals of the calls between two services, from service graph or mesh metrics. */
export async function edgeSeries(
  tools: Tools,
  question: QuestionOf<"series">,
  { grid, asking }: { grid: Grid; asking: Asking },
): Promise<Found> {
  const edges = question.of.map(endsOf).filter((ends) => ends !== null);
  const graphs = await graphsIn(tools, windowSpan(question.window), asking);
  const asks = graphs.flatMap((graph) => {
    const measure = edges.length > 0 ? measureOf(graph, question, { matchers: edgeMatchers(graph, edges), seconds: rangeOf(grid) }) : null;
    return measure ? [{ graph, measure }] : [];
  });
  const [first] = asks;
  if (!first) throw new SourceFailure("unknown_signal", "no service graph or mesh metric measures this");
  const { statistic, unit } = first.measure;
  const same = asks.filter(({ measure }) => measure.statistic === statistic);
  const nameEnds = endNamer(edges.flatMap(({ from, to }) => [entityId(from), entityId(to)]));
  const wanted = new Set<string>(question.of);
  const rows = new Map<string, SeriesData["rows"][number]>();
  for (const { graph, measure } of same) {
    const found = await tools.api.range(renderPromQL(measure.expr), grid, asking);
    for (const { of, row } of edgeRows(graph, found.rows, nameEnds))
      if (wanted.has(of) && !rows.has(of)) rows.set(of, { of, labels: {}, values: onGrid(row.values, grid) });
  }
  const sorted = [...rows.values()].sort((a, b) => byCodeUnit(a.of, b.of));
  return {
    data: { about: "series", start: instantOf(grid.firstMs), step_ms: grid.stepMs, unit, statistic, rows: sorted },
    coverage: coverageOf(grid, sorted, question.of.length),
  };
}

type CallsRow = CallsData["rows"][number];
type Cells = (number | null)[];

interface CallsAsk {
  readonly graph: Graph;
  readonly selections: readonly (readonly Matcher[])[];
  readonly grid: Grid;
}

async function cellsOf(
  tools: Tools,
  ask: CallsAsk,
  {
    build,
    asking,
    nameEnds,
  }: { build: (matchers: readonly Matcher[]) => Expr | null; asking: Asking; nameEnds: ReturnType<typeof endNamer> },
): Promise<Map<EdgeId, Cells>> {
  if (ask.selections.some((matchers) => build(matchers) === null)) return new Map();
  const expr = joined(ask.selections, (matchers) => build(matchers) ?? number(0));
  const { rows } = await tools.api.range(renderPromQL(expr), ask.grid, asking);
  return new Map(edgeRows(ask.graph, rows, nameEnds).map(({ of, row }) => [of, onGrid(row.values, ask.grid)]));
}

async function graphCalls(
  tools: Tools,
  ask: CallsAsk,
  { asking, nameEnds }: { asking: Asking; nameEnds: ReturnType<typeof endNamer> },
): Promise<CallsRow[]> {
  const { graph, grid } = ask;
  const seconds = grid.stepMs / 1_000;
  const cells = (build: (matchers: readonly Matcher[]) => Expr | null) => cellsOf(tools, ask, { build, asking, nameEnds });
  const quantile = (side: "server" | "client", q: number) =>
    cells((matchers) => quantileExpr(graph, side, { matchers, seconds: rangeOf(grid), quantile: q }));
  const times = (build: Expr | null) => (build ? binary(build, "*", number(seconds)) : null);
  const [total, failed, s50, s90, c50, c90] = await Promise.all([
    cells((matchers) => times(rateBy(graph.by, graph.family.total, { matchers, seconds: rangeOf(grid) }))),
    cells((matchers) => times(failedCalls(graph, matchers, rangeOf(grid)))),
    quantile("server", 0.5), quantile("server", 0.9), quantile("client", 0.5), quantile("client", 0.9),
  ]); // prettier-ignore
  const none: Cells = Array.from({ length: grid.points }, () => null);
  return [...total].flatMap(([of, counts]) => {
    const errors = (failed.get(of) ?? none).map((value, i) => (counts[i] === null ? null : (value ?? 0)));
    const ok = counts.map((value, i) => (value === null ? null : Math.max(0, value - (errors[i] ?? 0))));
    const codes: Record<string, Cells> = { ok, error: errors };
    const row = (side: "server" | "client", p50: Cells | undefined, p90: Cells | undefined): CallsRow => ({
      of,
      side,
      codes,
      p50_seconds: p50 ?? none,
      p90_seconds: p90 ?? none,
    });
    const client = c50.has(of) ? [row("client", c50.get(of), c90.get(of))] : [];
    return [row("server", s50.get(of), s90.get(of)), ...client];
  });
}

/** Calls by edge with counts and durations of both sides. Codes are "ok" and "error": service graphs know no more. */
export async function answerCalls(tools: Tools, question: QuestionOf<"calls">, asking: Asking): Promise<Found> {
  const grid = gridOf(question.window, question.step_seconds, asking.context.asOf);
  if (grid === null) throw new SourceFailure("not_recorded", "no whole step of the window lies before the time that is asked about");
  const edges = question.of.map(endsOf).filter((ends) => ends !== null);
  const entities = question.of.filter((target) => !isEdge(target));
  const graphs = await graphsIn(tools, windowSpan(question.window), asking);
  if (graphs.length === 0) throw new SourceFailure("unknown_signal", "no service graph or mesh metric exists");
  const nameEnds = endNamer([...entities, ...edges.flatMap(({ from, to }) => [entityId(from), entityId(to)])]);
  const asked = await Promise.all(
    graphs.map((graph) => {
      const selections = [...(edges.length > 0 ? [edgeMatchers(graph, edges)] : []), ...(entities.length > 0 ? touchingMatchers(graph, entities.map(entityParts)) : [])]; // prettier-ignore
      return graphCalls(tools, { graph, selections, grid }, { asking, nameEnds });
    }),
  );
  const rows = new Map<string, CallsRow>();
  for (const row of asked.flat()) if (!rows.has(`${row.of} ${row.side}`)) rows.set(`${row.of} ${row.side}`, row);
  const sorted = [...rows].sort(([a], [b]) => byCodeUnit(a, b)).map(([, row]) => row);
  const counted = sorted.map((row) => ({ values: row.codes["ok"] ?? [] }));
  return {
    data: { about: "calls", start: instantOf(grid.firstMs), step_ms: grid.stepMs, rows: sorted },
    coverage: coverageOf(grid, counted, question.of.length),
  };
}

const topologyMs = 3_600_000;
const topologyStepSeconds = 300;

/** The edges within `depth` calls of the entities, in both directions. */
function within(edges: readonly Edge[], of: readonly EntityId[], depth: number): Edge[] {
  const reached = new Set<EntityId>(of);
  const kept = new Map<string, Edge>();
  for (let hop = 0; hop < depth; hop++) {
    const near = edges.filter(({ from, to }) => reached.has(from) || reached.has(to));
    for (const edge of near) kept.set(`${edge.from}>${edge.to}>${edge.origin}`, edge);
    for (const { from, to } of near) reached.add(from).add(to);
  }
  return [...kept].sort(([a], [b]) => byCodeUnit(a, b)).map(([, edge]) => edge);
}

/** Who calls whom, from the calls of the hour before: weight in calls a second, `seen_at` the last step with a call. */
export async function answerTopology(tools: Tools, question: QuestionOf<"topology">, asking: Asking): Promise<Found> {
  const asOfMs = Date.parse(asking.context.asOf);
  const window = { from: instantOf(asOfMs - topologyMs), to: asking.context.asOf };
  const grid = gridOf(window, topologyStepSeconds, asking.context.asOf);
  const graphs = await graphsIn(tools, windowSpan(window), asking);
  if (grid === null || graphs.length === 0) throw new SourceFailure("unknown_signal", "no service graph or mesh metric exists");
  const nameEnds = endNamer(question.of);
  // The last minutes are no whole step of the hour: they are one of their own, so that a young system has edges too.
  const last: Grid = { ...grid, firstMs: asOfMs - grid.stepMs * (grid.points - 1), lastMs: asOfMs };
  const found = await Promise.all(
    graphs.map(async (graph) => {
      const expr = binary(
        rateBy(graph.by, graph.family.total, { matchers: graph.family.where, seconds: topologyStepSeconds }),
        ">",
        number(0),
      );
      const { rows, cut } = await tools.api.range(renderPromQL(expr), last, asking);
      return {
        cut,
        edges: edgeRows(graph, rows, nameEnds).map(({ ends, row }) => edgeOf(graph, ends, { cells: onGrid(row.values, last), last })),
      };
    }),
  );
  const edges = within(found.flatMap((each) => each.edges), question.of, question.depth); // prettier-ignore
  const entities = [...new Set(edges.flatMap(({ from, to }) => [from, to]))].sort(byCodeUnit);
  const cut = found.some((each) => each.cut);
  return {
    data: { about: "topology", entities, edges, aliases: [] },
    coverage: {
      from: window.from,
      to: window.to,
      complete: !cut,
      missing_share: 0,
      as_of: "then",
      ...(cut ? { truncated_by: "rows" as const } : {}),
    },
  };
}

function edgeOf(graph: Graph, ends: { from: EntityId; to: EntityId }, { cells, last }: { cells: Cells; last: Grid }): Edge {
  const index = cells.findLastIndex((value) => value !== null);
  const weight = Number((cells[index] ?? 0).toPrecision(6));
  return {
    ...ends,
    kind: "calls",
    weight,
    origin: graph.family.origin,
    seen_at: instantOf(last.firstMs + Math.max(0, index) * last.stepMs),
  };
}
