import type { Edge, EntityId } from "@sre/contracts/evidence";
import {
  correlationDefaults,
  defaultEntityMapping,
  openCorrelator,
  placeAlerts,
  podOf,
  readDependencies,
  resolveEntity,
  type AlertToPlace,
  type CorrelationSettings,
  type KeptTraits,
  type OpenIncident,
} from "@sre/correlation";
import type { StormAlert } from "./generate/storm.ts";

type Told = readonly { from: EntityId; to: EntityId; kind: Edge["kind"] }[];

/** A way to group: the group of each alert, in the order of arrival. */
export interface Method {
  readonly name: string;
  group(alerts: readonly StormAlert[], told: Told): string[];
}

type Owning = ReadonlyMap<EntityId, EntityId>;
const ownersOf = (told: Told): Owning => new Map(told.filter(({ kind }) => kind === "owns").map(({ from, to }) => [to, from]));

function toPlace({ key, labels, summary, startsAtMs }: StormAlert, owners: Owning): AlertToPlace {
  const pod = podOf(labels, defaultEntityMapping);
  const resolved = resolveEntity(labels, defaultEntityMapping, pod ? owners : new Map());
  return { key, resolved, startsAtMs, name: labels["alertname"] ?? "", labels, text: summary };
}

/** The product's correlator over the whole storm: entities by the default mapping, the topology as told. */
function correlatorWith(name: string, settings: CorrelationSettings): Method {
  return {
    name,
    group(alerts, told) {
      const correlator = openCorrelator([], { settings, dependencies: readDependencies(told, settings.stepsMax) });
      const owners = ownersOf(told);
      return alerts.map((alert) => {
        const { into } = correlator.place(toPlace(alert, owners));
        return into.kind === "new" ? String(into.group) : into.id;
      });
    },
  };
}

/** What comes within so long is one delivery. */
const deliveryMs = 5_000;

function deliveriesOf(alerts: readonly StormAlert[]): StormAlert[][] {
  return [...Map.groupBy(alerts, ({ arrivesAtMs }) => Math.floor(arrivesAtMs / deliveryMs)).values()];
}

/** Incidents as a store has them between deliveries. */
class Incidents {
  readonly #rows = new Map<string, OpenIncident>();

  open(sinceMs: number): OpenIncident[] {
    return [...this.#rows.values()].filter(({ lastAlertAtMs }) => lastAlertAtMs >= sinceMs);
  }

  number(): number {
    return this.#rows.size + 1;
  }

  take(id: string, members: readonly AlertToPlace[], traits: KeptTraits): void {
    const starts = members.map(({ startsAtMs }) => startsAtMs);
    const { cluster, environment, namespace, service } = members[0]!.resolved;
    const before: OpenIncident = this.#rows.get(id) ?? {
      id, number: this.number(), cluster, environment, namespace, service, entities: [], firstAlertAtMs: Math.min(...starts), lastAlertAtMs: Math.max(...starts),
    }; // prettier-ignore
    this.#rows.set(id, {
      ...before,
      environment: before.environment || (members.find(({ resolved }) => resolved.environment !== "")?.resolved.environment ?? ""),
      entities: [
        ...new Set([...before.entities, ...members.flatMap(({ resolved }) => (resolved.entity === null ? [] : [resolved.entity]))]),
      ],
      firstAlertAtMs: Math.min(before.firstAlertAtMs, ...starts),
      lastAlertAtMs: Math.max(before.lastAlertAtMs, ...starts),
      traits: JSON.parse(JSON.stringify(traits)) as KeptTraits,
    });
  }
}

/** The same as the control plane does it: delivery by delivery, with nothing but what incidents keep in between. */
function inDeliveries(name: string, settings: CorrelationSettings): Method {
  return {
    name,
    group(alerts, told) {
      const [dependencies, owners, incidents] = [readDependencies(told, settings.stepsMax), ownersOf(told), new Incidents()];
      const groups = new Map<string, string>();
      for (const delivery of deliveriesOf(alerts)) {
        const sinceMs = Math.min(...delivery.map(({ startsAtMs }) => startsAtMs)) - settings.windowMs;
        const given = delivery.map((alert) => toPlace(alert, owners));
        const { placements, changed } = placeAlerts(given, incidents.open(sinceMs), { settings, dependencies });
        const from = incidents.number();
        const idOf = (into: (typeof placements)[number]["into"]) => (into.kind === "new" ? String(from + into.group) : into.id);
        for (const { key, into } of placements) groups.set(key, idOf(into));
        for (const { into, traits } of changed) incidents.take(idOf(into), given.filter(({ key }) => groups.get(key) === idOf(into)), traits); // prettier-ignore
      }
      return alerts.map(({ key }) => groups.get(key)!);
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
export const correlatorInDeliveries = inDeliveries("correlator, in deliveries", correlationDefaults);
/** What grouping does where topology steps are set to 0. */
export const sameServiceOnly = correlatorWith("correlator, same service only", { ...correlationDefaults, stepsMax: 0 });
