import { evidenceId } from "@sre/contracts/canonical";
import { entityParts, type Answer, type DataOf, type EntityId, type Instant, type ScopeAlert, type Window } from "@sre/contracts/evidence";
import { listAt, numberAt, textAt, type Fields } from "./fields.ts";
import { namespaceId, nodeId, serviceId } from "./kinds.ts";
import { same, seconds, type Measure } from "./measure.ts";
import type { Estate, Recording } from "./objects.ts";
import { recorderInstant } from "./time.ts";

type Alert = DataOf<"alerts">["alerts"][number];
type Reading = Alert["readings"][number];

interface WordedMeasure extends Measure {
  readonly when: RegExp;
}

const share = (value: number) => value / 100;

// One segment of the recorder's wording, "… Normal=36.4ms -> Current=7327.6ms …", by what stands before it.
const measures: readonly WordedMeasure[] = [
  { when: /p50latency/, signal: { golden: "latency" }, statistic: "p50", unit: "s", convert: seconds },
  { when: /p90latency/, signal: { golden: "latency" }, statistic: "p90", unit: "s", convert: seconds },
  { when: /p95latency/, signal: { golden: "latency" }, statistic: "p95", unit: "s", convert: seconds },
  { when: /p99latency/, signal: { golden: "latency" }, statistic: "p99", unit: "s", convert: seconds },
  { when: /Success Rate/, signal: { golden: "errors" }, statistic: "ratio", unit: "1", convert: (value) => 1 - share(value) },
  { when: /\[RPS\]/, signal: { golden: "traffic" }, statistic: "rate", unit: "{request}/s", convert: same },
  { when: /cpu_cfs/, signal: { named: "throttled" }, statistic: "value", unit: "s", convert: same },
  { when: /cpu utilization/, signal: { resource: "cpu", against: "capacity" }, statistic: "ratio", unit: "1", convert: share },
  { when: /cpu core/, signal: { resource: "cpu" }, statistic: "value", unit: "1", convert: same },
  { when: /TCP Retransmission/, signal: { named: "retransmits" }, statistic: "value", unit: null, convert: same },
  { when: /Network|SURGE|Inbound|Outbound/, signal: { resource: "network" }, statistic: "rate", unit: "{packet}/s", convert: same },
];

/** The numbers in one line of an alert's evidence; a measure that the product has no word for is left out. */
function readingsOf(evidence: string): Reading[] {
  const [head = "", ...segments] = evidence.split(" | ");
  return segments.flatMap((segment): Reading[] => {
    const measure = measures.find(({ when }) => when.test(segment)) ?? measures.find(({ when }) => when.test(head));
    const values = /(?:Normal=([\d.]+)\D*?->\s*)?(?:Current|Cur)=([\d.]+)/.exec(segment) ?? /()Val: ([\d.]+)/.exec(segment);
    if (!measure || !values) return [];
    const { signal, statistic, unit, convert } = measure;
    const normal = values[1] ? convert(Number(values[1])) : null;
    return [{ signal, statistic, unit, normal, observed: convert(Number(values[2])) }];
  });
}

function entityOf(alert: Fields, estate: Estate, { namespace }: Recording): EntityId {
  const name = textAt(alert, "entity_name") || textAt(alert, "name") || textAt(alert, "entry_service");
  if (textAt(alert, "type") === "Node" || textAt(alert, "entity_type") === "Node") return nodeId(name);
  const service = serviceId(namespace, name);
  const named = estate.live.has(service) || textAt(alert, "type") === "Service";
  return named ? service : namespaceId(namespace);
}

function measuredAlert(alert: Fields, entity: EntityId, at: Instant): Alert {
  const evidence = alert["evidence"];
  const lines = Array.isArray(evidence) ? evidence.filter((line): line is string => typeof line === "string") : [];
  const [from, to] = textAt(alert, "time_range")
    .split(" ~ ")
    .map((text) => recorderInstant(text));
  const kinds = lines.map((line) => line.split(" ")[0] ?? "");
  return {
    name: [...new Set(kinds)].join(", ") || textAt(alert, "status"),
    entity,
    state: "firing",
    from: from ?? at,
    to: to ?? null,
    readings: lines.flatMap(readingsOf),
  };
}

function failedRequest(alert: Fields, entity: EntityId, at: Instant): Alert {
  const code = /\b([45]\d\d)\b/.exec(textAt(alert, "raw_error"))?.[1];
  const operation = `${textAt(alert, "request_method")} ${textAt(alert, "url")}`.trim();
  const count = numberAt(alert, "occurrences");
  return {
    name: textAt(alert, "business_action"),
    entity,
    operation,
    state: "firing",
    from: at,
    to: null,
    ...(count === null ? {} : { count }),
    ...(code === undefined ? {} : { code }),
    readings: [],
  };
}

/** The alerts that a recording tells of; those without a time are taken to fire when it was made. */
export function alertsOf(recording: Recording, estate: Estate): Alert[] {
  const told = recording.calls.filter(({ tool }) => tool === "GetAlerts").flatMap(({ value }) => listAt(value, "alerts"));
  return told.map((alert) => {
    const entity = entityOf(alert, estate, recording);
    return "evidence" in alert ? measuredAlert(alert, entity, recording.collectedAt) : failedRequest(alert, entity, recording.collectedAt);
  });
}

// Several lines may tell of one alert; what they read stays apart in the answer.
function labelsOf({ entity, operation, code }: Alert): Record<string, string> {
  const { namespace, kind, name } = entityParts(entity ?? "");
  return {
    ...(namespace === "" ? {} : { namespace }),
    ...(kind === "namespace" ? {} : { [kind]: name }),
    ...(operation ? { operation } : {}),
    ...(code ? { code } : {}),
  };
}

/** An alert as the one that is to be explained. */
export function scopeAlert(alert: Alert): ScopeAlert[] {
  if (alert.entity === null) return [];
  return [
    {
      name: alert.name,
      entity: alert.entity,
      severity: "error",
      starts_at: alert.from,
      ends_at: null,
      labels: labelsOf(alert),
      annotations: {},
    },
  ];
}

/** The answer that holds the alerts with what they read. */
export function alertAnswer(alerts: readonly Alert[], recording: Recording, window: Window): Answer {
  const question = { about: "alerts" as const, in: namespaceId(recording.namespace), window };
  const { source } = recording;
  const coverage = { ...window, complete: true, missing_share: 0 };
  const open = alerts.map((alert) => ({ ...alert, to: null }));
  return {
    id: evidenceId(question, source),
    source,
    question,
    asked: [],
    kind: "answered",
    data: { about: "alerts", alerts: open },
    coverage,
  };
}
