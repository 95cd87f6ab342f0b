import { sixDigits } from "@sre/contracts/canonical";
import type { Finding } from "@sre/contracts/evidence";
import { isOwnPart, isSurge } from "../faults/calls.ts";
import { faultOf, type FaultKind } from "../faults/catalogue.ts";
import { roleOf } from "../finding.ts";
import type { FindingKind } from "../messages/findings.ts";
import type { ScorePart, Scored } from "./candidate.ts";
import { scoreOf, scorePart } from "./score.ts";

/*
 * From how much speaks for a cause to how often such a cause is the true one. The score orders causes; it is no chance. The chance
 * is a logistic regression on the score (Platt, 1999) with few coefficients, so that it can be read, and learns little by heart.
 */

/**
 * What names a cause: `settled`, something seen that leaves no other reading; `shown`, something seen that shows how it fails;
 * `own`, what it adds by itself to the loss; `changed`, a change shortly before it was hurt; `generic`, something beside its
 * signals that tells that it is not well, but not how; `felt`, its signals alone.
 */
export type Basis = "settled" | "shown" | "own" | "changed" | "generic" | "felt";

// What a thing adds by itself settles a cause only where it is next to all that is lost, and nothing else about it is as odd.
const [nextToAll, asOdd] = [0.95, 0.6];
// A surge is no share of anything: to use about twenty times the usual processor settles it, also where the memory it fills takes that.
const manyTimes = 0.75;

const settlesSurge = (findings: readonly Finding[]): boolean =>
  findings.some(({ what, strength, values }) => what === "cpu_risen" && strength >= manyTimes && values["seen"] !== "now");

function settlesShare(settling: readonly Finding[], findings: readonly Finding[]): boolean {
  const others = findings.filter((found) => roleOf(found) === "own" && !settling.includes(found));
  return settling.some(({ strength }) => strength >= nextToAll) && others.every(({ strength }) => strength < asOdd);
}

/** The basis of a cause, by its fault and by the findings that speak for it. */
export function basisOf(kind: string, findings: readonly Finding[]): Basis {
  const { decisive, shownBy, supportedBy } = faultOf(kind as FaultKind);
  const shows = (found: Finding) => (shownBy[found.what as FindingKind] ?? 0) > 0;
  const settling = findings.filter((found) => decisive.includes(found.what as FindingKind) && found.values["seen"] !== "now");
  if (isSurge(kind)) return settling.length > 0 && settlesSurge(findings) ? "settled" : "own";
  if (isOwnPart(kind)) return settlesShare(settling, findings) ? "settled" : "own";
  if (settling.length > 0) return "settled";
  if (findings.some(shows)) return "shown";
  if (findings.some(({ what }) => what === "change_near_onset")) return "changed";
  return findings.some((found) => (supportedBy[found.what as FindingKind] ?? 0) > 0) ? "generic" : "felt";
}

/** What the chance is told by: the basis, the score, how much of it is the mechanism, and how far it is ahead of the next cause, or behind the first. */
interface Standing {
  readonly basis: Basis;
  readonly score: number;
  readonly mechanism: number;
  readonly lead: number;
}

/** The coefficients of the regression, in log odds; `npm run bench:rca:calibrate` fits and prints them. */
export const certaintyModel = {
  settled: -5.43,
  shown: -5.93,
  own: -6.42,
  changed: -2.95,
  generic: -5.93,
  felt: -7.37,
  score: 7.13,
  mechanism: 14.17,
  ahead: 5.32,
  behind: 20.39,
} as const;

export type CertaintyModel = Readonly<Record<keyof typeof certaintyModel, number>>;

/** A lead beyond this says no more than this. */
export const leadMax = 0.3;

/** How far each of the scores, highest first, is ahead of the next, or behind the first; within `leadMax`. */
export function leadsOf(scores: readonly number[]): number[] {
  const [first = 0, second = 0] = scores;
  return scores.map((score, i) => (i === 0 ? Math.min(leadMax, first - second) : Math.max(-leadMax, score - first)));
}

// Nothing is ever certain, and nothing that is told is ever impossible.
const [chanceMin, chanceMax] = [0.02, 0.98];

/** How often a cause of this standing is the true one. */
export function chanceOf({ basis, score, mechanism, lead }: Standing, model: CertaintyModel = certaintyModel): number {
  const support = model.score * score + model.mechanism * mechanism;
  const odds = model[basis] + support + model.ahead * Math.max(0, lead) + model.behind * Math.min(0, lead);
  return chanceMin + (chanceMax - chanceMin) / (1 + Math.exp(-odds));
}

// A lower score is always less sure, whatever its basis; an equal one is as sure.
function inOrder(chances: readonly number[], scores: readonly number[]): number[] {
  const kept: number[] = [];
  for (const [i, chance] of chances.entries()) {
    const [before, above, own] = [kept[i - 1], scores[i - 1] ?? 1, scores[i] ?? 0];
    kept.push(before === undefined ? chance : above === own ? before : Math.min(chance, before * (own / above)));
  }
  return kept;
}

/** How much of a score its mechanism gives. */
export const mechanismIn = (parts: readonly { readonly name: string; readonly weight: number }[]): number =>
  parts.find(({ name }) => name === "mechanism")?.weight ?? 0;

/** The basis of a cause in the making. */
export const basisIn = ({ fault, mechanism, parts }: Pick<Scored, "fault" | "mechanism" | "parts">): Basis =>
  basisOf(fault, [...mechanism, ...parts.flatMap(({ name, because }) => (name === "change" ? because : []))]);

/** How sure each of the causes is, most likely first; strictly in the order of their scores. */
export function confidencesOf(sorted: readonly Scored[]): number[] {
  const scores = sorted.map(scoreOf);
  const leads = leadsOf(scores);
  const chances = sorted.map((scored, i) =>
    chanceOf({ basis: basisIn(scored), score: scores[i] ?? 0, mechanism: mechanismIn(scored.parts), lead: leads[i] ?? 0 }),
  );
  return inOrder(chances, scores).map(sixDigits);
}

/** The addend that makes the confidence of a score. */
export function experiencePart(parts: readonly ScorePart[], confidence: number): ScorePart {
  const sum = parts.reduce((total, { weight }) => total + weight, 0);
  return scorePart({ name: "experience", weight: confidence - sum, word: "experience", values: { share: confidence } });
}
