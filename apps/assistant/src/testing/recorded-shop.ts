import { evidenceId } from "@sre/contracts/canonical";
import type { AlertAnalysisRequest } from "@sre/contracts/assistant";
import type { Answer, EvidenceData, Question, ScopeAlert, Snapshot } from "@sre/contracts/evidence";
import { planQuestions, scopeOf } from "@sre/diagnosis";
import { writeSnapshot, type EvidenceSource } from "@sre/evidence";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A small shop for tests: checkout calls payments, and payments begins to fail at the onset. */
const asOf = "2026-11-24T09:30:00.000Z";
const onsetMs = Date.parse("2026-11-24T09:10:00.000Z");
const checkout = "eu-1/shop/service/checkout";
const payments = "eu-1/shop/service/payments";

const alert: ScopeAlert = {
  name: "HighErrorRate",
  entity: checkout,
  severity: "critical",
  starts_at: "2026-11-24T09:15:00.000Z",
  ends_at: null,
  labels: { service: "checkout" },
  annotations: {},
};

export function alertsRequest(more: Partial<AlertAnalysisRequest> = {}) {
  const incident_id = "00000000-0000-7000-8000-0000000000aa";
  return { incident_id, severity: "critical" as const, alerts: [alert], as_of: asOf, ...more };
}

export function deploymentRequest(more: object = {}) {
  const { alerts: _alerts, ...rest } = alertsRequest();
  return { ...rest, cluster: "eu-1", namespace: "shop", deployment: "checkout", ...more };
}

type SeriesQuestion = Extract<Question, { about: "series" }>;

function seriesOf(question: SeriesQuestion): EvidenceData {
  const { window, step_seconds: step, statistics } = question;
  const failing = "golden" in question.signal && question.signal.golden === "errors";
  const fromMs = Date.parse(window.from);
  const points = Math.floor((Date.parse(window.to) - fromMs) / (step * 1_000)) + 1;
  const at = (index: number) => fromMs + index * step * 1_000;
  const value = (index: number) => (failing && at(index) > onsetMs ? 0.4 : failing ? 0.001 : 1);
  const rows = question.of.map((of) => ({ of, labels: {}, values: Array.from({ length: points }, (_, index) => value(index)) }));
  return {
    about: "series",
    start: window.from,
    step_ms: step * 1_000,
    unit: failing ? "1" : "s",
    statistic: statistics[0] ?? "value",
    rows,
  };
}

function dataFor(question: Question): EvidenceData | null {
  switch (question.about) {
    case "series":
      return seriesOf(question);
    case "topology":
      return {
        about: "topology",
        entities: [checkout, payments],
        edges: [{ from: checkout, to: payments, kind: "calls", origin: "declared" }],
        aliases: [],
      };
    case "changes":
      return { about: "changes", changes: [] };
    case "events":
      return { about: "events", events: [] };
    case "objects":
      return { about: "objects", objects: [] };
    case "alerts":
      return { about: "alerts", alerts: [] };
    default:
      return null;
  }
}

/** The shop's answer to a question; what it does not know is `not_recorded`. */
export function shopAnswer(question: Question, source: string): Answer {
  const data = dataFor(question);
  const asked = [{ source, text: `shop ${question.about}`, at: asOf, took_ms: 1 }];
  const common = { id: evidenceId(question, source), source, question, asked };
  if (data === null) return { ...common, kind: "unanswered", because: "not_recorded", detail: "the shop keeps none" };
  const window = "window" in question ? question.window : { from: null, to: asOf };
  return { ...common, kind: "answered", data, coverage: { ...window, complete: true, missing_share: 0 } };
}

export interface FakeSource extends EvidenceSource {
  readonly asked: Question[];
}

/** A source over the shop, or over `answer`; it remembers what it was asked. */
export function fakeSource(name: string, answer: EvidenceSource["ask"] = async (question) => shopAnswer(question, name)): FakeSource {
  const asked: Question[] = [];
  return {
    name,
    kind: "prometheus",
    cluster: null,
    asked,
    answers: () => true,
    ask(question, context) {
      asked.push(question);
      return answer(question, context);
    },
    breakerState: () => "closed",
    close: () => Promise.resolve(),
  };
}

/** Questions of the first round, answered by the shop as one recorded source. */
export function shopSnapshot(): Snapshot {
  const scope = scopeOf({ asOf, alerts: [alert], entities: [], deployment: null });
  const header = { record: "header", format: "sre-evidence", version: 1, scope } as const;
  return {
    header,
    entities: [],
    edges: [],
    aliases: [],
    answers: planQuestions(scope, [], 1).map((question) => shopAnswer(question, "prometheus")),
  };
}

/** Writes a snapshot as `<directory>/<name>/snapshot.ndjson`. */
export function writeSnapshotFile(directory: string, name: string, snapshot: Snapshot): void {
  mkdirSync(join(directory, name), { recursive: true });
  writeFileSync(join(directory, name, "snapshot.ndjson"), writeSnapshot(snapshot));
}
