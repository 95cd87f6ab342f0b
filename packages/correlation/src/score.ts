import type { AlertTraits } from "./alert-traits.ts";
import type { NameRates } from "./burst.ts";
import { componentParts, isNode, type ComponentId } from "./component.ts";
import { burstStrength, labelStrength, timeStrength, topologyStrength, type correlationDefaults } from "./constants.ts";
import { isCauseOf, isEffectOf, type Dependencies, type Relation } from "./dependencies.ts";
import type { Span } from "./alerts-and-incidents.ts";
import type { Group } from "./group.ts";

/** Numbers by which alerts are grouped; `correlationDefaults` holds those of the product. */
export type CorrelationSettings = {
  readonly [Key in keyof typeof correlationDefaults]: (typeof correlationDefaults)[Key] extends number
    ? number
    : Readonly<Record<"topology" | "time" | "labels" | "text", number>>;
};

/** What ties an alert to a group over the topology. */
export type Tie =
  | { readonly kind: "same" | "named" | "names" | "both-name" | "rests-on" | "carries"; readonly component: ComponentId }
  | { readonly kind: "depends" | "serves" | "explained"; readonly component: ComponentId; readonly steps: number }
  | { readonly kind: "shares" | "rests-beside"; readonly component: ComponentId; readonly via: ComponentId }
  | { readonly kind: "burst"; readonly name: string; readonly count: number }
  | { readonly kind: "none" };

export interface Score {
  readonly total: number;
  readonly topology: number;
  readonly time: number;
  readonly labels: number;
  readonly text: number;
  readonly tie: Tie;
  /** How far in time the alert is from what ties it, in milliseconds. */
  readonly gapMs: number;
}

interface Strand {
  readonly tie: Tie;
  readonly strength: number;
  readonly span: Span;
}

const gapTo = (atMs: number, { firstMs, lastMs }: Span) => Math.max(0, firstMs - atMs, atMs - lastMs);

/** 1 while the gap can be the clocks', and falling to 1/e in each scale beyond it. */
const nearness = (gapMs: number) => Math.exp(-Math.max(0, gapMs - timeStrength.skewMs) / timeStrength.scaleMs);

function explainsTheCause(component: ComponentId, group: Group, dependencies: Dependencies): boolean {
  const related = dependencies.relatedTo(component);
  return [...group.roots].some((root) => isCauseOf(related.get(root)));
}

function strandOf(member: ComponentId, relation: Relation): { tie: Tie; strength: number } {
  if (relation.kind === "rests-on") return { tie: { kind: relation.kind, component: member }, strength: topologyStrength.restsOn };
  if (relation.kind === "carries") return { tie: { kind: relation.kind, component: member }, strength: topologyStrength.carries };
  if (relation.kind === "depends" || relation.kind === "serves")
    return {
      tie: { kind: relation.kind, component: member, steps: relation.steps },
      strength: topologyStrength.dependency[relation.steps - 1] ?? 0,
    };
  const strength = topologyStrength.sharedDependency / Math.max(1, Math.log2(relation.dependents));
  return { tie: { kind: relation.kind, component: member, via: relation.via }, strength };
}

/** Whether the dependent's alerts are of the kind by which trouble of what it asks shows. */
function showsInRequests({ kind }: Relation, { ofRequests }: AlertTraits, member: { readonly ofRequests: boolean }): boolean {
  if (kind === "depends") return ofRequests;
  if (kind === "serves") return member.ofRequests;
  return kind !== "shares" || (ofRequests && member.ofRequests);
}

/** A symptom of what a diagnosis found: it depends on the cause, or rests on it. */
function explainedBy(
  { component, ofRequests }: AlertTraits,
  { cause, span }: Group,
  related: ReadonlyMap<ComponentId, Relation>,
): Strand | null {
  if (cause === null) return null;
  const own = cause === component;
  const relation = related.get(cause);
  if (!own && (!isEffectOf(relation) || (relation?.kind === "depends" && !ofRequests))) return null;
  const steps = !own && relation && "steps" in relation ? relation.steps : 0;
  return { tie: { kind: "explained", component: cause, steps }, strength: topologyStrength.explained, span };
}

/** Whether the member lost but what ran on one node, so that the rest of it still serves who asks it. */
function lostPartOnly({ kind }: Relation, member: { readonly ofRequests: boolean }, { bursts }: Group): boolean {
  return (kind === "depends" || kind === "shares") && !member.ofRequests && bursts.node() !== null;
}

const saysOtherNode = ({ named }: AlertTraits, node: ComponentId) => !named.includes(node) && named.some(isNode);

function* strandsOver(traits: AlertTraits, group: Group, dependencies: Dependencies): Generator<Strand> {
  const { component } = traits;
  if (component === null) return;
  const own = group.members.get(component);
  if (own) yield { tie: { kind: "same", component }, strength: topologyStrength.sameComponent, span: own };
  const related = dependencies.relatedTo(component);
  const explained = explainedBy(traits, group, related);
  if (explained) yield explained;
  let explains: boolean | null = null;
  for (const [other, member] of group.members) {
    const relation = related.get(other);
    if (!relation || !showsInRequests(relation, traits, member)) continue;
    // Neighbours on one volume ail of it together only where they complain of the same.
    if (relation.kind === "rests-beside" && (!traits.ofStorage || !group.names.has(traits.name))) continue;
    const { tie, strength: whole } = strandOf(other, relation);
    const strength = lostPartOnly(relation, member, group) ? topologyStrength.lostPart * whole : whole;
    if (isCauseOf(relation)) explains ??= explainsTheCause(component, group, dependencies);
    // A node below one of many members is not what ails the others.
    if (relation.kind === "carries" && (!explains || (group.bursts.node() ?? component) !== component)) continue;
    if (relation.kind === "rests-on" && isNode(other) && saysOtherNode(traits, other)) continue;
    const beside =
      isCauseOf(relation) && !explains
        ? traits.ofRequests
          ? topologyStrength.besideTheCause
          : topologyStrength.ownStateBesideTheCause
        : 1;
    yield { tie, span: member, strength: strength * beside };
  }
}

function* strandsByName(traits: AlertTraits, group: Group): Generator<Strand> {
  const named = traits.component === null ? undefined : group.named.get(traits.component);
  // Each pod names its node, which ails itself only where most of them are on it.
  if (named && (!isNode(traits.component!) || group.bursts.node() === traits.component))
    yield { tie: { kind: "named", component: traits.component! }, strength: topologyStrength.named, span: named };
  for (const other of traits.named) {
    const member = group.members.get(other);
    if (member) yield { tie: { kind: "names", component: other }, strength: topologyStrength.named, span: member };
    const alsoNamed = group.named.get(other);
    // Every pod names its node: that ties things which ail of the same where most of them run, and no requests.
    if (alsoNamed && (!isNode(other) || (!traits.ofRequests && group.bursts.nodeOfMost(traits.name)?.node === other)))
      yield { tie: { kind: "both-name", component: other }, strength: topologyStrength.sameNamed, span: alsoNamed };
  }
}

function burstStrand({ component, name, named, alert }: AlertTraits, group: Group, rates: NameRates): Strand | null {
  if (component === null || name === "") return null;
  if (group.bursts.mixesNodes(name, named)) return null;
  const { count, namespaces, lastMs } = group.bursts.around(name, component, alert.startsAtMs);
  const { componentsLeast, namespacesLeast, componentsForAll, surgeLeast, strength } = burstStrength;
  if (count < componentsLeast || namespaces < namespacesLeast || rates.surge(name, alert.startsAtMs) < surgeLeast) return null;
  const part = Math.min(1, count / componentsForAll);
  return { tie: { kind: "burst", name, count }, strength: strength * part, span: { firstMs: lastMs, lastMs } };
}

function labelsLikeness({ component, alert, name, labels, ofRequests }: AlertTraits, group: Group): number {
  const namespace = component === null ? alert.resolved.namespace : componentParts(component).namespace;
  // Of requests a namespace says as much as it is part of the group: one that spans many is not of each.
  const inNamespace = namespace === "" ? 0 : (group.namespaces.get(namespace) ?? 0);
  const share = ofRequests ? inNamespace / group.members.size : Math.min(1, inNamespace);
  const sameNamespace = share * labelStrength.sameNamespace;
  const sameName = name !== "" && group.names.has(name) ? labelStrength.sameName : 0;
  const common = labels.filter((label) => group.labels.has(label)).length;
  return sameNamespace + sameName + (labels.length > 0 ? (labelStrength.otherLabels * common) / labels.length : 0);
}

function textLikeness({ words }: AlertTraits, group: Group): number {
  if (words.length === 0) return 0;
  return words.filter((word) => group.words.has(word)).length / words.length;
}

// A thing's own earlier alert tells of it for the whole window, a name that is said for long; the rest only as long as trouble takes to spread.
function lastingOf({ kind }: Tie, gapMs: number): number {
  if (kind === "same" || kind === "explained") return 1;
  return kind === "names" || kind === "named" || kind === "both-name" ? nearness(gapMs / timeStrength.namedLonger) : nearness(gapMs);
}

/**
 * How well an alert fits a group, or null where it is too far in time from all that ties it. The tie is the one that is
 * strongest together with its nearness in time; without any, time counts from the group's first to its last alert.
 */
export function scoreOf(
  traits: AlertTraits,
  group: Group,
  { dependencies, settings, rates }: { dependencies: Dependencies; settings: CorrelationSettings; rates: NameRates },
): Score | null {
  const { weights, windowMs, stepsMax } = settings;
  const atMs = traits.alert.startsAtMs;
  if (!traits.ofRequests && group.bursts.contradicts(traits.name, traits.named)) return null;
  let best: { strand: Strand; gapMs: number; worth: number } | null = null;
  const consider = (strand: Strand) => {
    const gapMs = gapTo(atMs, strand.span);
    if (gapMs > windowMs) return;
    const near = nearness(gapMs);
    const lasting = lastingOf(strand.tie, gapMs);
    const worth = weights.topology * strand.strength * lasting + weights.time * near;
    if (!best || worth > best.worth) best = { strand, gapMs, worth };
  };
  for (const strand of strandsOver(traits, group, dependencies)) if (stepsMax > 0 || strand.tie.kind === "same") consider(strand);
  if (stepsMax > 0) {
    for (const strand of strandsByName(traits, group)) consider(strand);
    const burst = traits.ofRequests ? null : burstStrand(traits, group, rates);
    if (burst) consider(burst);
    // Likeness alone counts for requests: many things are low on memory or not ready at a time without a common reason.
    if (traits.ofRequests) consider({ tie: { kind: "none" }, strength: 0, span: group.span });
  }
  if (best === null) return null;
  const { strand, gapMs, worth } = best as { strand: Strand; gapMs: number; worth: number };
  const [labels, text] = [labelsLikeness(traits, group), textLikeness(traits, group)];
  const total = worth + weights.labels * labels + weights.text * text;
  return { total, topology: strand.strength, time: nearness(gapMs), labels, text, tie: strand.tie, gapMs };
}
