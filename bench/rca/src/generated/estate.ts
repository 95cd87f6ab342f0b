import { evidenceId } from "@sre/contracts/canonical";
import {
  entityId, type Answer, type ClusterEvent, type ClusterObject, type DataOf, type Edge, type EntityId, type EvidenceData, type Question, type Scope,
} from "@sre/contracts/evidence"; // prettier-ignore
import { scopeOf } from "@sre/diagnosis";
import { randomOf, type Random } from "./random.ts";

/** How large an estate is: 100 services at 20 series, 15 objects and 500 log lines each is what the compute budget is measured on. */
export interface EstateSize {
  readonly services: number;
  readonly seriesPerService: number;
  readonly objectsPerService: number;
  readonly logLinesPerService: number;
}

export interface Estate {
  readonly scope: Scope;
  readonly answers: readonly Answer[];
  /** The service that was broken. */
  readonly culprit: EntityId;
}

const asOfMs = Date.UTC(2026, 0, 15, 12, 0, 0);
const stepMs = 60_000;
const points = 240;
const onset = points - 20;
const at = (ms: number) => new Date(ms).toISOString().replace(".000Z", "Z");
const startMs = asOfMs - (points - 1) * stepMs;
const name = (index: number) => `service-${String(index).padStart(4, "0")}`;
const id = (kind: string, of: string): EntityId => entityId({ cluster: "generated", namespace: "estate", kind, name: of });
const window = { from: at(startMs), to: at(asOfMs) };

const measures = [
  [{ golden: "errors" }, "ratio", "1"],
  [{ golden: "latency" }, "p95", "s"],
  [{ golden: "traffic" }, "rate", "/s"],
  [{ golden: "saturation" }, "value", "1"],
  [{ resource: "memory", against: "limit" }, "max", "1"],
  [{ resource: "cpu", against: "limit" }, "max", "1"],
  [{ named: "pool_used" }, "max", "1"],
  [{ named: "pool_waiting" }, "max", "1"],
] as const;

type Measure = (typeof measures)[number];

function answer(question: Question, data: EvidenceData): Answer {
  const source = "generated";
  const coverage = { from: window.from, to: window.to, complete: true, missing_share: 0 };
  return { id: evidenceId(question, source), source, question, asked: [], kind: "answered", data, coverage };
}

function row(random: Random, measure: Measure, broken: boolean): number[] {
  const [base, peak] = measure[1] === "rate" ? [50, 50] : measure[1] === "p95" ? [0.1, 0.9] : [0.005, 0.4];
  return Array.from({ length: points }, (_, i) => (broken && i >= onset ? peak : base) * (1 + 0.1 * (random() - 0.5)));
}

function seriesAnswers(random: Random, size: EstateSize, hurt: ReadonlySet<number>): Answer[] {
  const of = Array.from({ length: size.services }, (_, i) => id("service", name(i)));
  return measures.map((measure, m) => {
    const copies = Math.ceil((size.seriesPerService - m) / measures.length);
    const rows = of.flatMap((entity, i) =>
      Array.from({ length: copies }, (_, copy) => ({
        of: entity,
        labels: copy === 0 ? {} : { instance: String(copy) },
        values: row(random, measure, hurt.has(i) && m < 2),
      })),
    );
    const question: Question = {
      about: "series",
      of: of.slice(0, 200),
      signal: measure[0],
      statistics: [measure[1]],
      window,
      step_seconds: stepMs / 1_000,
    };
    return answer(question, { about: "series", start: at(startMs), step_ms: stepMs, unit: measure[2], statistic: measure[1], rows });
  });
}

function objectsOf(index: number, size: EstateSize, crashing: boolean): ClusterObject[] {
  const own = name(index);
  const labels = { app: own };
  const base = { view: "live" as const, generation: 1, created_at: at(startMs - 86_400_000), labels, refs: [] };
  const deployment: ClusterObject = {
    ...base, entity: id("deployment", own), api_kind: "Deployment", owner: null, spec: { replicas: 3 }, status: { replicas: 3, readyReplicas: crashing ? 0 : 3 },
  }; // prettier-ignore
  const set = { ...deployment, entity: id("replicaset", `${own}-1`), api_kind: "ReplicaSet", owner: deployment.entity };
  const state = crashing ? { waiting: { reason: "CrashLoopBackOff", message: "back-off" } } : { running: { startedAt: at(startMs) } };
  const pods = Array.from({ length: size.objectsPerService - 2 }, (_, i): ClusterObject => ({
    ...base, entity: id("pod", `${own}-1-${i}`), api_kind: "Pod", owner: set.entity,
    spec: { nodeName: `node-${(index + i) % 20}`, containers: [{ name: "app", image: `${own}:1` }] },
    status: { phase: "Running", containerStatuses: [{ name: "app", ready: !crashing, restartCount: crashing ? 7 : 0, state }] },
  })); // prettier-ignore
  return [deployment, set, ...pods];
}

function logsOf(index: number, size: EstateSize, broken: boolean): Answer {
  const templates = Math.max(1, Math.floor(size.logLinesPerService / 25));
  const patterns = Array.from({ length: templates }, (_, i): DataOf<"logs">["patterns"][number] => {
    const isNew = broken && i === 0;
    const counts = Array.from({ length: points }, (__, p) => (isNew ? Number(p >= onset) * 3 : Number(p % 10 === i % 10)));
    const first = isNew ? onset : i % 10;
    return {
      template: isNew ? "cannot open the price table <*>" : `message ${i} of <*> took <*> ms`,
      level: isNew ? "error" : "warn", instance: "current", counts, first_at: at(startMs + first * stepMs), last_at: at(asOfMs - stepMs), samples: [],
    }; // prettier-ignore
  });
  const of = id("service", name(index));
  const question: Question = { about: "logs", of, levels: ["error", "fatal", "unknown", "warn"], window, want: "patterns", limit: 2_000 };
  const total = patterns.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0);
  return answer(question, {
    about: "logs",
    start: at(startMs),
    step_ms: stepMs,
    lines_total: total,
    traces_total: null,
    filter: "",
    patterns,
  });
}

function eventsOf(size: EstateSize, culprit: number): ClusterEvent[] {
  return Array.from({ length: size.services }, (_, i) => ({
    entity: id("pod", `${name(i)}-1-0`), reason: i === culprit ? "BackOff" : "Pulled", message: i === culprit ? "Back-off restarting failed container app" : "pulled",
    type: i === culprit ? ("Warning" as const) : ("Normal" as const), count: 1, first_at: at(startMs + onset * stepMs), last_at: at(asOfMs - stepMs), from: "kubelet",
  })); // prettier-ignore
}

/** A seeded estate: services call up to three others of lower number, one crashes, and all that call it fail and slow down. */
export function generateEstate(seed: number, size: EstateSize): Estate {
  const random = randomOf(seed);
  const calls = Array.from({ length: size.services }, (_, i) =>
    i === 0 ? [] : [...new Set(Array.from({ length: 3 }, () => Math.floor(random() * i)))],
  );
  const culprit = Math.floor(size.services / 4);
  const hurt = new Set([culprit]);
  calls.forEach((callees, i) => callees.some((callee) => hurt.has(callee)) && i > culprit && hurt.size < 6 && hurt.add(i));
  const edges = calls.flatMap((callees, i): Edge[] => [
    ...callees.map((callee): Edge => ({
      from: id("service", name(i)),
      to: id("service", name(callee)),
      kind: "calls",
      origin: "declared",
    })),
    { from: id("service", name(i)), to: id("deployment", name(i)), kind: "selects", origin: "selector" },
  ]);
  const services = calls.map((_, i) => id("service", name(i)));
  const objects = calls.flatMap((_, i) => objectsOf(i, size, i === culprit));
  const place = id("namespace", "estate").replace("generated/estate/", "generated//");
  const alerting = id("service", name(Math.max(...hurt)));
  const scope = scopeOf({
    asOf: at(asOfMs), entities: [], deployment: null,
    alerts: [{ name: "HighErrorRate", entity: alerting, severity: "critical", starts_at: at(startMs + (onset + 5) * stepMs), ends_at: null, labels: {}, annotations: {} }],
  }); // prettier-ignore
  const answers = [
    ...seriesAnswers(random, size, hurt),
    ...calls.map((_, i) => logsOf(i, size, i === culprit)),
    answer({ about: "objects", kinds: ["deployment", "pod", "replicaset"], in: place, as_of: at(asOfMs) }, { about: "objects", objects }),
    answer({ about: "events", in: place, window }, { about: "events", events: eventsOf(size, culprit) }),
    answer({ about: "topology", of: services.slice(0, 200), depth: 2 }, { about: "topology", entities: services, edges, aliases: [] }),
    answer({ about: "changes", of: services.slice(0, 200), window }, { about: "changes", changes: [] }),
  ];
  return { scope, answers, culprit: id("service", name(culprit)) };
}
