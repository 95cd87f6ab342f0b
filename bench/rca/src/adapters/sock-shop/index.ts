import { basename, join } from "node:path";
import { z } from "zod";
import { byCodeUnit } from "@sre/contracts/canonical";
import { entityId, type Answer, type EntityId, type Question, type Signal, type Statistic } from "@sre/contracts/evidence";
import type { Adapter, CaseOnDisk, RcaCase } from "../../case.ts";
import { alertOf, recorded, seriesAnswers, snapshotOf, windowOf, type Recorder } from "../answers.ts";
import { caseFolders, directoriesWithCases, readJson } from "../directories.ts";
import { numberOf, readTable } from "../tables.ts";

const system = "sock-shop-1";
const cluster = "sock-shop";
const stepMs = 1_000;
const AlertFile = z.object({ alert: z.string(), entry: z.string(), fires_at: z.array(z.number()).min(1) });
type AlertFile = z.infer<typeof AlertFile>;

interface Measure {
  readonly signal: Signal;
  readonly statistic: Statistic;
  readonly unit: string | null;
}

// Columns are "service_measure"; CPU comes in per cent of a core.
const measures: Readonly<Record<string, Measure & { readonly factor: number }>> = {
  cpu: { signal: { resource: "cpu" }, statistic: "mean", unit: "1", factor: 0.01 },
  mem: { signal: { resource: "memory" }, statistic: "mean", unit: "By", factor: 1 },
  lod: { signal: { golden: "traffic" }, statistic: "rate", unit: "{request}/s", factor: 1 },
  lat_50: { signal: { golden: "latency" }, statistic: "p50", unit: "s", factor: 1 },
  lat_90: { signal: { golden: "latency" }, statistic: "p90", unit: "s", factor: 1 },
  lat_99: { signal: { golden: "latency" }, statistic: "p99", unit: "s", factor: 1 },
};

const serviceEntity = (name: string): EntityId => entityId({ cluster, namespace: "sock-shop", kind: "service", name });

interface Column {
  readonly service: EntityId;
  readonly measure: string;
  readonly values: readonly (number | null)[];
}

interface Recording {
  readonly startMs: number;
  readonly columns: readonly Column[];
}

function columnOf(name: string): { readonly service: EntityId; readonly measure: string } | null {
  const split = /^(.+?)_(cpu|mem|lod|lat_50|lat_90|lat_99)$/.exec(name);
  return split?.[1] && split[2] ? { service: serviceEntity(split[1]), measure: split[2] } : null;
}

/** Every column on a grid of seconds; a second that was not recorded is null. */
async function readSeries(path: string): Promise<Recording> {
  const [names = [], ...rows] = await readTable(path);
  const times = rows.map(([at]) => Number(at) * 1_000);
  const startMs = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const length = Math.round((times.reduce((a, b) => Math.max(a, b), startMs) - startMs) / stepMs) + 1;
  const columns = names.flatMap((name, index): Column[] => {
    const column = index === 0 ? null : columnOf(name);
    if (column === null) return [];
    const factor = measures[column.measure]?.factor ?? 1;
    const values: (number | null)[] = Array.from({ length }, () => null);
    rows.forEach((row, i) => {
      const cell = numberOf(row[index]);
      values[Math.round(((times[i] ?? startMs) - startMs) / stepMs)] = cell === null ? null : cell * factor;
    });
    return [{ ...column, values }];
  });
  return { startMs, columns };
}

function answersAt(recorder: Recorder, recording: Recording): Answer[] {
  const until = Math.floor((recorder.asOfMs - recording.startMs) / stepMs) + 1;
  return Object.entries(measures).flatMap(([name, { signal, statistic, unit }]) => {
    const own = recording.columns.filter(({ measure }) => measure === name);
    const rows = new Map(own.map(({ service, values }) => [service, values.slice(0, Math.max(0, until))]));
    return seriesAnswers(recorder, { signal, statistic, unit, startMs: recording.startMs, stepMs, rows });
  });
}

/** Nobody recorded who calls whom; that the services are there is all that the names of the series tell. */
function servicesKnown(recorder: Recorder, entry: EntityId, services: readonly EntityId[]): Answer {
  const question: Question = { about: "topology", of: [entry], depth: 2 };
  return recorded(recorder, question, { about: "topology", entities: [...services], edges: [], aliases: [] });
}

// The header's own split, for the baselines: the newer half of what lies within ten minutes, and the older one, which ends before a fault of the last minutes.
const newerMs = 290_000;
const olderMs = 580_000;

interface Moment {
  readonly alert: AlertFile;
  readonly recording: Recording;
  /** Seconds since the epoch. */
  readonly firesAt: number;
}

function caseAt({ id, run }: Pick<RcaCase, "id" | "run">, { alert: told, recording, firesAt }: Moment): RcaCase {
  const asOfMs = firesAt * 1_000;
  const recorder = { source: system, asOfMs };
  const services = [...new Set(recording.columns.map(({ service }) => service))].sort(byCodeUnit);
  const entry = serviceEntity(told.entry);
  const alert = alertOf({ name: told.alert, entity: entry, atMs: asOfMs, labels: { service: told.entry } });
  const answers = [...answersAt(recorder, recording), servicesKnown(recorder, entry, services)];
  const baselines = [windowOf(asOfMs - olderMs, asOfMs - newerMs)];
  const rest = { entities: services, edges: [], aliases: [], answers };
  const snapshot = snapshotOf({ recorder, alert, window: windowOf(asOfMs - newerMs, asOfMs), baselines, rest });
  return { system, id, run, notLive: new Set(), namesFromMetrics: true, snapshot };
}

// The first alert fires so long after the fault began.
const firstDelay = 60;

async function readCase(folder: string): Promise<Pick<Moment, "alert" | "recording">> {
  const alert = await readJson(join(folder, "alert.json"), AlertFile);
  return { alert, recording: await readSeries(join(folder, "series.csv")) };
}

/** Four independent runs of a case, one for each time at which the alert may fire; each knows only the rows until then. */
async function loadCase(folder: string): Promise<RcaCase[]> {
  const told = await readCase(folder);
  const [first = 0] = told.alert.fires_at;
  return told.alert.fires_at.map((firesAt) =>
    caseAt({ id: basename(folder), run: `+${firstDelay + firesAt - first}s` }, { ...told, firesAt }),
  );
}

/** Seconds before the fault at which the same alert is sent although nothing is wrong. */
const falseAlarms = [90, 30];
/** So many seconds of normal operation have to lie before it. */
const normalSecondsMin = 120;

/** The same alert before the fault began: nothing is wrong yet. None where too little was recorded before. */
async function loadNormal(folder: string): Promise<RcaCase[]> {
  const told = await readCase(folder);
  const onset = Math.min(...told.alert.fires_at) - firstDelay;
  const moments = falseAlarms.filter((before) => onset - before - told.recording.startMs / 1_000 >= normalSecondsMin);
  return moments.map((before) => caseAt({ id: `normal/${basename(folder)}`, run: `-${before}s` }, { ...told, firesAt: onset - before }));
}

/** RCD's runs of Sock Shop as RCAEval redistributes them: resource use, load and latency each second, and no topology. */
export const sockShopAdapter: Adapter = {
  name: "sock-shop",
  async find(directory) {
    const candidates = await directoriesWithCases(directory);
    const found = await Promise.all(candidates.map((candidate) => caseFolders(candidate, ["alert.json", "series.csv"])));
    return found.flat().flatMap((folder): CaseOnDisk[] => [
      { system, id: basename(folder), load: () => loadCase(folder) },
      { system, id: `normal/${basename(folder)}`, load: () => loadNormal(folder) },
    ]);
  },
};
