import { byCodeUnit } from "@sre/contracts/canonical";
import { entityId, type EntityId, type Question, type Scope, type Signal, type Statistic, type Window } from "@sre/contracts/evidence";
import { nameOf, partsOf } from "../entities.ts";
import { diagnosisLimits } from "../limits.ts";
import { splitOf } from "../seen/split.ts";
import { instant } from "../time.ts";
import { drawnWindow, recentLook, stepSeconds, usageLook } from "../scope/scope.ts";

type Measure = readonly [signal: Signal, statistics: readonly Statistic[]];

/** The four golden signals, the statistic that tells most first. */
export const goldenMeasures: readonly Measure[] = [
  [{ golden: "errors" }, ["ratio", "rate"]],
  [{ golden: "latency" }, ["p95", "p99", "p90", "mean"]],
  [{ golden: "traffic" }, ["rate"]],
  [{ golden: "saturation" }, ["value", "ratio"]],
];

/** What adds up along calls: the mean, asked beside the quantile that people feel. */
export const meanLatency: Measure = [{ golden: "latency" }, ["mean"]];

/** What is used, whatever the limit. */
const usageMeasures: readonly Measure[] = [
  [{ resource: "cpu" }, ["mean", "max", "value"]],
  [{ resource: "memory" }, ["mean", "max", "value"]],
];

/** Limits that a service or its workload may reach. */
export const limitMeasures: readonly Measure[] = [
  [{ resource: "memory", against: "limit" }, ["max", "ratio", "value"]],
  [{ resource: "cpu", against: "limit" }, ["max", "ratio", "value"]],
  [{ named: "pool_used" }, ["max", "ratio", "value"]],
  [{ named: "pool_waiting" }, ["max", "value"]],
];

/** Limits that a node may reach. */
export const nodeMeasures: readonly Measure[] = [
  [{ resource: "disk", against: "capacity" }, ["max", "ratio", "value"]],
  [{ resource: "memory", against: "capacity" }, ["max", "ratio", "value"]],
  [{ resource: "cpu", against: "capacity" }, ["max", "ratio", "value"]],
  [{ named: "disk_used" }, ["ratio", "max", "value"]],
  [{ named: "inodes_used" }, ["max", "ratio", "value"]],
];

// Those named first are the nearest; a cut by name would drop others once they are renamed.
const sortedIds = (ids: Iterable<EntityId>): EntityId[] =>
  [...new Set(ids)].slice(0, diagnosisLimits.entitiesPerQuestionMax).sort(byCodeUnit);

/** One question for each measure about all of the entities, over the window and the baseline before it. */
export function seriesQuestions(scope: Scope, entities: readonly EntityId[], measures: readonly Measure[]): Question[] {
  if (entities.length === 0) return [];
  const window = drawnWindow(scope);
  return measures.map(([signal, statistics]) => seriesQuestion(scope, { of: entities, measure: [signal, statistics], window }));
}

export function seriesQuestion(scope: Scope, input: { of: readonly EntityId[]; measure: Measure; window: Window }): Question {
  const [signal, statistics] = input.measure;
  return {
    about: "series",
    of: sortedIds(input.of),
    signal,
    statistics: [...statistics],
    window: input.window,
    step_seconds: stepSeconds(scope),
  };
}

/** Calls are told by their medians: finer steps than a minute would hold too few of them, in seconds. */
const callsStepSecondsMin = 60;

/** Who called the entities and whom they called, in the window and the baseline before it. */
export function callsQuestion(scope: Scope, of: readonly EntityId[]): Question[] {
  const step = Math.max(callsStepSecondsMin, stepSeconds(scope));
  return of.length === 0 ? [] : [{ about: "calls", of: sortedIds(of), window: drawnWindow(scope), step_seconds: step }];
}

/** What the entities use, in steps that show what has only just begun. */
export function usageQuestions(scope: Scope, of: readonly EntityId[]): Question[] {
  const look = usageLook(scope);
  return of.length === 0
    ? []
    : usageMeasures.map(([signal, statistics]) => ({ about: "series", of: sortedIds(of), signal, statistics: [...statistics], ...look }));
}

/** Errors and latency of the last minutes in fine steps, when the alerts are too young for the usual ones. */
export function recentQuestions(scope: Scope, entities: readonly EntityId[]): Question[] {
  const look = recentLook(scope);
  if (look === null || entities.length === 0) return [];
  const felt = goldenMeasures.filter(([signal]) => "golden" in signal && (signal.golden === "errors" || signal.golden === "latency"));
  return felt.map(([signal, statistics]) => ({ about: "series", of: sortedIds(entities), signal, statistics: [...statistics], ...look }));
}

/** Warnings and worse of one entity, with the baseline before the window, so that "new" can be told. */
export function logsQuestion(scope: Scope, of: EntityId): Question {
  const levels = ["error", "fatal", "unknown", "warn"] as const;
  return {
    about: "logs",
    of,
    levels: [...levels],
    window: drawnWindow(scope),
    want: "patterns",
    limit: diagnosisLimits.logLinesPerQuestionMax,
  };
}

/** How traces go on from log to log in a namespace, of the normal stretch and of the fault: each by itself, so that neither crowds out the other. */
export function handoverQuestions(scope: Scope, places: readonly EntityId[]): Question[] {
  const { normal, fault } = splitOf(scope);
  const windows = [normal, fault].filter(([from, to]) => to > from).map(([from, to]) => ({ from: instant(from), to: instant(to) }));
  const limit = diagnosisLimits.tracedLinesPerQuestionMax;
  return places.flatMap((of) => windows.map((window): Question => ({ about: "logs", of, levels: [], window, want: "handovers", limit })));
}

export const podKinds = [
  "pod",
  "deployment",
  "statefulset",
  "daemonset",
  "job",
  "replicaset",
  "service_object",
  "endpoints",
  "ingress",
  "config",
  "secret",
  "quota",
  "claim",
  "policy",
  "identity",
  "autoscaler",
];

/** What stands in no namespace. */
export const clusterKinds = ["node", "volume", "storageclass"];

export function objectsQuestion(scope: Scope, place: EntityId, kinds: readonly string[]): Question {
  return { about: "objects", kinds: [...kinds].sort(byCodeUnit), in: place, as_of: scope.as_of };
}

export function eventsQuestion(scope: Scope, place: EntityId): Question {
  return { about: "events", in: place, window: drawnWindow(scope) };
}

export function changesQuestion(scope: Scope, of: readonly EntityId[]): Question[] {
  if (of.length === 0) return [];
  return [{ about: "changes", of: sortedIds(of), window: drawnWindow(scope) }];
}

export function topologyQuestion(of: readonly EntityId[]): Question[] {
  return of.length === 0 ? [] : [{ about: "topology", of: sortedIds(of), depth: diagnosisLimits.topologyDepth }];
}

const checksMax = 200;
const nodeComponents = ["containerd", "kubelet", "kube-proxy"];

/** Test connections to services, and whether the parts of Kubernetes run on the nodes. */
export function checksQuestion(
  scope: Scope,
  input: { services: readonly EntityId[]; nodes: readonly EntityId[]; planes: readonly EntityId[] },
): Question[] {
  const component = (node: EntityId, name: string) => entityId({ ...partsOf(node), kind: "component", name: `${nameOf(node)}:${name}` });
  const parts = [
    ...input.nodes.flatMap((node) => nodeComponents.map((name) => component(node, name))),
    ...input.planes.map((node) => component(node, "kube-scheduler")),
  ];
  const of = [...new Set([...parts.sort(byCodeUnit), ...[...input.services].sort(byCodeUnit)])].slice(0, checksMax);
  return of.length === 0 ? [] : [{ about: "checks", of, as_of: scope.as_of }];
}
