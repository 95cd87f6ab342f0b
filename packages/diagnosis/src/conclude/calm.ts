import type { EntityId, Finding, ScopeAlert } from "@sre/contracts/evidence";
import { measuredAs } from "../entities.ts";
import type { Scored } from "../explain/candidate.ts";
import { scoreOf } from "../explain/score.ts";
import type { Ranking } from "../rank.ts";
import type { Seen } from "../seen/seen.ts";
import type { SeenSeries } from "../seen/series.ts";
import { ms } from "../time.ts";
import { isCovered, unmeasured, type FoundGap } from "./gaps.ts";

/* Whether nothing is wrong: said only of what was seen to be calm, and never because nothing was seen. */

// So much may speak for a cause and still be everyday unrest.
const suspicious = 0.35;
const felt = ["golden:errors", "golden:latency"] as const;

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

function ruleIsCalm(seen: Seen, findings: readonly Finding[], alert: ScopeAlert): boolean {
  const own = findings.filter((found) => found.values["alert"] === alert.name && found.entity === alert.entity);
  return (
    isCovered(seen, alert.entity, "rule") &&
    own.length > 0 &&
    own.every(({ what }) => what === "rule_recovered" || what === "rule_not_breached")
  );
}

/** Whether everybody who was asked about the rule of an alert says that nobody keeps it. */
function isUnrecorded(seen: Seen, { name, entity }: ScopeAlert): boolean {
  const asked = seen.answers.filter(
    ({ question }) => question.about === "rule" && question.alert.name === name && question.alert.entity === entity,
  );
  return asked.length > 0 && asked.every((answer) => answer.kind === "unanswered" && unmeasured.has(answer.because));
}

// What an alert is about, where only its own words tell.
const aboutFelt = /latency|slow|duration|response.?time|error|fail|5xx|availab|success/i;

function isMeasuredSince({ window, recent }: SeenSeries, atMs: number): boolean {
  const { startMs, stepMs, values } = recent?.window ?? window;
  return startMs + (values.findLastIndex((value) => value !== null) + 1) * stepMs >= atMs + stepMs;
}

/**
 * An alert about latency or errors whose rule nobody keeps can be judged by these signals themselves: they have to be calm, and
 * measured for a whole step since it fired, for what made it fire may be in none of the samples before.
 */
function isJudgedDirectly(seen: Seen, alert: ScopeAlert): boolean {
  if (!isUnrecorded(seen, alert) || !aboutFelt.test(alert.name)) return false;
  const told = new Set(measured(seen, seen.graph.component(alert.entity)));
  return felt.every((signal) => {
    const own = seen.series.filter((series) => series.signal === signal && told.has(series.of));
    return own.length > 0 && own.every((series) => isMeasuredSince(series, ms(alert.starts_at)));
  });
}

const rulesAreCalm = (seen: Seen, findings: readonly Finding[]): boolean =>
  seen.scope.alerts.every((alert) => ruleIsCalm(seen, findings, alert) || isJudgedDirectly(seen, alert));

// Without an alert there is no rule that could be calm: then the objects must have been seen in good order.
function objectsAreCalm(seen: Seen, findings: readonly Finding[]): boolean {
  if (seen.scope.alerts.length > 0) return true;
  return seen.scope.entities.every((entity) =>
    findings.some((found) => found.what === "no_bad_state" && found.entity === seen.graph.component(entity)),
  );
}

// A source that is there and failed may hide what is wrong; what nobody records cannot be waited for.
function nothingHidden(gaps: readonly FoundGap[]): boolean {
  return gaps.every(({ could_change, because }) => could_change !== "verdict" || unmeasured.has(because));
}

// Where everything is seen to be calm, a change that nobody watched is no suspicion: nothing is there that it could have caused.
const showsSomething = (cause: Scored) => cause.mechanism.length > 0 || cause.symptoms.length > 0;

/** Whether rules, signals and objects were seen to be calm over the whole window, and nothing speaks for a cause. */
export function nothingWrong(seen: Seen, findings: readonly Finding[], context: { ranking: Ranking; gaps: readonly FoundGap[] }): boolean {
  const suspects = context.ranking.kept.filter((cause) => showsSomething(cause) && cause.reach > 0 && scoreOf(cause) >= suspicious);
  return (
    suspects.length === 0 &&
    rulesAreCalm(seen, findings) &&
    felt.every((signal) => isCalm(seen, findings, signal)) &&
    objectsAreCalm(seen, findings) &&
    nothingHidden(context.gaps)
  );
}
