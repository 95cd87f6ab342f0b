import { tellsOfRequests, type AlertTraits } from "./alert-traits.ts";
import { Bursts } from "./burst.ts";
import { componentOf, componentParts, type ComponentId, type ComponentNames } from "./component.ts";
import { correlationLimits } from "./constants.ts";
import { isCauseOf, isEffectOf, type Dependencies } from "./dependencies.ts";
import type { KeptAlert, KeptTraits, OpenIncident, Span, Target } from "./alerts-and-incidents.ts";

/** What a group knows of one of its components. */
interface Member extends Span {
  /** Whether one of its alerts tells of requests, which what it asks can spoil. */
  ofRequests: boolean;
}

/** An open group with what further alerts are compared with. */
export interface Group {
  readonly target: Target;
  /** Which of two equally good groups is taken: the lower. */
  readonly order: number;
  readonly cluster: string;
  /** Empty until one of its alerts says it. */
  environment: string;
  readonly namespace: string;
  readonly service: string | null;
  readonly members: Map<ComponentId, Member>;
  readonly named: Map<ComponentId, Span>;
  /** Members that depend on no other member: where its cause may be. */
  readonly roots: Set<ComponentId>;
  /** How many members each namespace has. */
  readonly namespaces: Map<string, number>;
  readonly names: Set<string>;
  readonly labels: Set<string>;
  readonly words: Set<string>;
  readonly bursts: Bursts;
  /** By name and component, the one that was silent longest first. */
  readonly kept: Map<string, KeptAlert>;
  readonly span: Span;
  /** What a diagnosis found to be behind it. */
  readonly cause: ComponentId | null;
}

function widen(span: Span, { firstMs, lastMs }: Span): void {
  span.firstMs = Math.min(span.firstMs, firstMs);
  span.lastMs = Math.max(span.lastMs, lastMs);
}

function widenIn(spans: Map<ComponentId, Span>, key: ComponentId, span: Span): void {
  const known = spans.get(key);
  if (known) widen(known, span);
  else spans.set(key, { ...span });
}

function addBounded(set: Set<string>, values: readonly string[], max: number): void {
  for (const value of values) if (set.size < max) set.add(value);
}

/** Keeps `roots` what it says when a member comes in. */
function noteRoot(group: Group, component: ComponentId, dependencies: Dependencies): void {
  if (group.roots.size >= correlationLimits.rootsMax) return;
  const related = dependencies.relatedTo(component);
  for (const root of group.roots) if (isEffectOf(related.get(root))) return;
  for (const root of group.roots) if (isCauseOf(related.get(root))) group.roots.delete(root);
  group.roots.add(component);
}

function addMember(group: Group, component: ComponentId, { member, dependencies }: { member: Member; dependencies: Dependencies }): void {
  const known = group.members.get(component);
  if (known) {
    widen(known, member);
    known.ofRequests ||= member.ofRequests;
    return;
  }
  group.members.set(component, { ...member });
  noteRoot(group, component, dependencies);
  const { namespace } = componentParts(component);
  if (namespace !== "") group.namespaces.set(namespace, (group.namespaces.get(namespace) ?? 0) + 1);
}

const keyOf = ({ name, component }: { name: string; component: ComponentId }) => `${name}\0${component}`;

function keep(group: Group, alert: KeptAlert): void {
  const key = keyOf(alert);
  const known = group.kept.get(key);
  group.kept.delete(key);
  group.kept.set(key, {
    ...alert,
    first_ms: Math.min(alert.first_ms, known?.first_ms ?? alert.first_ms),
    last_ms: Math.max(alert.last_ms, known?.last_ms ?? alert.last_ms),
    named: [...new Set([...(known?.named ?? []), ...alert.named])].slice(0, correlationLimits.namedMax),
  });
  if (group.kept.size > correlationLimits.alertsKeptMax) group.kept.delete(group.kept.keys().next().value!);
}

function absorb(group: Group, alert: KeptAlert, dependencies: Dependencies): void {
  const { component, name, named, first_ms: firstMs, last_ms: lastMs } = alert;
  addMember(group, component, { member: { firstMs, lastMs, ofRequests: tellsOfRequests(name) }, dependencies });
  group.bursts.note(name, component, { atMs: lastMs, named });
  for (const other of named) widenIn(group.named, other, { firstMs, lastMs });
  addBounded(group.names, [name], correlationLimits.labelsPerGroupMax);
  keep(group, alert);
}

/** Whether alerts of this name about this component are in the group. */
export function hasAlert(group: Group, { name, component }: AlertTraits): boolean {
  return component !== null && group.kept.has(keyOf({ name, component }));
}

/** Takes an alert in. */
export function take(group: Group, traits: AlertTraits, dependencies: Dependencies): void {
  const { alert, component, name, named } = traits;
  const { startsAtMs: atMs } = alert;
  widen(group.span, { firstMs: atMs, lastMs: atMs });
  group.environment ||= alert.resolved.environment;
  if (component !== null) absorb(group, { component, name, first_ms: atMs, last_ms: atMs, named }, dependencies);
  addBounded(group.labels, traits.labels, correlationLimits.labelsPerGroupMax);
  addBounded(group.words, traits.words, correlationLimits.wordsPerGroupMax);
}

/** What an incident must keep of a group, so that `groupOf` makes the same group of it. */
export const traitsToKeep = ({ kept, labels, words }: Group): KeptTraits => ({
  alerts: [...kept.values()],
  labels: [...labels],
  words: [...words],
});

function emptyGroup(
  place: Pick<Group, "target" | "order" | "cluster" | "environment" | "namespace" | "service" | "span" | "cause">,
): Group {
  return {
    ...place,
    members: new Map(),
    named: new Map(),
    roots: new Set(),
    namespaces: new Map(),
    names: new Set(),
    labels: new Set(),
    words: new Set(),
    bursts: new Bursts(),
    kept: new Map(),
  };
}

/** The empty group that a first alert opens. */
export function openGroup(traits: AlertTraits, { order, number }: { order: number; number: number }): Group {
  const { cluster, environment, namespace, service } = traits.alert.resolved;
  const span = { firstMs: traits.alert.startsAtMs, lastMs: traits.alert.startsAtMs };
  const known = traits.component === null ? cluster : componentParts(traits.component).cluster;
  return emptyGroup({
    target: { kind: "new", group: number },
    order,
    cluster: known,
    environment,
    namespace,
    service,
    span,
    cause: null,
  });
}

/** The group of an incident that is open already. */
export function groupOf(incident: OpenIncident, dependencies: Dependencies, names: ComponentNames): Group {
  const { environment, namespace, service, number } = incident;
  const components = incident.entities.map((entity) => names.complete(componentOf(entity)));
  const cause = incident.cause ? names.complete(componentOf(incident.cause)) : null;
  const cluster = components.length > 0 ? componentParts(components[0]!).cluster : incident.cluster;
  const span = { firstMs: incident.firstAlertAtMs, lastMs: incident.lastAlertAtMs };
  const group = emptyGroup({
    target: { kind: "incident", id: incident.id },
    order: number,
    cluster,
    environment,
    namespace,
    service,
    span,
    cause,
  });
  const { alerts = [], labels = [], words = [] } = incident.traits ?? {};
  for (const alert of alerts) absorb(group, alert, dependencies);
  addBounded(group.labels, labels, correlationLimits.labelsPerGroupMax);
  addBounded(group.words, words, correlationLimits.wordsPerGroupMax);
  for (const component of components)
    if (!group.members.has(component)) addMember(group, component, { member: { ...span, ofRequests: true }, dependencies });
  return group;
}
