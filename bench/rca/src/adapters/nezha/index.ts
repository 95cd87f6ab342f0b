import { byCodeUnit } from "@sre/contracts/canonical";
import { snapshotVersion, type Answered } from "@sre/contracts/evidence";
import type { Adapter, CaseOnDisk, RcaCase } from "../../case.ts";
import { callsAnswer } from "./calls.ts";
import { daysBelow, readText, type Day, type MinuteFiles } from "./files.ts";
import { axisOf } from "./grid.ts";
import { handoverAnswer, logAnswers, readLines, type RecordedLine } from "./logs.ts";
import { metricAnswers, readMetrics, type PodSamples } from "./metrics.ts";
import { redAnswers } from "./red.ts";
import { scopeOfCase } from "./scope.ts";
import { linkSpans, readSpans, type Span } from "./spans.ts";
import { topologyAnswer, topologyOf } from "./topology.ts";
import type { Axis } from "./grid.ts";

interface Recorded {
  readonly spans: readonly Span[];
  readonly lines: readonly RecordedLine[];
}

async function readMinutes(minutes: readonly MinuteFiles[]): Promise<Recorded> {
  const [spans, lines]: [Span[], RecordedLine[]] = [[], []];
  for (const { minute, trace, log } of minutes) {
    if (trace !== null) for (const span of readSpans(await readText(trace), minute)) spans.push(span);
    if (log !== null) for (const line of readLines(await readText(log), minute)) lines.push(line);
  }
  return { spans, lines };
}

async function readPods(paths: readonly string[], axis: Axis): Promise<PodSamples[]> {
  const pods: PodSamples[] = [];
  for (const path of paths) {
    const samples = readMetrics(await readText(path), axis);
    if (samples !== null) pods.push(samples);
  }
  return pods;
}

function endOf({ spans, lines }: Recorded): number {
  const ends = spans.reduce((latest, { endMs }) => Math.max(latest, endMs), 0);
  return lines.reduce((latest, { atMs }) => Math.max(latest, atMs), ends);
}

function podsOf({ spans, lines }: Recorded, samples: readonly PodSamples[]): ReadonlyMap<string, string> {
  const pods = new Map<string, string>();
  for (const { pod } of [...samples, ...spans]) pods.set(pod, "");
  for (const { pod, node } of lines) pods.set(pod, node);
  return new Map([...pods].sort(([a], [b]) => byCodeUnit(a, b)));
}

/** What only traces tell: no live source of ours reads them yet. */
function fromTraces(answers: readonly Answered[]): ReadonlySet<string> {
  return new Set(answers.map(({ id }) => id));
}

async function loadCase(day: Day, minutes: readonly MinuteFiles[], name: { system: string; id: string }): Promise<RcaCase> {
  const [normal, window] = [await readMinutes(day.normal), await readMinutes(minutes)];
  const endMs = endOf(window) || (minutes.at(-1)?.minute ?? 0) * 60_000;
  const numbers = (files: readonly MinuteFiles[]) => files.map(({ minute }) => minute);
  const disturbedFrom = Math.min(...day.cases.flatMap(numbers));
  const axis = axisOf({ normal: numbers(day.normal), window: numbers(minutes), disturbedFrom }, endMs);
  const recorded = { spans: [...normal.spans, ...window.spans], lines: [...normal.lines, ...window.lines] };
  const samples = await readPods(day.metrics, axis);
  const calls = linkSpans(recorded.spans);
  const topology = topologyOf(calls, podsOf(recorded, samples));
  const { scope, alerts } = scopeOfCase(calls, axis);
  const services = [...new Set(recorded.spans.map(({ service }) => service))];
  const traced = [callsAnswer(calls, axis), ...redAnswers(calls, axis)];
  const answers = [
    topologyAnswer(topology, axis), alerts, ...traced, ...metricAnswers(samples, axis), ...logAnswers(recorded.lines, services, axis), handoverAnswer(recorded.lines, axis),
  ]; // prettier-ignore
  const header = { record: "header", format: "sre-evidence", version: snapshotVersion, scope } as const;
  return {
    ...name,
    run: "",
    snapshot: { header, entities: [...topology.entities], edges: [...topology.edges], aliases: [], answers },
    notLive: fromTraces(traced),
  };
}

function casesOfDay(day: Day): CaseOnDisk[] {
  return day.cases.map((minutes, index) => {
    const name = { system: day.set.startsWith("nezha") ? day.set : "nezha", id: `nz-${day.date}-${String(index).padStart(2, "0")}` };
    return { ...name, load: async () => [await loadCase(day, minutes, name)] };
  });
}

/** Nezha's format: a day's logs, traces and metrics in CSV, a normal stretch and the minutes of each fault. */
export const nezhaAdapter: Adapter = {
  name: "nezha",
  async find(directory) {
    const days = await daysBelow(directory);
    return days.flatMap(casesOfDay).sort((a, b) => byCodeUnit(`${a.system} ${a.id}`, `${b.system} ${b.id}`));
  },
};
