import { leadsOf, type Basis } from "@sre/diagnosis";
import type { Truth } from "../labels.ts";
import type { Prediction } from "../prediction.ts";
import { isControl, isEngine } from "../report/scored.ts";
import { labelledKind, measuresOf } from "../vocabulary.ts";

/** A cause that the engine named, and whether it was the true one. */
export interface Named {
  readonly system: string;
  readonly run: string;
  readonly method: string;
  readonly kind: string;
  readonly first: boolean;
  readonly basis: Basis;
  readonly score: number;
  readonly mechanism: number;
  readonly lead: number;
  readonly right: number;
  readonly verdict: Prediction["verdict"];
  /** The engine had to do without the kind of fault that it was. */
  readonly unforeseen: boolean;
}

/** Objects in the words of the data set, each at its best place; the same object once more is no other answer. */
function distinct(line: Prediction, said: (cause: Prediction["ranked"][number]) => string): { at: number; word: string }[] {
  const words = new Map<string, number>();
  for (const [at, cause] of line.ranked.entries()) if (!words.has(said(cause))) words.set(said(cause), at);
  return [...words].map(([word, at]) => ({ word, at }));
}

const standingOf = (line: Prediction, at: number): Pick<Named, "basis" | "score" | "mechanism" | "lead"> | null => {
  const cause = line.ranked[at];
  if (cause?.score === undefined || cause.basis === undefined) return null;
  const leads = leadsOf(line.ranked.map(({ score }) => score ?? 0));
  return { basis: cause.basis, score: cause.score, mechanism: cause.mechanism ?? 0, lead: leads[at] ?? 0 };
};

interface Asked {
  readonly line: Prediction;
  readonly truth: Truth;
  readonly unforeseen: boolean;
}

function namedAt({ line, truth, unforeseen }: Asked, at: number, right: boolean): Named[] {
  const standing = standingOf(line, at);
  const alone = line.ranked.filter(({ rank }) => rank === 1).length === 1;
  const { system, run, method, verdict } = line;
  const first = line.ranked[at]?.rank === 1 && alone;
  return standing === null
    ? []
    : [{ ...standing, system, run, method, verdict, kind: truth.kind, first, right: Number(right), unforeseen }];
}

/**
 * Every cause of a line, with whether it was right; in healthy input none is. A case of the change suite tells only of a first
 * cause that blames a change. Empty for what has no score.
 */
export function namedIn(line: Prediction, truth: Truth): Named[] {
  const unforeseen = line.left_out.map(labelledKind).includes(truth.kind);
  if (!isEngine(line) || (line.left_out.length > 0 && !unforeseen)) return [];
  const asked = { line, truth, unforeseen };
  if (truth.set === "changes") {
    const blamed = line.ranked[0]?.change ?? null;
    return blamed === null ? [] : namedAt(asked, 0, blamed === truth.change);
  }
  const measure = measuresOf(truth)[0];
  if (measure === undefined && truth.set !== "normal") return [];
  const words = distinct(line, (cause) => measure?.said(cause) ?? `outside ${cause.entity}`);
  return words.flatMap(({ at, word }) => namedAt(asked, at, word === measure?.truth));
}

/** Whether a line is the engine on an unchanged case. */
export const isPlain = ({ method }: Pick<Prediction, "method">): boolean => !isControl({ method } as Prediction);
