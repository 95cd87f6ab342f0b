import { byCodeUnit } from "@sre/contracts/canonical";
import type { EntityId } from "@sre/contracts/evidence";
import { isNode } from "../entities.ts";
import { finding } from "../finding.ts";
import { faultOf } from "../faults/catalogue.ts";
import { diagnosisLimits } from "../limits.ts";
import { spoken } from "../messages/words.ts";
import type { Seen } from "../seen/seen.ts";
import type { Scored } from "./candidate.ts";
import { isUnwell } from "./unexplained.ts";
import { scoreOf, hopsTo, partWeights, scorePart } from "./score.ts";
import { titleOf } from "./title.ts";

/* Upstream explains downstream: what follows from a fault of something it needs loses rank, and says of what. */

const convincing = 0.45;
// Of two without a name, the one that is unwell in itself explains the one that only suffers.
const convincingUnwell = 0.35;
const onsetSlackMs = 5 * 60_000;
const clearlyMore = 0.05;

type Relation = "here" | "node" | "callee";

// Something unnamed in a place that holds a thing up tells more than that the thing is hurt.
const followsHere = (victim: Scored, cause: Scored): boolean => victim.generic && (!cause.generic || victim.component !== cause.component);

function relationOf(seen: Seen, victim: Scored, cause: Scored): Relation | null {
  const { follows } = faultOf(victim.fault);
  if (victim.component === cause.component || cause.seats.includes(victim.component))
    return (follows.here as readonly string[]).includes(cause.fault) || followsHere(victim, cause) ? "here" : null;
  const away = hopsTo(seen, victim.component, cause);
  if (away === null || away > diagnosisLimits.hopsMax) return null;
  if (isNode(cause.component)) return follows.node ? "node" : null;
  if (!follows.callee) return null;
  const mutual = seen.graph.distance(cause.component, victim.component) !== null;
  return mutual && scoreOf(cause) < scoreOf(victim) + clearlyMore ? null : "callee";
}

function inTime(victim: Scored, cause: Scored): boolean {
  return victim.onsetMs === null || cause.onsetMs === null || cause.onsetMs <= victim.onsetMs + onsetSlackMs;
}

// What leaves no other reading is no mere consequence of something unnamed.
const isPlain = ({ fault, mechanism }: Scored): boolean =>
  mechanism.some(({ what }) => (faultOf(fault).decisive as readonly string[]).includes(what));

const isFirm = ({ mechanism }: Scored): boolean => mechanism.some(isUnwell);

// A mechanism is not explained by mere symptoms elsewhere, unless it stands in the same object. What a thing adds by itself is
// what its callees do not account for: only a mechanism explains it.
function strongEnough(victim: Scored, cause: Scored): boolean {
  const told = !cause.generic || (isFirm(cause) && !isPlain(victim));
  const firm = victim.own ? !cause.generic && !cause.own : victim.generic || told;
  const least = isFirm(cause) && !isFirm(victim) && !isPlain(victim) ? convincingUnwell : convincing;
  return scoreOf(cause) >= least && firm && cause.reach > 0;
}

function explainerOf(seen: Seen, victim: Scored, all: readonly Scored[]): { cause: Scored; relation: Relation } | null {
  const possible = all.flatMap((cause) => {
    if (cause === victim || !strongEnough(victim, cause) || !inTime(victim, cause)) return [];
    const relation = relationOf(seen, victim, cause);
    return relation === null ? [] : [{ cause, relation }];
  });
  const order = ({ cause }: { cause: Scored }) => `${cause.entity} ${cause.fault}`;
  possible.sort((a, b) => scoreOf(b.cause) - scoreOf(a.cause) || byCodeUnit(order(a), order(b)));
  return possible[0] ?? null;
}

// A change of its own just before the onset keeps a victim in the race against a neighbour that nothing explains either.
function penalty(victim: Scored, cause: Scored): number {
  return victim.change !== null && cause.generic && cause.change === null ? partWeights.explained / 2 : partWeights.explained;
}

function explainedBy(victim: Scored, { cause, relation }: { cause: Scored; relation: Relation }): Scored {
  const fault = titleOf(cause);
  const what = relation === "here" ? "explained_here" : "explained_by";
  const evidence = cause.mechanism[0]?.evidence ?? cause.symptoms[0]?.evidence ?? victim.symptoms[0]?.evidence ?? [];
  const words = { other: spoken(cause.entity), fault };
  const against = finding({
    what,
    entity: victim.entity,
    strength: 0.8,
    evidence,
    words,
    values: { other: cause.entity, fault: cause.fault },
  });
  const part = scorePart({ name: "explained", weight: penalty(victim, cause), word: "explained", words: { fault } });
  return { ...victim, parts: [...victim.parts, part], against: [against, ...victim.against], explainedBy: cause.entity };
}

/** Lowers every candidate that follows from another one, and lets that one name what it explains. */
export function explainAway(seen: Seen, scored: readonly Scored[]): Scored[] {
  const verdicts = scored.map((victim) => ({ victim, by: explainerOf(seen, victim, scored) }));
  const explained = new Map<Scored, EntityId[]>();
  for (const { victim, by } of verdicts) if (by !== null) explained.set(by.cause, [...(explained.get(by.cause) ?? []), victim.entity]);
  return verdicts.map(({ victim, by }) => {
    const explains = [...new Set([...victim.explains, ...(explained.get(victim) ?? [])])]
      .filter((id) => id !== victim.entity)
      .sort(byCodeUnit);
    const full = { ...victim, explains };
    return by === null ? full : explainedBy(full, by);
  });
}
