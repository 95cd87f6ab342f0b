import type { Cause, EntityId, Finding, Gap, Verdict } from "@sre/contracts/evidence";
import { measuredAs } from "../entities.ts";
import type { Scored } from "../explain/candidate.ts";
import { confidenceOf } from "../explain/score.ts";
import { faultOf } from "../faults/catalogue.ts";
import { roleOf } from "../finding.ts";
import type { FindingKind } from "../messages/findings.ts";
import type { Ranking } from "../rank.ts";
import type { Seen } from "../seen/seen.ts";
import { isCovered } from "./gaps.ts";

export const verdictThresholds = { confirmed: 0.75, likely: 0.55, margin: 0.1, suspicious: 0.35 } as const;

function decisiveFindings(cause: Scored): Finding[] {
  const decisive = faultOf(cause.fault).decisive as readonly FindingKind[];
  return cause.mechanism.filter((found) => decisive.includes(found.what as FindingKind) && found.values["seen"] !== "now");
}

const isDecisive = (cause: Scored): boolean => decisiveFindings(cause).length > 0;

/** Whether the state of objects alone leaves no other reading: a signal that nobody records could not change it. */
export const isSettledByState = (cause: Scored): boolean => decisiveFindings(cause).some((found) => roleOf(found) === "state");

// Golden signals beside those of what is called tell where it is, and nothing of how: what is called, but unseen, may be it.
const pointers: ReadonlySet<string> = new Set(["own_delay", "own_errors"]);
const onlyPoints = ({ mechanism }: Scored): boolean => mechanism.every(({ what }) => pointers.has(what));

function isAhead(kept: readonly Scored[]): boolean {
  const [first, ...others] = kept;
  if (first === undefined) return false;
  const rivals = others.filter((other) => other.explainedBy === null && other.reach > 0 && other.component !== first.component);
  return rivals.every((rival) => confidenceOf(first) - confidenceOf(rival) >= verdictThresholds.margin);
}

const healthy: ReadonlySet<string> = new Set(["golden_normal", "golden_blip", "golden_usual"]);

/** The services whose golden signals stand for what the scope names, and the alerts' own entities. */
function measured(seen: Seen, component: EntityId): EntityId[] {
  return [component, ...seen.graph.members(component), measuredAs(component)];
}

function isCalm(seen: Seen, findings: readonly Finding[], signal: string): boolean {
  const components = [...new Set(seen.scope.entities.map((entity) => seen.graph.component(entity)))];
  return components.every((component) => {
    const told = measured(seen, component).filter((entity) => isCovered(seen, entity, signal));
    const own = findings.filter((found) => told.includes(found.entity) && found.values["signal"] === signal);
    return own.length > 0 && own.every((found) => healthy.has(found.what));
  });
}

function rulesAreCalm(seen: Seen, findings: readonly Finding[]): boolean {
  return seen.scope.alerts.every((alert) => {
    const own = findings.filter((found) => found.values["alert"] === alert.name && found.entity === alert.entity);
    return (
      isCovered(seen, alert.entity, "rule") &&
      own.length > 0 &&
      own.every(({ what }) => what === "rule_recovered" || what === "rule_not_breached")
    );
  });
}

// Without an alert there is no rule that could be calm: then the objects must have been seen in good order.
function objectsAreCalm(seen: Seen, findings: readonly Finding[]): boolean {
  if (seen.scope.alerts.length > 0) return true;
  return seen.scope.entities.every((entity) =>
    findings.some((found) => found.what === "no_bad_state" && found.entity === seen.graph.component(entity)),
  );
}

// A source that is there and failed may hide what is wrong; one that never was cannot be waited for.
function nothingHidden(gaps: readonly Gap[]): boolean {
  return gaps.every(({ could_change, because }) => could_change !== "verdict" || because === "not_configured");
}

// Where everything is seen to be calm, a change that nobody watched is no suspicion: nothing is there that it could have caused.
const showsSomething = (cause: Scored) => cause.mechanism.length > 0 || cause.symptoms.length > 0;

function nothingWrong(seen: Seen, findings: readonly Finding[], context: { ranking: Ranking; gaps: readonly Gap[] }): boolean {
  const suspects = context.ranking.kept.filter(
    (cause) => showsSomething(cause) && cause.reach > 0 && confidenceOf(cause) >= verdictThresholds.suspicious,
  );
  const signals = ["golden:errors", "golden:latency"];
  return (
    suspects.length === 0 &&
    rulesAreCalm(seen, findings) &&
    signals.every((signal) => isCalm(seen, findings, signal)) &&
    objectsAreCalm(seen, findings) &&
    nothingHidden(context.gaps)
  );
}

/**
 * Confirmed: a decisive finding, far ahead of any rival, and no evidence missing that could change it. Likely: one named
 * fault stands out. Nothing wrong: said only of rules and golden signals that were seen to be calm over the whole window.
 */
export function verdictOf(seen: Seen, findings: readonly Finding[], context: { ranking: Ranking; gaps: readonly Gap[] }): Verdict {
  const first = context.ranking.kept[0];
  if (nothingWrong(seen, findings, context)) return "nothing_wrong";
  if (first === undefined || first.reach === 0 || first.fault === "unknown") return "inconclusive";
  const confidence = confidenceOf(first);
  const tied = context.ranking.causes.filter(({ rank }: Cause) => rank === 1).length > 1;
  const complete = context.gaps.every(({ could_change }) => could_change !== "verdict");
  if (confidence >= verdictThresholds.confirmed && isDecisive(first) && isAhead(context.ranking.kept) && complete && !tied)
    return "confirmed";
  // What a thing adds by itself points to it only where nothing else adds nearly as much.
  if (first.own && (onlyPoints(first) || !isAhead(context.ranking.kept))) return "inconclusive";
  return confidence >= verdictThresholds.likely ? "likely" : "inconclusive";
}
