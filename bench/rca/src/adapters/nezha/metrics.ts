import { byCodeUnit, sixDigits } from "@sre/contracts/canonical";
import type { Answered, EntityId, Signal } from "@sre/contracts/evidence";
import { answerOf } from "./answers.ts";
import { csvRecords, type Record } from "./csv.ts";
import { podEntity, serviceEntity } from "./entities.ts";
import { startOf, stepMs, wholeWindow, type Axis } from "./grid.ts";
import { serviceOfPod } from "./spans.ts";

interface Measure {
  readonly signal: Signal;
  readonly unit: string;
  readonly columns: readonly { readonly name: string; readonly labels: { readonly [name: string]: string } }[];
  readonly factor: number;
}

const measures: readonly Measure[] = [
  { signal: { resource: "cpu" }, unit: "{core}", columns: [{ name: "CpuUsage(m)", labels: {} }], factor: 1e-3 },
  { signal: { resource: "cpu", against: "limit" }, unit: "1", columns: [{ name: "CpuUsageRate(%)", labels: {} }], factor: 1e-2 },
  { signal: { resource: "memory" }, unit: "By", columns: [{ name: "MemoryUsage(Mi)", labels: {} }], factor: 1024 ** 2 },
  { signal: { resource: "memory", against: "limit" }, unit: "1", columns: [{ name: "MemoryUsageRate(%)", labels: {} }], factor: 1e-2 },
  {
    signal: { resource: "network" },
    unit: "By/s",
    columns: [
      { name: "NetworkReceiveBytes", labels: { direction: "receive" } },
      { name: "NetworkTransmitBytes", labels: { direction: "transmit" } },
    ],
    factor: 1,
  },
];

/** The samples of one pod, one list a column. */
export interface PodSamples {
  readonly pod: string;
  readonly values: ReadonlyMap<string, (number | null)[]>;
}

const podsMax = 200;
const columns = measures.flatMap((measure) => measure.columns.map(({ name }) => name));
const secondsPerMinute = 60;

function numberIn(record: Record, column: string): number | null {
  const text = record(column);
  const value = Number(text);
  return text === "" || !Number.isFinite(value) ? null : value;
}

/** The samples of a pod's metric file that lie on the axis; nothing later is read. Null for a file about something else. */
export function readMetrics(text: string, axis: Axis): PodSamples | null {
  const values = new Map(columns.map((name) => [name, Array.from<number | null>({ length: axis.points }).fill(null)] as const));
  let pod = "";
  for (const record of csvRecords(text)) {
    const minute = Math.floor(Number(record("TimeStamp")) / secondsPerMinute);
    const at = axis.metricIndexOf(minute);
    pod ||= record("PodName");
    if (at === null) continue;
    for (const [name, cells] of values) cells[at] = numberIn(record, name);
  }
  return pod === "" ? null : { pod, values };
}

/** The largest of several pods' values: the one that runs short counts. */
function largest(all: readonly (readonly (number | null)[])[], points: number): (number | null)[] {
  return Array.from({ length: points }, (_, index) => {
    const known = all.map((values) => values[index] ?? null).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  });
}

type Series = readonly [of: EntityId, column: string, values: readonly (number | null)[]];

function podsAndServices(samples: readonly PodSamples[], axis: Axis): Series[] {
  const byService = Map.groupBy(samples, ({ pod }) => serviceOfPod(pod));
  const pods = samples.flatMap(({ pod, values }) => [...values].map(([column, cells]): Series => [podEntity(pod), column, cells]));
  const services = [...byService].flatMap(([service, own]) =>
    columns.map((column): Series => [serviceEntity(service), column, largest(own.map(({ values }) => values.get(column) ?? []), axis.points)]),
  ); // prettier-ignore
  return [...services, ...pods];
}

/** What pods use of processor, memory and network, told of the pods and of the services that they stand for; one answer a signal. */
export function metricAnswers(given: readonly PodSamples[], axis: Axis): Answered[] {
  const samples = [...given].sort((a, b) => byCodeUnit(a.pod, b.pod)).slice(0, podsMax / 2);
  if (samples.length === 0) return [];
  const all = podsAndServices(samples, axis);
  const of = [...new Set(all.map(([entity]) => entity))].sort(byCodeUnit);
  return measures.map(({ signal, unit, columns: wanted, factor }) => {
    const rows = wanted.flatMap(({ name, labels }) =>
      all
        .filter(([, column]) => column === name)
        .map(([entity, , values]) => ({ of: entity, labels, values: values.map((value) => (value === null ? null : sixDigits(value * factor))) })),
    ); // prettier-ignore
    const cells = rows.flatMap(({ values }) => values);
    return answerOf(axis, {
      question: { about: "series", of, signal, statistics: ["value"], window: wholeWindow(axis), step_seconds: stepMs / 1_000 },
      data: { about: "series", start: startOf(axis), step_ms: stepMs, unit, statistic: "value", rows },
      missing: cells.filter((cell) => cell === null).length / Math.max(1, cells.length),
    });
  });
}
