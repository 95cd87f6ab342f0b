import { byCodeUnit } from "@sre/contracts/canonical";
import { type EntityId, type Finding } from "@sre/contracts/evidence";
import { isNode, partsOf, podOf } from "../entities.ts";
import { roleOf } from "../finding.ts";
import { faultKinds, faultOf, type FaultKind } from "../faults/catalogue.ts";
import { isOwnPart } from "../faults/calls.ts";
import type { FindingKind } from "../messages/findings.ts";
import type { Seen } from "../seen/seen.ts";
import type { Candidate } from "./candidate.ts";
import { blamedChange, isPassive, onsetFor, type SeenChange } from "./changes.ts";
import { onsetOf, type Focus } from "./focus.ts";
import { homeOf } from "./home.ts";
import { blamedPlaces, isUnwell } from "./unexplained.ts";

interface Draft {
  readonly entity: EntityId;
  readonly fault: FaultKind;
  readonly mechanism: Finding[];
}

const weightOf = (fault: FaultKind, what: string, table: "shownBy" | "supportedBy"): number =>
  faultOf(fault)[table][what as FindingKind] ?? 0;

/** The findings that show each fault, gathered at the object in which the fault would live. */
function drafts(seen: Seen, findings: readonly Finding[]): Draft[] {
  const found = new Map<string, Draft>();
  for (const each of findings) {
    for (const fault of faultKinds) {
      if (weightOf(fault, each.what, "shownBy") === 0 || seen.withoutFaults.has(fault)) continue;
      const entity = homeOf(seen, faultOf(fault).home, each);
      if (entity === null) continue;
      const draft = found.get(`${entity} ${fault}`) ?? { entity, fault, mechanism: [] };
      draft.mechanism.push(each);
      found.set(`${entity} ${fault}`, draft);
    }
  }
  const all = [...found].sort(([a], [b]) => byCodeUnit(a, b)).map(([, draft]) => draft);
  return all.filter((draft) => !isRefined(seen, draft, all));
}

const componentsOf = (seen: Seen, findings: readonly Finding[]): EntityId[] =>
  [...new Set(findings.map(({ entity }) => seen.graph.component(podOf(entity))))].sort(byCodeUnit);

/** Whether a finer name of the same fault was found where this one shows. */
function isRefined(seen: Seen, coarse: Draft, all: readonly Draft[]): boolean {
  const finer = all.filter(({ fault }) => faultOf(fault).refines?.includes(coarse.fault) === true);
  const told = new Set(finer.flatMap(({ mechanism }) => componentsOf(seen, mechanism)));
  return finer.length > 0 && componentsOf(seen, coarse.mechanism).every((component) => told.has(component));
}

/** Where a fault hurts first: its own component; what lies in a namespace hurts where it shows. */
function seatsOf(seen: Seen, draft: Draft): EntityId[] {
  if (faultOf(draft.fault).home !== "namespace") return [seen.graph.component(draft.entity)];
  return componentsOf(seen, draft.mechanism);
}

interface Context {
  readonly findings: readonly Finding[];
  readonly byComponent: ReadonlyMap<EntityId, readonly Finding[]>;
  readonly focus: Focus;
}

function nearby(seen: Seen, entity: EntityId, context: Context): readonly Finding[] {
  const component = seen.graph.component(entity);
  if (!isNode(entity)) return context.byComponent.get(component) ?? [];
  return context.findings.filter((found) => seen.graph.component(found.entity) === component || homeOf(seen, "node", found) === entity);
}

/**
 * When it began: the first thing that shows it, or that users felt of it. A mechanism that was first seen late is no
 * proof that it began late where its own component was already hurt.
 */
function beganAt(mechanism: readonly Finding[], symptoms: readonly Finding[]): number | null {
  const shown = onsetOf(mechanism);
  const felt = onsetOf(symptoms);
  return shown === null ? felt : felt === null ? shown : Math.min(shown, felt);
}

// More traffic is sent by others: no change of the thing itself brings it.
const comesFromOutside = ({ fault, mechanism }: Draft): boolean =>
  fault === "overload" && mechanism.every(({ what }) => what === "golden_traffic_rise");

function complete(seen: Seen, draft: Draft, context: Context): Candidate {
  const seats = seatsOf(seen, draft);
  const own =
    faultOf(draft.fault).home === "namespace"
      ? seats.flatMap((seat) => context.byComponent.get(seat) ?? [])
      : nearby(seen, draft.entity, context);
  const supporting = own.filter((found) => weightOf(draft.fault, found.what, "supportedBy") > 0 && roleOf(found) !== "symptom");
  const symptoms = own.filter((found) => roleOf(found) === "symptom");
  const component = seen.graph.component(draft.entity);
  const onsetMs = beganAt(draft.mechanism, symptoms);
  const mechanism = [...draft.mechanism, ...supporting];
  const { toleranceMs } = context.focus;
  const onset = onsetFor(mechanism, { onsetMs: onsetMs ?? context.focus.onsetMs, toleranceMs });
  const blamed = comesFromOutside(draft) ? null : blamedChange(seen, component, onset);
  return {
    ...draft,
    mechanism,
    component,
    seats,
    symptoms,
    onsetMs,
    change: blamed?.change ?? null,
    generic: false,
    own: isOwnPart(draft.fault),
  };
}

function faultOfChange({ withoutFaults }: Seen, change: SeenChange): FaultKind {
  const fault = change.kind === "deployment" ? "bad_deployment" : "bad_config";
  return withoutFaults.has(fault) ? "unknown" : fault;
}

// Below this a mechanism is too weak to stand for what its component suffers.
const convincing = 0.4;

function convinces(candidate: Candidate): boolean {
  return candidate.mechanism.some((found) => weightOf(candidate.fault, found.what, "shownBy") * found.strength >= convincing);
}

function isHurt(found: Finding): boolean {
  if (found.what === "golden_traffic_rise") return false;
  if (isUnwell(found)) return true;
  const counts = roleOf(found) === "symptom" || ["replicas_unavailable", "rollout_stuck", "container_exited"].includes(found.what);
  return counts && found.strength >= 0.4;
}

/** A component that is hurt although nothing tells how: its newest change, or the unknown. */
function genericCandidate(seen: Seen, component: EntityId, context: Context): Candidate[] {
  const own = nearby(seen, component, context);
  const symptoms = own.filter((found) => isHurt(found) && roleOf(found) === "symptom");
  const logs = own.filter((found) => roleOf(found) === "log" && found.strength >= 0.4);
  const calm = own.some(({ what }) => what === "golden_normal" || what === "golden_blip");
  if (!own.some(isHurt) && (logs.length === 0 || calm)) return [];
  const onsetMs = beganAt(symptoms, logs);
  const { toleranceMs } = context.focus;
  const blamed = blamedChange(seen, component, onsetFor(own, { onsetMs: onsetMs ?? context.focus.onsetMs, toleranceMs }));
  const fault = blamed === null ? "unknown" : faultOfChange(seen, blamed.change);
  const entity = homeOf(seen, faultOf(fault).home, { entity: component }) ?? component;
  const mechanism = own.filter((found) => roleOf(found) !== "symptom" && weightOf(fault, found.what, "supportedBy") > 0);
  return [
    {
      entity,
      component,
      seats: [component],
      fault,
      mechanism,
      symptoms,
      onsetMs,
      change: blamed?.change ?? null,
      generic: true,
      own: false,
    },
  ];
}

const isWatched = (component: EntityId, { byComponent }: Context): boolean =>
  (byComponent.get(component) ?? []).some(({ values }) => String(values["signal"] ?? "").startsWith("golden:"));

/**
 * A change just before the onset of something that what alerts needs, and whose signals nobody saw. Nothing seen is not
 * seen nothing: it stays a suspect, although a weak one.
 */
function blindChanges(seen: Seen, taken: ReadonlySet<EntityId>, context: Context): Candidate[] {
  const { focus } = context;
  const changed = [
    ...new Set(seen.changes.flatMap(({ entity, touches }) => [entity, ...touches]).map((id) => seen.graph.component(id))),
  ].sort(byCodeUnit);
  return changed.flatMap((component): Candidate[] => {
    const reachable = focus.components.some((from) => seen.graph.distance(from, component) !== null);
    if (taken.has(component) || isPassive(component) || !reachable || isWatched(component, context)) return [];
    const blamed = blamedChange(seen, component, onsetFor([], focus));
    if (blamed === null) return [];
    const fault = faultOfChange(seen, blamed.change);
    const entity = homeOf(seen, faultOf(fault).home, { entity: component }) ?? component;
    return [
      { entity, component, seats: [component], fault, mechanism: [], symptoms: [], onsetMs: null, change: blamed.change, generic: true, own: false },
    ]; // prettier-ignore
  });
}

/** Of what a component adds by itself, the kind that shows most; the others support it. */
function strongestOwn(candidates: readonly Candidate[]): Candidate[] {
  const byComponent = Map.groupBy(candidates.filter(({ own }) => own), ({ component }) => component); // prettier-ignore
  return [...byComponent.values()].flatMap((own) => {
    const chances = own.map(mechanismChance);
    return own.filter((_, i) => chances.indexOf(Math.max(...chances)) === i);
  });
}

/** Every fault that something shows, and every hurt component that nothing explains by itself. */
export function candidatesOf(seen: Seen, findings: readonly Finding[], focus: Focus): Candidate[] {
  const byComponent = Map.groupBy(findings, ({ entity }) => seen.graph.component(entity));
  const context = { findings, byComponent, focus };
  const specific = drafts(seen, findings).map((draft) => complete(seen, draft, context));
  const explained = new Set(
    specific.filter((candidate) => !candidate.own && convinces(candidate)).flatMap(({ component, seats }) => [component, ...seats]),
  );
  const isOpen = (component: EntityId) => !explained.has(component);
  const places = blamedPlaces(seen, findings).filter(({ component, seats }) => isOpen(component) && seats.some(isOpen));
  const placed = new Set(places.map(({ component }) => component));
  const components = [...byComponent.keys()].sort(byCodeUnit).filter((component) => isOpen(component) && !placed.has(component));
  const open = components.filter((component) => !["namespace", "cluster"].includes(partsOf(component).kind));
  const generic = open.flatMap((component) => genericCandidate(seen, component, context));
  const changed = new Set(generic.filter(({ change }) => change !== null).map(({ component }) => component));
  const own = strongestOwn(specific).filter(({ component }) => !explained.has(component) && !changed.has(component));
  const owning = new Set(own.map(({ component }) => component));
  const all = [
    ...specific.filter((candidate) => !candidate.own),
    ...own,
    ...places,
    ...generic.filter(({ component }) => !owning.has(component)),
  ];
  return [...all, ...blindChanges(seen, new Set(all.map(({ component }) => component)), context)];
}

/** The chance that the findings mean the fault: the best of each kind, kinds taken as independent (noisy or). */
export function mechanismChance(candidate: Candidate): number {
  const best = new Map<string, number>();
  for (const found of candidate.mechanism) {
    const weight = weightOf(candidate.fault, found.what, "shownBy") || weightOf(candidate.fault, found.what, "supportedBy");
    best.set(found.what, Math.max(best.get(found.what) ?? 0, weight * found.strength));
  }
  const kinds = [...best].sort(([a], [b]) => byCodeUnit(a, b));
  return 1 - kinds.reduce((miss, [, chance]) => miss * (1 - chance), 1);
}
