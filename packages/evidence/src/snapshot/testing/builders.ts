import { evidenceId } from "@sre/contracts/canonical";
import type { Answer, Answered, Coverage, Edge, EvidenceData, Question, Scope, Snapshot } from "@sre/contracts/evidence";
import type { AskContext } from "../../source.ts";

/* Builders of small snapshots for tests. */

export const asOf = "2026-03-02T10:00:00.000Z";
export const minute = (n: number): string => new Date(Date.parse("2026-03-02T09:00:00.000Z") + n * 60_000).toISOString();
export const window = (from: number, to: number) => ({ from: minute(from), to: minute(to) });
export const id = (kind: string, name: string): string => `eu/shop/${kind}/${name}`;
export const namespaceShop = "eu//namespace/shop";

export const context: AskContext = { asOf, signal: new AbortController().signal, deadlineMs: 1_000 };

const scope: Scope = {
  as_of: asOf,
  window: window(30, 60),
  baselines: [],
  alerts: [],
  entities: [id("service", "checkout")],
  deployment: null,
};

export function recorded(question: Question, data: EvidenceData, more: { source?: string; coverage?: Partial<Coverage> } = {}): Answered {
  const source = more.source ?? "prometheus";
  const span = "window" in question ? question.window : { from: asOf, to: asOf };
  const coverage = { from: span.from, to: span.to, complete: true, missing_share: 0, ...more.coverage };
  return {
    id: evidenceId(question, source),
    source,
    question,
    asked: [{ source, text: "as sent", at: asOf, took_ms: 3 }],
    kind: "answered",
    data,
    coverage,
  };
}

export function snapshotOf(answers: readonly Answer[], edges: readonly Edge[] = []): Snapshot {
  return { header: { record: "header", format: "sre-evidence", version: 1, scope }, entities: [], edges, aliases: [], answers };
}

type SeriesQuestion = Extract<Question, { about: "series" }>;

/** A latency series of some services, one value a minute: its number. */
export function series(
  of: readonly string[],
  minutes: readonly [number, number],
  more: Partial<SeriesQuestion> & { stepMs?: number } = {},
): Answered {
  const { stepMs = 60_000, ...rest } = more;
  const question: SeriesQuestion = {
    about: "series",
    of: [...of],
    signal: { golden: "latency" },
    statistics: ["mean"],
    window: window(...minutes),
    step_seconds: stepMs / 1_000,
    ...rest,
  };
  const count = ((minutes[1] - minutes[0]) * 60_000) / stepMs + 1;
  const rows = of.map((entity) => ({
    of: entity,
    labels: {},
    values: Array.from({ length: count }, (_, index) => minutes[0] + (index * stepMs) / 60_000),
  }));
  return recorded(question, {
    about: "series",
    start: question.window.from,
    step_ms: stepMs,
    unit: "s",
    statistic: question.statistics[0] ?? "mean",
    rows,
  });
}
