import { byCodeUnit, sixDigits } from "@sre/contracts/canonical";
import type { Answered, Signal, Statistic } from "@sre/contracts/evidence";
import { quantile } from "@sre/timeseries";
import { answerOf } from "./answers.ts";
import { entries, hasFailed } from "./calls.ts";
import { serviceEntity } from "./entities.ts";
import { missingShare, stepMs, wholeWindow, type Axis } from "./grid.ts";
import type { Call, Span } from "./spans.ts";

/** So many parts has a minute in these series: a single value would not tell what is usual. */
const partsPerMinute = 4;

const subjectsMax = 200;
const partMs = stepMs / partsPerMinute;

interface Measure {
  readonly signal: Signal;
  readonly statistic: Statistic;
  readonly unit: string;
  /** Of the calls that ended in one part of a minute; `seen` tells that the minute was recorded. */
  readonly value: (spans: readonly Span[], seen: boolean) => number | null;
}

const measures: readonly Measure[] = [
  { signal: { golden: "latency" }, statistic: "p95", unit: "s", value: (spans) => quantile(spans.map((span) => (span.endMs - span.startMs) / 1_000), 0.95) },
  { signal: { golden: "traffic" }, statistic: "rate", unit: "{request}/s", value: (spans, seen) => (seen ? spans.length / (partMs / 1_000) : null) },
]; // prettier-ignore
const errors: Measure = {
  signal: { golden: "errors" },
  statistic: "ratio",
  unit: "1",
  value: (spans) => (spans.length === 0 ? null : spans.filter(hasFailed).length / spans.length),
};

function placed(spans: readonly Span[], axis: Axis): Span[][] {
  const parts: Span[][] = Array.from({ length: axis.points * partsPerMinute }, () => []);
  for (const span of spans) {
    const atMs = axis.within(span.minute, span.endMs);
    const index = Math.ceil((atMs - (axis.firstMs - stepMs)) / partMs) - 1;
    if (axis.indexOf(span.minute) !== null) parts[index]?.push(span);
  }
  return parts;
}

/** Latency, traffic and, where spans tell their status, errors of each service, from the calls that it served. */
export function redAnswers(calls: readonly Call[], axis: Axis): Answered[] {
  const served = entries(calls).map(({ span }) => span);
  const services = [...new Set(served.map(({ service }) => service))].sort(byCodeUnit).slice(0, subjectsMax);
  const seenMinutes = new Set(served.map(({ minute }) => axis.indexOf(minute)));
  const parts = new Map(services.map((service) => [service, placed(served.filter((span) => span.service === service), axis)])); // prettier-ignore
  const coded = served.some(({ code }) => code !== "unset");
  return [...measures, ...(coded ? [errors] : [])].map(({ signal, statistic, unit, value }) => {
    const rows = services.map((service) => ({
      of: serviceEntity(service),
      labels: {},
      values: (parts.get(service) ?? []).map((spans, index) => {
        const measured = value(spans, seenMinutes.has(Math.floor(index / partsPerMinute)));
        return measured === null ? null : sixDigits(measured);
      }),
    }));
    const start = new Date(axis.firstMs - stepMs + partMs).toISOString();
    return answerOf(axis, {
      question: { about: "series", of: services.map(serviceEntity), signal, statistics: [statistic], window: wholeWindow(axis), step_seconds: partMs / 1_000 },
      data: { about: "series", start, step_ms: partMs, unit, statistic, rows },
      missing: missingShare(axis),
    }); // prettier-ignore
  });
}
