import type { Edge, EntityId } from "@sre/contracts/evidence";
import {
  correlationDefaults,
  defaultEntityMapping,
  openCorrelator,
  podOf,
  readDependencies,
  resolveEntity,
  type CorrelationSettings,
} from "@sre/correlation";
import type { StormAlert } from "./generate/storm.ts";

type Told = readonly { from: EntityId; to: EntityId; kind: Edge["kind"] }[];

/** A way to group: the group of each alert, in the order of arrival. */
export interface Method {
  readonly name: string;
  group(alerts: readonly StormAlert[], told: Told): string[];
}

/** The product's correlator, as the control plane uses it: entities by the default mapping, the topology as told. */
function correlatorWith(name: string, settings: CorrelationSettings): Method {
  return {
    name,
    group(alerts, told) {
      const correlator = openCorrelator([], { settings, dependencies: readDependencies(told, settings.stepsMax) });
      const owners = new Map<EntityId, EntityId>(told.filter(({ kind }) => kind === "owns").map(({ from, to }) => [to, from]));
      return alerts.map(({ key, labels, summary, startsAtMs }) => {
        const pod = podOf(labels, defaultEntityMapping);
        const resolved = resolveEntity(labels, defaultEntityMapping, pod ? owners : new Map());
        const { into } = correlator.place({ key, resolved, startsAtMs, name: labels["alertname"] ?? "", labels, text: summary });
        return into.kind === "new" ? String(into.group) : into.id;
      });
    },
  };
}

/** Alerts with one key in one session: a pause longer than the window begins another group. */
function sessions(name: string, keyOf: (alert: StormAlert) => string, windowMs: number): Method {
  return {
    name,
    group(alerts) {
      const open = new Map<string, { id: string; lastMs: number }>();
      let opened = 0;
      return alerts.map((alert) => {
        const key = keyOf(alert);
        const session = open.get(key);
        const isOpen = session !== undefined && alert.startsAtMs - session.lastMs <= windowMs;
        const id = isOpen ? session.id : String(opened++);
        open.set(key, { id, lastMs: Math.max(alert.startsAtMs, isOpen ? session.lastMs : alert.startsAtMs) });
        return id;
      });
    },
  };
}

const minute = 60_000;
const byLabels =
  (...names: string[]) =>
  ({ labels }: StormAlert) =>
    names.map((name) => labels[name] ?? "").join("\0");

/** The service a label names, or what is written where one is missing. */
const serviceLabel = ({ labels }: StormAlert) => labels["service"] ?? labels["statefulset"] ?? labels["pod"] ?? labels["node"] ?? "";

export const baselines: readonly Method[] = [
  sessions("time window, 1 min", () => "", minute),
  sessions("time window, 5 min", () => "", 5 * minute),
  sessions("label: namespace", byLabels("cluster", "namespace"), Number.POSITIVE_INFINITY),
  sessions("label: service", serviceLabel, Number.POSITIVE_INFINITY),
  // A group of Alertmanager lives while its alerts fire; what comes after they ended is another.
  sessions("Alertmanager group_by alertname, cluster", byLabels("alertname", "cluster"), 30 * minute),
  sessions("Alertmanager group_by cluster, namespace", byLabels("cluster", "namespace"), 30 * minute),
  sessions("Alertmanager group_by alertname, cluster, namespace", byLabels("alertname", "cluster", "namespace"), 30 * minute),
];

export const correlator = correlatorWith("correlator", correlationDefaults);
/** What grouping does where topology steps are set to 0. */
export const sameServiceOnly = correlatorWith("correlator, same service only", { ...correlationDefaults, stepsMax: 0 });
