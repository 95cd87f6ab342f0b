import { byCodeUnit } from "@sre/contracts/canonical";
import type { RecordChange } from "@sre/contracts/control-plane";
import type { Answer, ChangeRecord, ClusterEvent, ClusterObject, EntityId } from "@sre/contracts/evidence";
import {
  alertsAnswer,
  changesAnswer,
  eventsAnswer,
  logsAnswer,
  objectsAnswer,
  recordedWindows,
  ruleAnswer,
  topologyAnswer,
  type PatternSpec,
  type RuleSpec,
} from "./answers.ts";
import { alertPair, edgesOf, objectsOf, signalAnswers, type FiredAlert, type ServiceSpec } from "./estate.ts";
import { idsOf } from "./kubernetes.ts";
import type { Expectation, Place, Scenario, Variant } from "./scenario.ts";

/** What an author writes down; everything else of a scenario follows from it. */
export interface Script {
  readonly name: string;
  readonly place: Place;
  readonly asOf: string;
  readonly services: readonly ServiceSpec[];
  readonly nodes: readonly ClusterObject[];
  readonly alerts: readonly (FiredAlert & { rule: Omit<RuleSpec, "alert" | "labels"> })[];
  readonly logs: readonly { service: string; patterns: readonly PatternSpec[] }[];
  readonly events: readonly ClusterEvent[];
  readonly changes: readonly RecordChange[];
  readonly more?: readonly Answer[];
  readonly expected: Expectation;
}

const namespaceKinds = [
  "deployment",
  "statefulset",
  "daemonset",
  "replicaset",
  "job",
  "pod",
  "service",
  "service_object",
  "endpoints",
  "config",
  "claim",
  "quota",
  "autoscaler",
  "policy",
  "ingress",
];

function recordedChange(change: RecordChange): ChangeRecord {
  return { ...change, share: null, origin: "api" };
}

function answersOf(script: Script, pairs: readonly ReturnType<typeof alertPair>[]): Answer[] {
  const ids = idsOf(script.place);
  const windows = recordedWindows(script.asOf);
  const now = windows[0]!;
  const serviceIds = script.services.map((service) => ids.service(service.name));
  const edges = edgesOf(script.place, script.services);
  const entities = entitiesOf(edges);
  const rules = script.alerts.map((alert, index) =>
    ruleAnswer(
      {
        ...alert.rule,
        alert: { name: alert.name, entity: alert.entity, fingerprint: pairs[index]!.sent.fingerprint },
        labels: alert.labels,
      },
      now,
    ),
  );
  const firing = script.alerts.map((alert) => ({
    name: alert.name,
    entity: alert.entity,
    state: "firing" as const,
    from: alert.startsAt,
    to: null,
    readings: [],
  }));
  return [
    ...rules,
    ...signalAnswers(script.place, script.services, windows),
    ...script.logs.flatMap((log) => windows.flatMap((window) => [ids.service(log.service), ids.deployment(log.service)].map((of) => logsAnswer(of, log.patterns, window)))),
    objectsAnswer({ entity: ids.namespace, kinds: namespaceKinds }, objectsOf(script.place, script.services), now),
    objectsAnswer({ entity: ids.cluster, kinds: ["node"] }, script.nodes, now),
    eventsAnswer(ids.namespace, script.events.filter((event) => event.entity.split("/")[2] !== "node"), now),
    eventsAnswer(ids.cluster, script.events.filter((event) => event.entity.split("/")[2] === "node"), now),
    changesAnswer([...entities, ...serviceIds], script.changes.map(recordedChange), now),
    topologyAnswer(entities, { entities, edges, aliases: [] }, now),
    alertsAnswer(ids.namespace, firing, now),
    ...(script.more ?? []),
  ]; // prettier-ignore
}

function entitiesOf(edges: readonly { from: EntityId; to: EntityId }[]): EntityId[] {
  return [...new Set(edges.flatMap((edge) => [edge.from, edge.to]))].sort(byCodeUnit);
}

/** The scenario that a script describes, or a variant of it from which some kinds of evidence are missing. */
export function buildScenario(script: Script, variant: Variant = {}): Scenario {
  const pairs = script.alerts.map((alert) => alertPair(script, alert));
  const edges = edgesOf(script.place, script.services);
  const entities = entitiesOf(edges);
  const answers = answersOf(script, pairs).filter((answer) => !variant.without?.includes(answer.question.about));
  return {
    name: script.name,
    place: script.place,
    asOf: script.asOf,
    alerts: pairs.map((pair) => pair.sent),
    scopeAlerts: pairs.map((pair) => pair.scoped),
    entities,
    edges,
    answers,
    changes: script.changes,
    topology: {
      origin: `scenario ${script.name}`,
      resources: entities.map((entity) => ({ entity, group: script.place.namespace, labels: {} })),
      edges: edges.map(({ from, to, kind }) => ({ from, to, kind })),
    },
    expected: script.expected,
  };
}
