import { chanceOf, type CertaintyModel } from "@sre/diagnosis";
import { grouped } from "../report/scored.ts";
import type { Named } from "./observations.ts";
import { logisticRegression, type Prior } from "./regression.ts";

type Coefficient = keyof CertaintyModel;

// Weak: what is only felt is even odds until something is known of it.
const base: Prior = { mean: 0, precision: 0.1, min: Number.NEGATIVE_INFINITY };
const slope: Prior = { mean: 0, precision: 0.02, min: 0 };
// More that speaks for a cause never makes it less sure, and whatever speaks for it counts a little: what a score moves for has to
// be seen in the confidence. What leaves no other reading is surer than what merely shows.
const terms: readonly { readonly prior: Prior; readonly of: (one: Named) => number }[] = [
  { prior: base, of: () => 1 },
  { prior: slope, of: ({ basis }) => Number(basis === "own") },
  { prior: slope, of: ({ basis }) => Number(basis === "changed") },
  { prior: slope, of: ({ basis }) => Number(basis === "generic" || basis === "shown" || basis === "settled") },
  { prior: slope, of: ({ basis }) => Number(basis === "shown" || basis === "settled") },
  { prior: { ...slope, min: 0.5 }, of: ({ basis }) => Number(basis === "settled") },
  { prior: { ...slope, min: 1 }, of: ({ score }) => score },
  { prior: slope, of: ({ mechanism }) => mechanism },
  { prior: slope, of: ({ lead }) => Math.max(0, lead) },
  { prior: slope, of: ({ lead }) => Math.min(0, lead) },
];

/** The coefficients as the engine has them, from what was fitted for each term. */
function modelOf([
  felt = 0,
  own = 0,
  changed = 0,
  generic = 0,
  shown = 0,
  settled = 0,
  score = 0,
  mechanism = 0,
  ahead = 0,
  behind = 0,
]: readonly number[]): CertaintyModel {
  const told: Record<Coefficient, number> = {
    settled: felt + generic + shown + settled, shown: felt + generic + shown, own: felt + own, changed: felt + changed, generic: felt + generic, felt,
    score, mechanism, ahead, behind,
  }; // prettier-ignore
  return Object.fromEntries(Object.entries(told).map(([name, value]) => [name, Math.round(value * 100) / 100])) as Record<
    Coefficient,
    number
  >;
}

/** Of each system, what all of its causes weigh together, and those of faults whose kind the engine had to do without. */
const [foreseenWeight, unforeseenWeight] = [100, 50];

/** Fits the model: every system counts alike, however many cases it has. */
export function fitted(named: readonly Named[]): CertaintyModel {
  const groups = grouped(named, ({ system, unforeseen }) => `${system} ${unforeseen}`);
  const observations = groups.flatMap(([, own]) => {
    const total = own[0]?.unforeseen === true ? unforeseenWeight : foreseenWeight;
    return own.map((one) => ({ features: terms.map(({ of }) => of(one)), outcome: one.right, weight: total / own.length }));
  });
  return modelOf(logisticRegression(observations, terms.map(({ prior }) => prior))); // prettier-ignore
}

const told = (one: Named, model: CertaintyModel): number => chanceOf(one, model);

/** The first causes of the given ones, with the confidence that a model fitted to the other kinds of fault gives them. */
export function heldOut(named: readonly Named[], of: (one: Named) => boolean): { one: Named; confidence: number }[] {
  const kinds = [...new Set(named.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const wanted = named.filter((one) => one.kind === kind && one.first && of(one));
    if (wanted.length === 0) return [];
    const model = fitted(named.filter((one) => one.kind !== kind));
    return wanted.map((one) => ({ one, confidence: told(one, model) }));
  });
}

/** The first causes with the confidence that a model gives them. */
export function toldBy(named: readonly Named[], model: CertaintyModel): { one: Named; confidence: number }[] {
  return named.filter(({ first }) => first).map((one) => ({ one, confidence: told(one, model) }));
}
