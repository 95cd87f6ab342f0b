import type { EntityId, LocalizedText } from "@sre/contracts/evidence";
import type { Resolved } from "./resolve-entity.ts";

/** An alert that began to fire and has no incident yet. */
export interface AlertToPlace {
  readonly key: string;
  readonly resolved: Resolved;
  readonly startsAtMs: number;
}

/** An incident that is open and could take alerts in. */
export interface OpenIncident {
  readonly id: string;
  readonly number: number;
  readonly cluster: string;
  readonly environment: string;
  readonly namespace: string;
  readonly service: string | null;
  readonly entities: readonly EntityId[];
  /** When its first and its last alert began. */
  readonly firstAlertAtMs: number;
  readonly lastAlertAtMs: number;
}

export interface GroupingRules {
  /** How far from an incident's alerts a further one may begin and still belong to it. */
  readonly windowMs: number;
  /** Entities few `calls` steps apart, as the topology says; empty = services are never grouped with each other. */
  readonly neighbours: ReadonlyMap<EntityId, ReadonlySet<EntityId>>;
}

export interface Placement {
  readonly key: string;
  readonly into: { readonly kind: "incident"; readonly id: string } | { readonly kind: "new"; readonly group: number };
  readonly because: LocalizedText;
}

interface Group {
  readonly target: Placement["into"];
  readonly cluster: string;
  readonly environment: string;
  readonly namespace: string;
  readonly service: string | null;
  readonly entities: Set<EntityId>;
  firstMs: number;
  lastMs: number;
}

const minutes = (ms: number) => Math.round(ms / 60_000);

function where({ environment, cluster }: Pick<Resolved, "cluster" | "environment">): LocalizedText {
  const en = [environment || "no environment", cluster ? `cluster ${cluster}` : "no cluster"];
  const zh = [environment ? `環境 ${environment}` : "未指定環境", cluster ? `叢集 ${cluster}` : "未指定叢集"];
  return { en: en.join(", "), "zh-TW": zh.join("，") };
}

function fitsPlaceAndTime(alert: AlertToPlace, group: Group, windowMs: number): boolean {
  const samePlace = alert.resolved.cluster === group.cluster && alert.resolved.environment === group.environment;
  return samePlace && alert.startsAtMs >= group.firstMs - windowMs && alert.startsAtMs <= group.lastMs + windowMs;
}

function sameService(alert: AlertToPlace, group: Group): boolean {
  return alert.resolved.service === group.service && alert.resolved.namespace === group.namespace;
}

function neighbourOf(alert: AlertToPlace, group: Group, rules: GroupingRules): EntityId | null {
  const near = alert.resolved.entity === null ? undefined : rules.neighbours.get(alert.resolved.entity);
  return near ? ([...group.entities].find((entity) => near.has(entity)) ?? null) : null;
}

function reasonToJoin(alert: AlertToPlace, group: Group, rules: GroupingRules): LocalizedText | null {
  if (alert.resolved.entity === null || !fitsPlaceAndTime(alert, group, rules.windowMs)) return null;
  const [place, span] = [where(group), minutes(rules.windowMs)];
  const within = { en: `within ${span} min of its other alerts`, "zh-TW": `與其他告警相隔不到 ${span} 分鐘` };
  if (group.service !== null && sameService(alert, group))
    return {
      en: `same service ${group.service} (${place.en}), ${within.en}`,
      "zh-TW": `同為服務 ${group.service}（${place["zh-TW"]}），${within["zh-TW"]}`,
    };
  const [entity, neighbour] = [alert.resolved.entity, neighbourOf(alert, group, rules)];
  if (neighbour === null) return null;
  return {
    en: `${entity} is few calls away from ${neighbour} (${place.en}), ${within.en}`,
    "zh-TW": `${entity} 與 ${neighbour} 呼叫距離相近（${place["zh-TW"]}），${within["zh-TW"]}`,
  };
}

function openGroup(alert: AlertToPlace, index: number): Group {
  const { cluster, environment, namespace, service, entity } = alert.resolved;
  const bounds = { firstMs: alert.startsAtMs, lastMs: alert.startsAtMs };
  return {
    target: { kind: "new", group: index },
    cluster,
    environment,
    namespace,
    service,
    entities: new Set(entity ? [entity] : []),
    ...bounds,
  };
}

function take(alert: AlertToPlace, group: Group): void {
  group.firstMs = Math.min(group.firstMs, alert.startsAtMs);
  group.lastMs = Math.max(group.lastMs, alert.startsAtMs);
  if (alert.resolved.entity) group.entities.add(alert.resolved.entity);
}

function existingGroup(incident: OpenIncident): Group {
  const { cluster, environment, namespace, service, firstAlertAtMs: firstMs, lastAlertAtMs: lastMs } = incident;
  const target = { kind: "incident", id: incident.id } as const;
  return { target, cluster, environment, namespace, service, entities: new Set(incident.entities), firstMs, lastMs };
}

const alone: LocalizedText = {
  en: "stands alone: no label says what it is about, and such alerts are never grouped",
  "zh-TW": "單獨成立：沒有標籤說明告警對象，這類告警不會合併",
};

function firstReason({ resolved }: AlertToPlace): LocalizedText {
  if (resolved.entity === null) return alone;
  const [name, place] = [resolved.service ?? resolved.entity, where(resolved)];
  return {
    en: `first alert of ${name} (${place.en}); what it is about is known from: ${resolved.because.en}`,
    "zh-TW": `${name} 的第一則告警（${place["zh-TW"]}）；對象的判斷依據：${resolved.because["zh-TW"]}`,
  };
}

const byStart = (a: AlertToPlace, b: AlertToPlace) => a.startsAtMs - b.startsAtMs || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/**
 * Decides which incident each alert joins, and why: same cluster, environment and service (or a neighbour of one
 * of the incident's entities, where neighbours are given) inside the time window; otherwise it opens a group of its own.
 * The order in which alerts are given does not matter; older incidents are preferred.
 */
export function placeAlerts(alerts: readonly AlertToPlace[], incidents: readonly OpenIncident[], rules: GroupingRules): Placement[] {
  const groups = [...incidents].sort((a, b) => a.number - b.number).map(existingGroup);
  let opened = 0;
  return [...alerts].sort(byStart).map((alert) => {
    for (const group of groups) {
      const because = reasonToJoin(alert, group, rules);
      if (because === null) continue;
      take(alert, group);
      return { key: alert.key, into: group.target, because };
    }
    const group = openGroup(alert, opened++);
    groups.push(group);
    return { key: alert.key, into: group.target, because: firstReason(alert) };
  });
}
