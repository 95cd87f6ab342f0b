import { byCodeUnit } from "@sre/contracts/canonical";
import type { EntityId, Finding } from "@sre/contracts/evidence";
import { finding, roleOf } from "../finding.ts";
import { fill, spoken } from "../messages/words.ts";
import { contributionsOf, isCounted } from "../seen/contribution.ts";
import { goldenShares } from "../seen/golden-share.ts";
import type { Seen } from "../seen/seen.ts";
import type { Scored } from "./candidate.ts";
import { partWeights, scorePart } from "./score.ts";

/* A component that is hurt, but adds little or nothing by itself, is a victim: it loses rank to whoever adds most. */

interface OwnPart {
  readonly strength: number;
  readonly findings: readonly Finding[];
}

/** What each component adds by itself, kinds of it taken as independent (noisy or). */
function ownParts(seen: Seen, findings: readonly Finding[]): ReadonlyMap<EntityId, OwnPart> {
  const byComponent = Map.groupBy(findings.filter((found) => roleOf(found) === "own"), ({ entity }) => seen.graph.component(entity)); // prettier-ignore
  const parts = [...byComponent].map(([component, own]) => {
    const best = new Map<string, number>();
    for (const { what, strength } of own) best.set(what, Math.max(best.get(what) ?? 0, strength));
    const miss = [...best].sort(([a], [b]) => byCodeUnit(a, b)).reduce((left, [, strength]) => left * (1 - strength), 1);
    return [component, { strength: 1 - miss, findings: own }] as const;
  });
  return new Map(parts.sort(([a], [b]) => byCodeUnit(a, b)));
}

/** What of a component could be told apart from what it calls: lost time, failures. */
function measuredOf(seen: Seen): ReadonlyMap<EntityId, ReadonlySet<string>> {
  const both: ReadonlySet<string> = new Set(["golden_latency", "golden_errors"]);
  const counted = [...contributionsOf(seen).values()].filter(isCounted);
  const shared = goldenShares(seen).map(({ component, measures }) => [component, measures] as const);
  return new Map([...shared, ...counted.map(({ component }) => [component, both] as const)]);
}

// Somebody adds enough that others can be measured by it, and a victim adds less than this share of it.
const outstanding = 0.25;
const victimShareMax = 0.35;

// Where nobody adds more than this, what was lost in all is a second or two, or a call: everyday unrest, at whosever door it lies.
const everyday = 0.2;

// A component that gets more traffic than it can serve is slow or fails, by itself.
const onlyMoreTraffic = ({ fault, mechanism }: Scored): boolean =>
  fault === "overload" && mechanism.every(({ what }) => what === "golden_traffic_rise");

const isFelt = (found: Finding): boolean => found.what !== "golden_traffic_rise";

interface Lowering {
  readonly what: "adds_little" | "adds_few_failures" | "adds_nothing";
  readonly evidence: Finding["evidence"];
  readonly other: EntityId | null;
  readonly counts?: Readonly<Record<"own" | "theirs", number>>;
}

/** That most of it arises elsewhere: by count where failures of both were told apart from those of what they call. */
function elsewhere(seen: Seen, component: EntityId, [other, { findings }]: readonly [EntityId, OwnPart]): Lowering {
  const evidence = findings[0]?.evidence ?? [];
  const [own, theirs] = [component, other].map((id) => goldenShares(seen).find((share) => share.component === id)?.failures.total);
  const counted = own !== undefined && theirs !== undefined && findings.some(({ what }) => what === "own_errors");
  if (!counted) return { what: "adds_little", evidence, other };
  return { what: "adds_few_failures", evidence, other, counts: { own: Math.max(0, own), theirs } };
}

function lowered(victim: Scored, { what, evidence, other, counts }: Lowering): Scored {
  const words = other === null ? {} : { other: spoken(other) };
  const values = other === null ? {} : { other, ...counts };
  const against = finding({ what, entity: victim.entity, strength: 0.7, evidence, values, words });
  const fault = other === null ? fill({ en: "everyday unrest", "zh-TW": "日常波動" }, {}) : spoken(other);
  const part = scorePart({ name: "explained", weight: partWeights.explained, word: "explained", words: { fault } });
  return { ...victim, parts: [...victim.parts, part], against: [against, ...victim.against], explainedBy: other ?? victim.entity };
}

/** Lowers every candidate that only symptoms speak for, where its own part in them was measured and is small; and own parts that are everyday. */
export function weighOwnParts(seen: Seen, scored: readonly Scored[], findings: readonly Finding[]): Scored[] {
  const parts = ownParts(seen, findings);
  const measured = measuredOf(seen);
  const [most] = [...parts].sort(([a, x], [b, y]) => y.strength - x.strength || byCodeUnit(a, b));
  return scored.map((candidate) => {
    const { component } = candidate;
    if (candidate.own && (most?.[1].strength ?? 0) < everyday)
      return lowered(candidate, {
        what: "adds_nothing",
        evidence: candidate.mechanism.flatMap((found) => found.evidence).slice(0, 5),
        other: null,
      });
    const told = measured.get(component);
    const speaks = candidate.generic || candidate.own || onlyMoreTraffic(candidate);
    if (!speaks || told === undefined) return candidate;
    const own = parts.get(component)?.strength ?? 0;
    if (most !== undefined && most[1].strength >= outstanding && own < victimShareMax * most[1].strength)
      return lowered(candidate, elsewhere(seen, component, most));
    if (candidate.change !== null) return candidate;
    const felt = candidate.symptoms.filter(isFelt);
    const evidence = [...felt, ...candidate.mechanism].flatMap((found) => found.evidence).slice(0, 5);
    const calm = own < everyday && evidence.length > 0 && felt.every(({ what }) => told.has(what));
    return calm ? lowered(candidate, { what: "adds_nothing", evidence, other: null }) : candidate;
  });
}
