import type { Cause, Finding, Verdict } from "@sre/contracts/evidence";
import type { FoundGap } from "./gaps.ts";
import type { Scored } from "../explain/candidate.ts";
import { isOwnPart } from "../faults/calls.ts";
import { basisIn, mechanismIn, type Basis } from "../explain/certainty.ts";
import { scoreOf } from "../explain/score.ts";
import type { Ranking } from "../rank.ts";
import type { Seen } from "../seen/seen.ts";
import { nothingWrong } from "./calm.ts";

/** Of how sure a cause is: `confirmed`, `likely`. Of how much more speaks for it than for a rival: `margin`. */
export const verdictThresholds = { confirmed: 0.9, likely: 0.6, margin: 0.1 } as const;

// Bases that tell how something fails, not only that it does.
const names: ReadonlySet<Basis> = new Set(["settled", "shown"]);

/** Whether what was seen leaves no other reading of a cause: what nobody records could not change it. */
export const isSettled = (cause: Scored): boolean => basisIn(cause) === "settled";

function rivalsOf([first, ...others]: readonly Scored[]): readonly Scored[] {
  return others.filter((other) => other.explainedBy === null && other.reach > 0 && other.component !== first?.component);
}

function isAhead(kept: readonly Scored[]): boolean {
  const [first] = kept;
  return first !== undefined && rivalsOf(kept).every((rival) => scoreOf(first) - scoreOf(rival) >= verdictThresholds.margin);
}

/** Whether what a thing adds by itself stands against something elsewhere that tells at least half as clearly why things fail. */
function isUndercut(kept: readonly Scored[]): boolean {
  const [first] = kept;
  if (first === undefined || !isOwnPart(first.fault)) return false;
  const clear = mechanismIn(first.parts) / 2;
  return rivalsOf(kept).some((rival) => !isOwnPart(rival.fault) && names.has(basisIn(rival)) && mechanismIn(rival.parts) >= clear);
}

/** Whether all that names a cause is a change shortly before, while nothing was seen of what was changed itself. */
function isOnlyNear(seen: Seen, cause: Scored): boolean {
  const felt = [...cause.mechanism, ...cause.symptoms].filter(({ what }) => what !== "change_near_onset");
  return basisIn(cause) === "changed" && felt.every(({ entity }) => seen.graph.component(entity) !== cause.component);
}

/**
 * Confirmed: a decisive finding, far ahead of any rival, and no evidence missing that could change it. Likely: one named
 * fault stands out. Nothing wrong: said only of rules and golden signals that were seen to be calm over the whole window.
 */
export function verdictOf(seen: Seen, findings: readonly Finding[], context: { ranking: Ranking; gaps: readonly FoundGap[] }): Verdict {
  const first = context.ranking.kept[0];
  if (nothingWrong(seen, findings, context)) return "nothing_wrong";
  if (first === undefined || first.reach === 0 || first.fault === "unknown") return "inconclusive";
  const confidence = context.ranking.causes[0]?.confidence ?? 0;
  const tied = context.ranking.causes.filter(({ rank }: Cause) => rank === 1).length > 1;
  const complete = context.gaps.every(({ could_change }) => could_change !== "verdict");
  const { kept } = context.ranking;
  if (confidence >= verdictThresholds.confirmed && isSettled(first) && isAhead(kept) && !isUndercut(kept) && complete && !tied)
    return "confirmed";
  if (isOnlyNear(seen, first)) return "inconclusive";
  // What a thing adds by itself points to it only where nothing else adds nearly as much.
  if (first.own && !isAhead(kept)) return "inconclusive";
  return confidence >= verdictThresholds.likely ? "likely" : "inconclusive";
}
