import { byCodeUnit } from "@sre/contracts/canonical";
import { edgeId, entityId, entityParts, type EdgeId, type EntityId, type EntityParts } from "@sre/contracts/evidence";
import type { Asking } from "../source.ts";
import type { PrometheusApi, Span } from "./api.ts";
import type { Conventions } from "./conventions.ts";
import { aggregate, binary, call, oneOf, select, type Expr, type Matcher } from "./promql.ts";

/** Metrics that tell who calls whom. */
interface GraphFamily {
  readonly origin: "service_graph" | "istio";
  readonly total: string;
  /** Metric of failed calls; null: `code` tells. */
  readonly failed: string | null;
  readonly code: string | null;
  /** Histograms of both sides, without suffix, and their unit in seconds. */
  readonly durations: Readonly<Record<"server" | "client", { readonly metric: string; readonly where: readonly Matcher[] } | null>>;
  readonly scale: number;
  readonly where: readonly Matcher[];
  readonly ends: Readonly<Record<"from" | "to", { readonly name: readonly string[]; readonly namespace: readonly string[] }>>;
}

const reporter = (value: string): Matcher => ({ label: "reporter", op: "=", value });

/** Tempo's metrics generator and the collector's service graph connector write the first, Istio's proxies the second. */
function graphFamilies({ labels }: Conventions): GraphFamily[] {
  return [
    {
      origin: "service_graph",
      total: "traces_service_graph_request_total",
      failed: "traces_service_graph_request_failed_total",
      code: null,
      durations: {
        server: { metric: "traces_service_graph_request_server_seconds", where: [] },
        client: { metric: "traces_service_graph_request_client_seconds", where: [] },
      },
      scale: 1,
      where: [],
      ends: {
        from: { name: labels.client, namespace: labels.client_namespace },
        to: { name: labels.server, namespace: labels.server_namespace },
      },
    },
    {
      origin: "istio",
      total: "istio_requests_total",
      failed: null,
      code: "response_code",
      durations: {
        server: { metric: "istio_request_duration_milliseconds", where: [reporter("destination")] },
        client: { metric: "istio_request_duration_milliseconds", where: [reporter("source")] },
      },
      scale: 0.001,
      where: [reporter("destination")],
      ends: {
        from: { name: ["source_canonical_service", "source_workload", "source_app"], namespace: ["source_workload_namespace"] },
        to: {
          name: ["destination_service_name", "destination_canonical_service", "destination_workload"],
          namespace: ["destination_service_namespace", "destination_workload_namespace"],
        },
      },
    },
  ];
}

/** A family whose metrics exist, with the labels they have. */
export interface Graph {
  readonly family: GraphFamily;
  readonly exists: ReadonlySet<string>;
  readonly from: string;
  readonly to: string;
  readonly fromNamespace: string | null;
  readonly toNamespace: string | null;
  /** A namespace label of the series itself, which may be the exporter's. */
  readonly shared: string | null;
  readonly by: readonly string[];
}

function metricNames(family: GraphFamily): string[] {
  const histograms = Object.values(family.durations).flatMap((side) => (side ? [`${side.metric}_bucket`] : []));
  return [...new Set([family.total, ...(family.failed ? [family.failed] : []), ...histograms])];
}

/** The graphs that exist in the stretch. */
export async function graphsIn(
  tools: { readonly api: PrometheusApi; readonly conventions: Conventions },
  span: Span,
  asking: Asking,
): Promise<Graph[]> {
  const families = graphFamilies(tools.conventions);
  const exists = await tools.api.metricsAmong(families.flatMap(metricNames), span, asking);
  const graphs = await Promise.all(
    families.map(async (family) => {
      if (!exists.has(family.total)) return null;
      const present = await tools.api.labelsOf(family.total, span, asking);
      const first = (candidates: readonly string[]) => candidates.find((label) => present.has(label)) ?? null;
      const { from, to } = family.ends;
      const [fromName, toName] = [first(from.name), first(to.name)];
      if (!fromName || !toName) return null;
      const namespaces = [first(from.namespace), first(to.namespace)] as const;
      const shared = namespaces[0] && namespaces[1] ? null : first(tools.conventions.labels.namespace);
      const by = [fromName, toName, ...namespaces, shared].filter((label) => label !== null);
      return { family, exists, from: fromName, to: toName, fromNamespace: namespaces[0], toNamespace: namespaces[1], shared, by };
    }),
  );
  return graphs.filter((graph) => graph !== null);
}

/** Names the ends of a graph's rows as entities: the known ones as they are known, others in a namespace that is told or shared. */
export function endNamer(
  known: readonly EntityId[],
): (graph: Graph, labels: Readonly<Record<string, string>>) => { from: EntityId; to: EntityId } | null {
  const parts = known.map(entityParts);
  const byName = Map.groupBy(parts, ({ name }) => name);
  const home: EntityParts = parts[0] ?? { cluster: "", namespace: "", kind: "service", name: "" };
  const namespaces = new Set(parts.map(({ namespace }) => namespace));
  const named = (name: string, told: string | undefined, shared: string | undefined): EntityId => {
    const same = byName.get(name)?.find(({ namespace }) => !told || namespace === "" || namespace === told);
    if (same) return entityId(same);
    const namespace = told ?? (shared && namespaces.has(shared) ? shared : home.namespace);
    return entityId({ cluster: home.cluster, namespace, kind: "service", name });
  };
  return (graph, labels) => {
    const [from, to] = [labels[graph.from], labels[graph.to]];
    if (!from || !to || from === "unknown" || to === "unknown") return null;
    const told = (label: string | null) => (label ? labels[label] || undefined : undefined);
    const shared = told(graph.shared);
    return { from: named(from, told(graph.fromNamespace), shared), to: named(to, told(graph.toNamespace), shared) };
  };
}

export interface EdgeEnds {
  readonly from: EntityParts;
  readonly to: EntityParts;
}

export const isEdge = (target: string): target is EdgeId => target.includes(">");

/** The ends of an edge's id; null when it is no `calls` edge. */
export function endsOf(target: string): EdgeEnds | null {
  const [from, kind, to] = target.split(">");
  return from && to && kind === "calls" ? { from: entityParts(from), to: entityParts(to) } : null;
}

/** Selects the calls of edges. */
export function edgeMatchers(graph: Graph, edges: readonly EdgeEnds[]): Matcher[] {
  return [oneOf(graph.from, edges.map(({ from }) => from.name)), oneOf(graph.to, edges.map(({ to }) => to.name)), ...graph.family.where]; // prettier-ignore
}

/** Selects the calls that any of the entities makes or takes: two selections whose rows are joined. */
export function touchingMatchers(graph: Graph, entities: readonly EntityParts[]): Matcher[][] {
  const names = entities.map(({ name }) => name);
  return [
    [oneOf(graph.from, names), ...graph.family.where],
    [oneOf(graph.to, names), ...graph.family.where],
  ];
}

/** `build` over each selection, joined by `or`. */
export function joined(selections: readonly (readonly Matcher[])[], build: (matchers: readonly Matcher[]) => Expr): Expr {
  const [first, ...others] = selections.map(build);
  if (!first) throw new RangeError("a selection is needed");
  return others.reduce<Expr>((left, right) => binary(left, "or", right), first);
}

export const rateBy = (
  by: readonly string[],
  metric: string,
  {
    matchers,
    seconds,
    as = "rate",
  }: { readonly matchers: readonly Matcher[]; readonly seconds: number; readonly as?: "rate" | "increase" },
): Expr => aggregate("sum", by, call(as, select(metric, matchers, seconds)));

/**
 * Edge ids of rows by a namer, sorted; rows that name no two ends are left out. Where several rows come to one edge,
 * the one whose own namespace is that of an end counts: a shared namespace may also be the exporter's.
 */
export function edgeRows<Row extends { readonly metric: Readonly<Record<string, string>> }>(
  graph: Graph,
  rows: readonly Row[],
  nameEnds: ReturnType<typeof endNamer>,
): { of: EdgeId; ends: { from: EntityId; to: EntityId }; row: Row }[] {
  const found = new Map<EdgeId, { of: EdgeId; ends: { from: EntityId; to: EntityId }; row: Row; own: boolean }>();
  for (const row of rows) {
    const ends = nameEnds(graph, row.metric);
    if (!ends || ends.from === ends.to) continue;
    const of = edgeId({ ...ends, kind: "calls" });
    const shared = graph.shared ? row.metric[graph.shared] : undefined;
    const own = shared !== undefined && [ends.from, ends.to].some((end) => entityParts(end).namespace === shared);
    if (!found.has(of) || (own && found.get(of)?.own === false)) found.set(of, { of, ends, row, own });
  }
  return [...found.values()].sort((a, b) => byCodeUnit(a.of, b.of));
}
