import type { EntityId, Finding } from "@sre/contracts/evidence";
import { finding } from "../finding.ts";
import { brief } from "../messages/words.ts";
import { contributionsOf, stepStrength } from "../seen/contribution.ts";
import type { Seen } from "../seen/seen.ts";
import { splitOf } from "../seen/split.ts";
import { instant, ms } from "../time.ts";
import { newLinesBy } from "./new-lines.ts";
import { ownStrengthMin } from "./own-time.ts";

/* What only shows in how a request was worked on: steps that are missing, and lines that are new. */

// A caller of a service that gives up early logs that, and leaves out what would have come after. The deeper one is believed
// where it shows this much of what the caller shows, and clearly anything; where all it shows is lines, about as many of them:
// it cannot have spoilt more calls than it spoke of.
const deeperShareMin = 0.25;
const deeperMin = 0.067;
const explainedFactor = 0.35;
const linesShareMin = 0.7;

/** How much less a service's new lines and missing steps weigh, since something that it calls shows the same: 1 is not at all. */
function explainedBy(seen: Seen): (component: EntityId) => number {
  const contributions = contributionsOf(seen);
  const lines = newLinesBy(seen);
  const shown = (id: EntityId) => (lines.get(id)?.strength ?? 0) + stepStrength(contributions.get(id)?.lostStep ?? null);
  const accountsFor = (deeper: EntityId, component: EntityId) =>
    stepStrength(contributions.get(deeper)?.lostStep ?? null) > 0 ||
    (lines.get(deeper)?.mostLines ?? 0) >= linesShareMin * (lines.get(component)?.mostLines ?? 0);
  return (component) => {
    const own = shown(component);
    const callees = (contributions.get(component)?.callees ?? []).filter((id) => id !== component);
    const deeper = callees.some((id) => shown(id) > deeperMin && shown(id) >= deeperShareMin * own && accountsFor(id, component));
    return deeper ? explainedFactor : 1;
  };
}

/** Operations for which a service takes a step less often than before: an answer that comes without the work. */
export function detectStepsLeftOut(seen: Seen): Finding[] {
  const factor = explainedBy(seen);
  return [...contributionsOf(seen).values()].flatMap(({ component, lostStep }) => {
    const strength = stepStrength(lostStep) * factor(component);
    if (lostStep === null || strength < ownStrengthMin) return [];
    const { operation, within, before, during, sinceMs, cite } = lostStep;
    const values = { step: brief(operation, 120), within: brief(within, 120), before, during };
    const began = sinceMs === null ? {} : { from: instant(sinceMs) };
    return [finding({ what: "step_left_out", entity: component, ...began, strength, evidence: [cite], values })];
  });
}

/** Services that write lines they never wrote before, weighed by how many of their calls write them. */
export function detectNewLines(seen: Seen): Finding[] {
  const factor = explainedBy(seen);
  const since = splitOf(seen.scope).fault[0];
  return [...newLinesBy(seen)].flatMap(([component, { strength: full, lines, calls, strongest, id }]) => {
    const strength = full * factor(component);
    if (strength < ownStrengthMin) return [];
    const values = { lines, calls, template: brief(strongest.template), level: strongest.level };
    const began = ms(strongest.first_at) > since ? { from: strongest.first_at } : {};
    return [finding({ what: "own_log_new", entity: component, ...began, strength, evidence: [{ id, part: strongest.template }], values })];
  });
}
