import type { LocalizedText } from "@sre/contracts/evidence";
import { traitsOf, type AlertTraits } from "./alert-traits.ts";
import type { AlertToPlace, KeptTraits, OpenIncident, Target } from "./alerts-and-incidents.ts";
import { NameRates } from "./burst.ts";
import { componentParts } from "./component.ts";
import { correlationLimits } from "./constants.ts";
import type { Dependencies } from "./dependencies.ts";
import { groupOf, hasAlert, openGroup, take, traitsToKeep, type Group } from "./group.ts";
import { GroupIndex } from "./group-index.ts";
import { firstReason, reasonToJoin } from "./reasons.ts";
import { scoreOf, type CorrelationSettings, type Score } from "./score.ts";

export interface GroupingRules {
  readonly settings: CorrelationSettings;
  /** What the topology says, read with `readDependencies`. */
  readonly dependencies: Dependencies;
}

export interface Placement {
  readonly key: string;
  readonly into: Target;
  readonly because: LocalizedText;
  /** Null when it opened a group. */
  readonly score: Score | null;
}

/** Places alerts one after the other. */
export interface Correlator {
  /** Decides at once, for good, which open group an alert joins; otherwise opens one. */
  place(alert: AlertToPlace): Placement;
  /** What groups that took alerts in must keep, for the correlator that is opened with them next. */
  changed(): { readonly into: Target; readonly traits: KeptTraits }[];
}

interface Fit {
  readonly group: Group;
  readonly score: Score;
}

// Where one of the two does not say its environment they may be one, if it is known what the alert is about.
function samePlace(traits: AlertTraits, group: Group): boolean {
  const { environment, cluster } = traits.alert.resolved;
  const known = traits.component === null ? cluster : componentParts(traits.component).cluster;
  return known === group.cluster && (environment === group.environment || environment === "" || group.environment === "");
}

interface Scoring extends GroupingRules {
  readonly rates: NameRates;
}

function bestOf(traits: AlertTraits, groups: Iterable<Group>, rules: Scoring): Fit | null {
  let best: Fit | null = null;
  for (const group of groups) {
    if (!samePlace(traits, group)) continue;
    const score = scoreOf(traits, group, rules);
    if (score === null || score.total < rules.settings.threshold) continue;
    const better = best === null || score.total > best.score.total || (score.total === best.score.total && group.order < best.group.order);
    if (better) best = { group, score };
  }
  return best;
}

function choose(traits: AlertTraits, index: GroupIndex, rules: Scoring): Fit | null {
  if (traits.component === null) return null;
  const same = bestOf(traits, index.ofComponent(traits.component), rules);
  const undisputed = same?.score.tie.kind === "same" && same.score.gapMs <= correlationLimits.undisputedMs;
  if (undisputed || rules.settings.stepsMax === 0) return same;
  return bestOf(traits, index.near(traits, rules.dependencies), rules);
}

// A name is counted where it is new to a thing: what repeats, or has many copies, is no burst.
function ratesOf(groups: readonly Group[]): NameRates {
  const rates = new NameRates();
  const alerts = groups.flatMap(({ kept }) => [...kept.values()]).sort((a, b) => a.first_ms - b.first_ms);
  for (const { name, first_ms: atMs } of alerts) rates.note(name, atMs);
  return rates;
}

/** A correlator over incidents that are open already; older ones are preferred where two fit equally well. */
export function openCorrelator(incidents: readonly OpenIncident[], rules: GroupingRules): Correlator {
  const { dependencies } = rules;
  const index = new GroupIndex();
  const open = [...incidents].sort((a, b) => a.number - b.number).map((incident) => groupOf(incident, dependencies, dependencies.names));
  for (const group of open) index.add(group);
  const rates = ratesOf(open);
  const touched = new Set<Group>();
  let order = open.at(-1)?.order ?? 0;
  let opened = 0;
  const takeInto = (group: Group, traits: AlertTraits) => {
    if (!hasAlert(group, traits)) rates.note(traits.name, traits.alert.startsAtMs);
    const isNew = traits.component !== null && !group.members.has(traits.component);
    take(group, traits, dependencies);
    if (isNew) index.addMember(group, traits.component!);
    index.addName(group, traits.name);
    index.addNamed(group, traits.named);
    touched.add(group);
  };
  const place = (alert: AlertToPlace): Placement => {
    const traits = traitsOf(alert, dependencies);
    const fit = choose(traits, index, { ...rules, rates });
    const group = fit?.group ?? openGroup(traits, { order: ++order, number: opened++ });
    takeInto(group, traits);
    const because = fit ? reasonToJoin(alert.resolved, fit.score, rules.settings.windowMs) : firstReason(alert.resolved);
    return { key: alert.key, into: group.target, because, score: fit?.score ?? null };
  };
  return { place, changed: () => [...touched].map((group) => ({ into: group.target, traits: traitsToKeep(group) })) };
}

const byStart = (a: AlertToPlace, b: AlertToPlace) => a.startsAtMs - b.startsAtMs || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** Places the alerts of one delivery by their start; the order in which they are given does not matter. */
export function placeAlerts(
  alerts: readonly AlertToPlace[],
  incidents: readonly OpenIncident[],
  rules: GroupingRules,
): { readonly placements: Placement[]; readonly changed: ReturnType<Correlator["changed"]> } {
  const correlator = openCorrelator(incidents, rules);
  const placements = [...alerts].sort(byStart).map((alert) => correlator.place(alert));
  return { placements, changed: correlator.changed() };
}

/** What an incident keeps of alerts that were put into it, whoever did. */
export function traitsOfAll(alerts: readonly AlertToPlace[], dependencies: Dependencies): KeptTraits {
  const [first, ...rest] = [...alerts].sort(byStart).map((alert) => traitsOf(alert, dependencies));
  if (!first) return { alerts: [], labels: [], words: [] };
  const group = openGroup(first, { order: 0, number: 0 });
  for (const traits of [first, ...rest]) take(group, traits, dependencies);
  return traitsToKeep(group);
}
