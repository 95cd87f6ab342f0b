import type { EntityId } from "@sre/contracts/evidence";
import type { AlertTraits } from "./alert-traits.ts";
import { Bursts } from "./burst.ts";
import { componentOf, componentParts, type ComponentId, type ComponentNames } from "./component.ts";
import { correlationLimits } from "./constants.ts";
import { isCauseOf, isEffectOf, type Dependencies } from "./dependencies.ts";
import type { OpenIncident, Span, Target } from "./alerts-and-incidents.ts";

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
  readonly namespaces: Set<string>;
  readonly names: Set<string>;
  readonly labels: Set<string>;
  readonly words: Set<string>;
  readonly bursts: Bursts;
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
  if (namespace !== "") group.namespaces.add(namespace);
}

/** Takes an alert in. */
export function take(group: Group, traits: AlertTraits, dependencies: Dependencies): void {
  const span = { firstMs: traits.alert.startsAtMs, lastMs: traits.alert.startsAtMs };
  widen(group.span, span);
  group.environment ||= traits.alert.resolved.environment;
  if (traits.component !== null) addMember(group, traits.component, { member: { ...span, ofRequests: traits.ofRequests }, dependencies });
  if (traits.component !== null) group.bursts.note(traits.name, traits.component, { atMs: traits.alert.startsAtMs, named: traits.named });
  for (const other of traits.named) widenIn(group.named, other, span);
  addBounded(group.names, [traits.name], correlationLimits.labelsPerGroupMax);
  addBounded(group.labels, traits.labels, correlationLimits.labelsPerGroupMax);
  addBounded(group.words, traits.words, correlationLimits.wordsPerGroupMax);
}

function emptyGroup(
  place: Pick<Group, "target" | "order" | "cluster" | "environment" | "namespace" | "service" | "span" | "cause">,
): Group {
  return {
    ...place,
    members: new Map(),
    named: new Map(),
    roots: new Set(),
    namespaces: new Set(),
    names: new Set(),
    labels: new Set(),
    words: new Set(),
    bursts: new Bursts(),
  };
}

/** The group of a first alert. */
export function openGroup(traits: AlertTraits, { order, number }: { order: number; number: number }, dependencies: Dependencies): Group {
  const { cluster, environment, namespace, service } = traits.alert.resolved;
  const span = { firstMs: traits.alert.startsAtMs, lastMs: traits.alert.startsAtMs };
  const known = traits.component === null ? cluster : componentParts(traits.component).cluster;
  const group = emptyGroup({
    target: { kind: "new", group: number },
    order,
    cluster: known,
    environment,
    namespace,
    service,
    span,
    cause: null,
  });
  take(group, traits, dependencies);
  return group;
}

const spanOf = (incident: OpenIncident, entity: EntityId): Span =>
  incident.entityTimes?.get(entity) ?? { firstMs: incident.firstAlertAtMs, lastMs: incident.lastAlertAtMs };

/** The group of an incident that is open already. */
export function groupOf(incident: OpenIncident, dependencies: Dependencies, names: ComponentNames): Group {
  const { environment, namespace, service, number } = incident;
  const components = incident.entities.map((entity) => [entity, names.complete(componentOf(entity))] as const);
  const cause = incident.cause ? names.complete(componentOf(incident.cause)) : null;
  const cluster = components.length > 0 ? componentParts(components[0]![1]).cluster : incident.cluster;
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
  for (const [entity, component] of components)
    addMember(group, component, { member: { ...spanOf(incident, entity), ofRequests: true }, dependencies });
  return group;
}
