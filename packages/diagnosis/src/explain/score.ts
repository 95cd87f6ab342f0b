import { sixDigits } from "@sre/contracts/canonical";
import type { EntityId, Finding, LocalizedText } from "@sre/contracts/evidence";
import { faultOf } from "../faults/catalogue.ts";
import { finding, roleOf } from "../finding.ts";
import { partWords, type PartWord } from "../messages/parts.ts";
import { enumerated, fill, spoken } from "../messages/words.ts";
import type { Seen } from "../seen/seen.ts";
import type { Candidate, PartName, ScorePart, Scored } from "./candidate.ts";
import { mechanismChance } from "./candidates.ts";
import { changeFinding, changeTitle, onsetFor, proximity } from "./changes.ts";
import type { Focus } from "./focus.ts";
import { isUnexplained } from "./unexplained.ts";

/** The most that each part may give. Together they reach 0.99: nothing is ever certain. */
export const partWeights = {
  mechanism: 0.44,
  generic: 0.3,
  reach: 0.2,
  timing: 0.1,
  change: 0.15,
  symptoms: 0.1,
  late: -0.15,
  apart: -0.2,
  explained: -0.35,
} as const;

interface PartInput {
  readonly name: PartName;
  readonly weight: number;
  readonly word: PartWord;
  readonly values?: Readonly<Record<string, number | string>>;
  readonly words?: Readonly<Record<string, LocalizedText>>;
  readonly because?: readonly Finding[];
}

export function scorePart(input: PartInput): ScorePart {
  return {
    name: input.name,
    weight: sixDigits(input.weight),
    text: fill(partWords[input.word], input.values ?? {}, input.words),
    because: input.because ?? [],
  };
}

function mechanismPart(candidate: Candidate): ScorePart {
  if (!candidate.generic) {
    return scorePart({
      name: "mechanism",
      weight: partWeights.mechanism * mechanismChance(candidate),
      word: "mechanism",
      because: candidate.mechanism,
    });
  }
  const felt = Math.max(0, ...candidate.symptoms.map(({ strength }) => strength));
  const chance = 1 - (1 - 0.6 * felt) * (1 - mechanismChance(candidate));
  return scorePart({
    name: "mechanism",
    weight: partWeights.generic * chance,
    word: candidate.mechanism.some(isUnexplained) ? "mechanism_unwell" : "mechanism_generic",
    because: [...candidate.mechanism, ...candidate.symptoms],
  });
}

// Each step away from what hurts makes a cause a little less likely than a nearer one.
const hopDecay = 0.95;
const unknownReach = 0.5;
const plainlyBroken = 0.9;

/** Edges from a component to the nearest through which a candidate hurts; null when none leads there. */
export function hopsTo(seen: Seen, from: EntityId, { component, seats }: Pick<Candidate, "component" | "seats">): number | null {
  const all = [component, ...seats].flatMap((seat) => seen.graph.distance(from, seat) ?? []);
  return all.length === 0 ? null : Math.min(...all);
}

function reachOf(seen: Seen, candidate: Candidate, focus: Focus): number {
  const near = focus.components.map((component) => {
    const hops = hopsTo(seen, component, candidate);
    if (hops !== null) return hopDecay ** hops;
    return seen.graph.hasCalls ? 0 : unknownReach;
  });
  return near.length === 0 ? 0 : near.reduce((sum, value) => sum + value, 0) / near.length;
}

// What is plainly broken in itself may hurt along ways that nobody drew; the way to a service is used by callers that nobody knows.
function apartWeight({ fault, mechanism, generic, own }: Candidate): number {
  // What a thing adds by itself was measured, whoever else is hurt: that no path to an alert is known says less.
  if (own) return partWeights.reach * unknownReach;
  const { category, decisive } = faultOf(fault);
  const plain =
    !generic && mechanism.some(({ what, strength }) => (decisive as readonly string[]).includes(what) && strength >= plainlyBroken);
  if (!plain) return partWeights.apart;
  return category === "routing" ? partWeights.reach / 4 : partWeights.apart / 4;
}

const farReach = hopDecay ** 4;

function reachWord(seen: Seen, reach: number, { count, all }: { count: number; all: number }): PartWord {
  if (reach === 0) return "reach_none";
  if (!seen.graph.hasCalls && reach <= unknownReach) return "reach_unknown";
  if (count < all) return "reach_some";
  return reach >= farReach ? "reach_all" : "reach_far";
}

function reachPart(seen: Seen, candidate: Candidate, { reach, focus }: { reach: number; focus: Focus }): ScorePart {
  const all = focus.components.length;
  const rest = focus.components.filter((component) => hopsTo(seen, component, candidate) === null);
  const count = all - rest.length;
  const weight = reach === 0 ? apartWeight(candidate) : partWeights.reach * reach;
  return scorePart({
    name: "reach",
    weight,
    word: reachWord(seen, reach, { count, all }),
    values: { count, all },
    words: { rest: enumerated(rest.map(spoken)) },
  });
}

const lateMs = 15 * 60_000;

function timing(candidate: Candidate, focus: Focus): { part: ScorePart; against: Finding[] } {
  const old = candidate.mechanism.find(({ values }) => values["since"] !== undefined);
  if (old !== undefined) {
    const against = finding({ what: "began_long_before", entity: candidate.entity, strength: 0.5, evidence: old.evidence });
    return { part: scorePart({ name: "timing", weight: partWeights.late, word: "timing_old" }), against: [against] };
  }
  if (candidate.onsetMs === null)
    return { part: scorePart({ name: "timing", weight: partWeights.timing / 2, word: "timing_unknown" }), against: [] };
  const late = candidate.onsetMs - focus.onsetMs;
  const shown = [...candidate.mechanism, ...candidate.symptoms].filter(({ from }) => from !== undefined);
  if (late <= lateMs) {
    const word = late <= focus.toleranceMs ? "timing_fits" : "timing_near";
    return {
      part: scorePart({ name: "timing", weight: partWeights.timing, word, values: { late: late / 1000 }, because: shown }),
      against: [],
    };
  }
  const alerting = focus.entities[0] ?? candidate.entity;
  const evidence = shown[0]?.evidence ?? [];
  const against = finding({
    what: "began_after",
    entity: candidate.entity,
    strength: 0.6,
    evidence,
    values: { seconds: late / 1000 },
    words: { alerting: spoken(alerting) },
  });
  return { part: scorePart({ name: "timing", weight: partWeights.late, word: "timing_late" }), against: [against] };
}

function changePart(candidate: Candidate, focus: Focus): ScorePart[] {
  if (candidate.change === null) return [];
  const { toleranceMs } = focus;
  const close = proximity(candidate.change, onsetFor(candidate.mechanism, { onsetMs: candidate.onsetMs ?? focus.onsetMs, toleranceMs }));
  if (close === null) return [];
  const values = { title: changeTitle(candidate.change) };
  // Who adds little by itself was hardly hurt by what changed of it.
  const hurt = candidate.own ? mechanismChance(candidate) : 1;
  const weight = partWeights.change * close.closeness * hurt;
  return [scorePart({ name: "change", weight, word: "change", values, because: [changeFinding(close)] })];
}

function symptomsPart(seen: Seen, candidate: Candidate, context: { focus: Focus; findings: readonly Finding[] }): ScorePart[] {
  const own = Math.max(0, ...candidate.symptoms.map(({ strength }) => strength));
  const { graph } = seen;
  const dependent = (entity: EntityId) => (hopsTo(seen, graph.component(entity), candidate) ?? 0) > 0;
  const others = context.findings.filter((found) => roleOf(found) === "symptom" && dependent(found.entity)).slice(0, 3);
  const theirs = 0.9 * Math.max(0, ...others.map(({ strength }) => strength));
  if (own === 0 && theirs === 0) return [];
  if (own >= theirs)
    return [scorePart({ name: "symptoms", weight: partWeights.symptoms * own, word: "symptoms", because: candidate.symptoms.slice(0, 5) })];
  return [
    scorePart({
      name: "symptoms",
      weight: partWeights.symptoms * theirs,
      word: "symptoms_of_dependants",
      because: [...candidate.symptoms.slice(0, 3), ...others],
    }),
  ];
}

/** The parts of a candidate's score, before causes are weighed against each other. */
export function scoreCandidate(seen: Seen, candidate: Candidate, context: { focus: Focus; findings: readonly Finding[] }): Scored {
  const reach = reachOf(seen, candidate, context.focus);
  const { part, against } = timing(candidate, context.focus);
  const first = candidate.mechanism[0] ?? candidate.symptoms[0];
  const apart =
    reach === 0 && first !== undefined
      ? [finding({ what: "not_connected", entity: candidate.entity, strength: 0.6, evidence: first.evidence })]
      : [];
  const parts = [
    mechanismPart(candidate),
    reachPart(seen, candidate, { reach, focus: context.focus }),
    part,
    ...changePart(candidate, context.focus),
    ...symptomsPart(seen, candidate, context),
  ];
  const explains = context.focus.entities.filter((entity) => hopsTo(seen, seen.graph.component(entity), candidate) !== null);
  return { ...candidate, parts, against: [...against, ...apart], explains, reach, explainedBy: null };
}

// Below this score a candidate is listed as ruled out, with the strongest reason against it.
const scoreMin = 0.3;

/** Whether a candidate is told as a cause: the others are listed as ruled out. */
export const isTold = (candidate: Scored): boolean => scoreOf(candidate) >= scoreMin || candidate.against.length === 0;

/** How much speaks for a cause: the sum of its parts, between 0.01 and 0.99. Causes are ranked by it. */
export function scoreOf({ parts }: Pick<Scored, "parts">): number {
  const sum = parts.reduce((total, { weight }) => total + weight, 0);
  return sixDigits(Math.min(0.99, Math.max(0.01, sum)));
}
