import type { LocalizedText } from "@sre/contracts/evidence";
import { traitsOf, type AlertTraits } from "./alert-traits.ts";
import type { AlertToPlace, OpenIncident, Target } from "./alerts-and-incidents.ts";
import { NameRates } from "./burst.ts";
import { componentParts } from "./component.ts";
import { correlationLimits } from "./constants.ts";
import type { Dependencies } from "./dependencies.ts";
import { groupOf, openGroup, take, type Group } from "./group.ts";
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

/** A correlator over incidents that are open already; older ones are preferred where two fit equally well. */
export function openCorrelator(incidents: readonly OpenIncident[], rules: GroupingRules): Correlator {
  const { dependencies } = rules;
  const index = new GroupIndex();
  let order = 0;
  for (const incident of [...incidents].sort((a, b) => a.number - b.number)) {
    index.add(groupOf(incident, dependencies, dependencies.names));
    order = Math.max(order, incident.number);
  }
  let opened = 0;
  const rates = new NameRates();
  const place = (alert: AlertToPlace): Placement => {
    const traits = traitsOf(alert, dependencies);
    const fit = choose(traits, index, { ...rules, rates });
    rates.note(traits.name, alert.startsAtMs);
    if (fit === null) {
      const group = openGroup(traits, { order: ++order, number: opened++ }, dependencies);
      index.add(group);
      index.addName(group, traits.name);
      return { key: alert.key, into: group.target, because: firstReason(alert.resolved), score: null };
    }
    const isNew = traits.component !== null && !fit.group.members.has(traits.component);
    take(fit.group, traits, dependencies);
    if (isNew) index.addMember(fit.group, traits.component!);
    index.addName(fit.group, traits.name);
    index.addNamed(fit.group, traits.named);
    const because = reasonToJoin(alert.resolved, fit.score, rules.settings.windowMs);
    return { key: alert.key, into: fit.group.target, because, score: fit.score };
  };
  return { place };
}

const byStart = (a: AlertToPlace, b: AlertToPlace) => a.startsAtMs - b.startsAtMs || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** Places the alerts of one delivery by their start; the order in which they are given does not matter. */
export function placeAlerts(alerts: readonly AlertToPlace[], incidents: readonly OpenIncident[], rules: GroupingRules): Placement[] {
  const correlator = openCorrelator(incidents, rules);
  return [...alerts].sort(byStart).map((alert) => correlator.place(alert));
}
