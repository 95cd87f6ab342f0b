import { byCodeUnit } from "@sre/contracts/canonical";
import {
  entityId,
  entityParts,
  type EntityId,
  type EntityParts,
  type QuestionOf,
  type SeriesData,
  type Statistic,
} from "@sre/contracts/evidence";
import { SourceFailure, instantOf, type Asking, type Found } from "../source.ts";
import type { Span } from "./api.ts";
import { canSay, metricsOf, unitOf, type Convention } from "./convention.ts";
import type { Conventions } from "./conventions.ts";
import { isEdge, edgeSeries } from "./edges.ts";
import { coverageOf, gridOf, onGrid, type Grid } from "./grid.ts";
import { placeCount, renderMeasure, type Rendered } from "./measure.ts";
import { ownerFinder } from "./placement.ts";
import { oneOf, renderPromQL, select } from "./promql.ts";
import { scrapeSeconds } from "./scrape-interval.ts";
import { windowSpan } from "./span.ts";
import type { Tools } from "./tools.ts";

type SeriesQuestion = QuestionOf<"series">;
type Row = SeriesData["rows"][number];

const attemptsMax = 8;
const placesMax = 2;
const rowsMax = 1_000;

/** Two signals are one when their canonical parts are. */
function sameSignal(a: SeriesQuestion["signal"], b: SeriesQuestion["signal"]): boolean {
  const key = (signal: SeriesQuestion["signal"]) =>
    "golden" in signal ? `g:${signal.golden}` : "named" in signal ? `n:${signal.named}` : `r:${signal.resource}:${signal.against ?? ""}`;
  return key(a) === key(b);
}

interface Choice {
  readonly statistic: Statistic;
  readonly unit: string;
  readonly conventions: readonly Convention[];
}

/** The first statistic that an existing convention can say, and all that say it in the same unit. */
function choose(question: SeriesQuestion, existing: readonly Convention[]): Choice | null {
  for (const statistic of question.statistics) {
    const able = existing.filter((convention) => canSay(convention, statistic));
    const [first] = able;
    if (!first) continue;
    const unit = unitOf(first, statistic);
    return { statistic, unit, conventions: able.filter((convention) => unitOf(convention, statistic) === unit) };
  }
  return null;
}

interface Attempt {
  readonly rendered: Rendered;
  readonly entities: readonly EntityParts[];
}

async function labelsOfMetrics(tools: Tools, metrics: readonly string[], { span, asking }: { span: Span; asking: Asking }) {
  const entries = await Promise.all(metrics.map(async (metric) => [metric, await tools.api.labelsOf(metric, span, asking)] as const));
  return new Map(entries);
}

interface Planning {
  readonly question: SeriesQuestion;
  readonly entities: readonly EntityParts[];
  readonly choice: Choice;
  readonly labelsOf: ReadonlyMap<string, ReadonlySet<string>>;
  readonly rangeSeconds: number;
  readonly stepSeconds: number;
  readonly conventions: Conventions;
}

/** Every way to ask, best first: a convention, a kind of entity, a place in the labels. */
function attemptsOf(plan: Planning): Attempt[] {
  const { question, choice, labelsOf, conventions } = plan;
  const kinds = Map.groupBy(plan.entities, ({ kind }) => kind);
  const attempts: Attempt[] = [];
  for (const convention of choice.conventions) {
    for (const [kind, entities] of kinds) {
      if (!convention.kinds.includes(kind)) continue;
      const present = labelsOf.get(metricsOf(convention)[0] ?? "");
      const places = Math.min(placesMax, placeCount(convention, kind, { present, labels: conventions.labels }));
      for (let place = 0; place < places; place++) {
        const rendered = renderMeasure({
          convention, entities, place, labelsOf, statistic: choice.statistic, by: question.by ?? [], labels: conventions.labels, rangeSeconds: plan.rangeSeconds, stepSeconds: plan.stepSeconds,
        }); // prettier-ignore
        if (rendered) attempts.push({ rendered, entities });
      }
    }
  }
  return attempts.slice(0, attemptsMax);
}

async function rowsOf(
  tools: Tools,
  attempt: Attempt,
  { grid, asking }: { grid: Grid; asking: Asking },
): Promise<{ rows: Row[]; cut: boolean }> {
  const { rows, cut } = await tools.api.range(renderPromQL(attempt.rendered.expr), grid, asking);
  const ownerOf = ownerFinder(attempt.entities, attempt.rendered.slots);
  const found = rows.flatMap(({ metric, values }) => {
    const of = ownerOf(metric);
    if (of === null) return [];
    const labels: Record<string, string> = {};
    for (const { role, label } of attempt.rendered.by) if (metric[label]) labels[role] = metric[label];
    return [{ of, labels, values: onGrid(values, grid) }];
  });
  return { rows: found, cut };
}

/** Each entity's rows come from the best attempt that found any. */
function merged(results: readonly { readonly rows: readonly Row[] }[]): Row[] {
  const rows: Row[] = [];
  const taken = new Set<string>();
  for (const result of results) {
    const fresh = result.rows.filter(({ of }) => !taken.has(of));
    // Series that differ only in labels of no interest, such as an empty namespace, are one row: the first counts.
    const distinct = new Map(fresh.map((row) => [JSON.stringify([row.of, row.labels]), row] as const).reverse());
    rows.push(...distinct.values());
    for (const { of } of fresh) taken.add(of);
  }
  return rows.sort((a, b) => byCodeUnit(a.of, b.of) || byCodeUnit(JSON.stringify(a.labels), JSON.stringify(b.labels)));
}

const highest = (row: Row) => row.values.reduce<number>((most, value) => (value === null ? most : Math.max(most, value)), -Infinity);

function largest(rows: readonly Row[], top: number | undefined): { rows: Row[]; rest: number } {
  const limit = Math.min(top ?? rowsMax, rowsMax);
  if (rows.length <= limit) return { rows: [...rows], rest: 0 };
  const order = new Map([...rows].sort((a, b) => highest(b) - highest(a)).map((row, i) => [row, i]));
  return { rows: rows.filter((row) => (order.get(row) ?? 0) < limit), rest: rows.length - limit };
}

/** How far back a rate must look so that no increase between two samples is lost (Grafana's $__rate_interval). */
function rateRange(stepSeconds: number, scrape: number): number {
  return Math.ceil(Math.max(stepSeconds + scrape, 4 * scrape));
}

function realName(of: string, addresses: ReadonlyMap<EntityId, EntityParts>): string {
  const node = addresses.get(of);
  return node ? entityId(node) : of;
}

/** Other names under which nodes are scraped: their addresses, by the node exporter's node_uname_info. */
async function nodeAddresses(
  tools: Tools,
  entities: readonly EntityParts[],
  { grid, asking }: { grid: Grid; asking: Asking },
): Promise<Map<EntityId, EntityParts>> {
  const nodes = entities.filter(({ kind }) => kind === "node");
  if (nodes.length === 0) return new Map();
  const query = renderPromQL(select("node_uname_info", [oneOf("nodename", nodes.map(({ name }) => name))])); // prettier-ignore
  const { rows } = await tools.api.instant(query, grid.lastMs, asking);
  const addresses = rows.flatMap(({ metric }) => {
    const node = nodes.find(({ name }) => name === metric["nodename"]);
    const address = (metric["instance"] ?? "").replace(/:[0-9]+$/, "");
    return node && address !== "" && address !== node.name ? [[entityId({ ...node, name: address }), node] as const] : [];
  });
  return new Map(addresses);
}

/** Golden signals, resources and named signals of entities and of edges, by the first conventions that exist here. */
export async function answerSeries(tools: Tools, question: SeriesQuestion, asking: Asking): Promise<Found> {
  const grid = gridOf(question.window, question.step_seconds, asking.context.asOf);
  if (grid === null) throw new SourceFailure("not_recorded", "no whole step of the window lies before the time that is asked about");
  if (question.of.every(isEdge)) return edgeSeries(tools, question, { grid, asking });
  const span = windowSpan(question.window);
  const entities = question.of.filter((target) => !isEdge(target)).map(entityParts);
  const kinds = new Set(entities.map(({ kind }) => kind));
  const side = question.side ?? "server";
  const candidates = tools.conventions.measures.filter(
    (convention) =>
      convention.side === side && sameSignal(convention.signal, question.signal) && convention.kinds.some((kind) => kinds.has(kind)),
  );
  const names = [...new Set(candidates.flatMap(metricsOf))];
  const [addresses, existing, scrape] = await Promise.all([
    nodeAddresses(tools, entities, { grid, asking }),
    names.length > 0 ? tools.api.metricsAmong(names, span, asking) : new Set<string>(),
    scrapeSeconds(tools.api, grid.lastMs, asking),
  ]);
  const usable = candidates.filter((convention) => metricsOf(convention).every((metric) => existing.has(metric)));
  const choice = choose(question, usable);
  if (choice === null)
    throw new SourceFailure(
      "unknown_signal",
      names.length === 0 ? "no convention says how to measure this" : `none of its metrics exists: ${names.slice(0, 12).join(", ")}`,
    );
  const labelsOf = await labelsOfMetrics(tools, [...new Set(choice.conventions.flatMap(metricsOf))], { span, asking });
  const stepSeconds = grid.stepMs / 1_000;
  const attempts = attemptsOf({
    question,
    entities: [...entities, ...[...addresses.keys()].map(entityParts)],
    choice,
    labelsOf,
    rangeSeconds: rateRange(stepSeconds, scrape),
    stepSeconds: Math.max(stepSeconds, 4 * scrape),
    conventions: tools.conventions,
  });
  if (attempts.length === 0)
    throw new SourceFailure("unknown_signal", `its metrics have no label that names the entity: ${[...labelsOf.keys()].join(", ")}`);
  const results = await Promise.all(attempts.map((attempt) => rowsOf(tools, attempt, { grid, asking })));
  const named = results.map(({ rows }) => ({ rows: rows.map((row) => ({ ...row, of: realName(row.of, addresses) })) }));
  const { rows, rest } = largest(merged(named), question.top);
  const coverage = coverageOf(grid, rows, entities.length);
  const cut = results.some((result) => result.cut) || (rest > 0 && question.top === undefined);
  const data = {
    about: "series" as const,
    start: instantOf(grid.firstMs),
    step_ms: grid.stepMs,
    unit: choice.unit,
    statistic: choice.statistic,
    rows,
    ...(rest > 0 ? { rest } : {}),
  };
  return { data, coverage: cut ? { ...coverage, complete: false, truncated_by: "rows" } : coverage };
}
