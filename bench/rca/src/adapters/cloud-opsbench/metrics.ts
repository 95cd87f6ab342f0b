import { byCodeUnit } from "@sre/contracts/canonical";
import { entityParts, type Answer, type EntityId, type Statistic } from "@sre/contracts/evidence";
import { seriesAnswers, type Recorder } from "../answers.ts";
import { numberOf, tableOf } from "../tables.ts";
import { listAt, textAt } from "./fields.ts";
import { nodeId, serviceId } from "./kinds.ts";
import { same, seconds, type Measure } from "./measure.ts";
import type { Estate, Recording } from "./objects.ts";
import { podSpecIn } from "./refs.ts";
import { recorderInstant } from "./time.ts";

const latency = (statistic: Statistic): Measure => ({ signal: { golden: "latency" }, statistic, unit: "s", convert: seconds });

// Columns are "thing-measure". Packets received and sent are added up: the product has one word for both.
const measures: Readonly<Record<string, Measure>> = {
  cpu: { signal: { resource: "cpu" }, statistic: "value", unit: "1", convert: same },
  mem: { signal: { resource: "memory" }, statistic: "value", unit: "By", convert: same },
  cpu_cfs: { signal: { named: "throttled" }, statistic: "value", unit: "s", convert: same },
  rps: { signal: { golden: "traffic" }, statistic: "rate", unit: "{request}/s", convert: same },
  success_rate: { signal: { golden: "errors" }, statistic: "ratio", unit: "1", convert: same },
  network: { signal: { resource: "network" }, statistic: "rate", unit: "{packet}/s", convert: same },
  p50latency: latency("p50"),
  p90latency: latency("p90"),
  p95latency: latency("p95"),
  tcp_retans: { signal: { named: "retransmits" }, statistic: "value", unit: null, convert: same },
};

interface Column {
  readonly thing: string;
  readonly measure: string;
  readonly values: readonly (number | null)[];
}

interface Table {
  readonly startMs: number;
  readonly stepMs: number;
  readonly columns: readonly Column[];
}

/** The columns of a file of measurements on one grid; null where it holds no times. */
export function readMetrics(text: string): Table | null {
  const [names = [], ...rows] = tableOf(text);
  const times = rows.map(([at = ""]) => recorderInstant(at)).map((at) => (at === null ? Number.NaN : Date.parse(at)));
  const [first, second] = times;
  if (first === undefined || second === undefined || Number.isNaN(first) || !(second > first)) return null;
  const stepMs = second - first;
  const cell = new Map(times.map((at, row) => [Math.round((at - first) / stepMs), row]));
  const length = Math.max(...[...cell.keys()].filter((index) => Number.isFinite(index))) + 1;
  const columns = names.flatMap((name, index): Column[] => {
    const found = /^(.+)-([a-z0-9_]+)$/.exec(name);
    if (!found) return [];
    const values = Array.from({ length }, (_, i) => numberOf(rows[cell.get(i) ?? -1]?.[index]));
    return [{ thing: found[1] ?? "", measure: found[2] ?? "", values }];
  });
  return { startMs: first, stepMs, columns };
}

function entityFor(thing: string, estate: Estate, { namespace }: Recording): EntityId {
  return estate.live.has(nodeId(thing)) ? nodeId(thing) : serviceId(namespace, thing);
}

const isNode = (id: EntityId): boolean => entityParts(id).kind === "node";

// Success comes as a share or in per cent; what fails is asked for.
function failing(values: readonly (number | null)[]): (number | null)[] {
  const whole = values.some((value) => value !== null && value > 1.5) ? 100 : 1;
  return values.map((value) => (value === null ? null : Math.max(0, 1 - value / whole)));
}

/** Cores and bytes of a quantity as Kubernetes writes it; null for anything else. */
function quantity(text: string): number | null {
  const found = /^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(text);
  if (!found) return null;
  const factors: Readonly<Record<string, number>> = {
    m: 1e-3,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
  };
  return Number(found[1]) * (factors[found[2] ?? ""] ?? 1);
}

/** The limit of the workload behind a service, one pod's containers together. */
function limitOf(estate: Estate, service: EntityId, resource: "cpu" | "memory"): number | null {
  const { namespace, name } = entityParts(service);
  const workload = [...estate.live].find(([id]) => {
    const parts = entityParts(id);
    return parts.namespace === namespace && parts.name === name && (parts.kind === "deployment" || parts.kind === "statefulset");
  });
  const limits = listAt(podSpecIn(workload?.[1] ?? {}), "containers").map((one) => quantity(textAt(one, "resources", "limits", resource)));
  return limits.length > 0 && limits.every((limit) => limit !== null) ? limits.reduce((sum, limit) => sum + limit, 0) : null;
}

type Rows = ReadonlyMap<EntityId, readonly (number | null)[]>;

const times = (factor: number) => (value: number | null) => (value === null ? null : value * factor);

function against(rows: Rows, estate: Estate, resource: "cpu" | "memory"): Rows {
  return new Map(
    [...rows].flatMap(([id, values]) => {
      const limit = limitOf(estate, id, resource);
      return limit === null || limit === 0 ? [] : [[id, values.map(times(1 / limit))] as const];
    }),
  );
}

function packets(columns: readonly Column[]): Column[] {
  const sent = new Map(columns.filter(({ measure }) => measure === "network_transmit").map(({ thing, values }) => [thing, values]));
  const received = columns.filter(({ measure }) => measure === "network_receive");
  const both = (thing: string, value: number | null, i: number) => (value === null ? null : value + (sent.get(thing)?.[i] ?? 0));
  return received.map(({ thing, values }) => ({ thing, measure: "network", values: values.map((value, i) => both(thing, value, i)) }));
}

const converted = ({ values, measure }: Column): (number | null)[] =>
  measure === "success_rate"
    ? failing(values)
    : values.map((value) => (value === null ? null : (measures[measure]?.convert ?? same)(value)));

/** Series of services and nodes by signal, and how full limits are where the manifests tell them. */
export function metricAnswers(table: Table, recording: Recording, estate: Estate): Answer[] {
  const recorder: Recorder = { source: recording.source, asOfMs: Date.parse(recording.collectedAt) };
  const { startMs, stepMs } = table;
  const columns = [...table.columns, ...packets(table.columns)];
  return Object.entries(measures).flatMap(([name, measure]) => {
    const { signal, statistic, unit } = measure;
    const own = columns.filter((column) => column.measure === name);
    const rows = own.map((column) => [entityFor(column.thing, estate, recording), converted(column)] as const);
    const sorted = rows.sort(([a], [b]) => byCodeUnit(a, b));
    const resource = name === "cpu" ? ("cpu" as const) : name === "mem" ? ("memory" as const) : null;
    if (resource === null) return seriesAnswers(recorder, { signal, statistic, unit, startMs, stepMs, rows: new Map(sorted) });
    const services = new Map(sorted.filter(([id]) => !isNode(id)));
    const share = { statistic: "ratio" as const, unit: "1", startMs, stepMs };
    // A node's use comes in per cent of what it has.
    const nodes = new Map(sorted.filter(([id]) => isNode(id)).map(([id, values]) => [id, values.map(times(0.01))]));
    return [
      ...seriesAnswers(recorder, { signal, statistic, unit, startMs, stepMs, rows: services }),
      ...seriesAnswers(recorder, { signal: { resource, against: "limit" }, ...share, rows: against(services, estate, resource) }),
      ...seriesAnswers(recorder, { signal: { resource, against: "capacity" }, ...share, rows: nodes }),
    ];
  });
}
