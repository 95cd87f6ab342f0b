import { byCodeUnit } from "@sre/contracts/canonical";
import type { Truth } from "../labels.ts";
import { among, placementOf, type Placement } from "../placement.ts";
import { engineMethod, type Prediction } from "../prediction.ts";
import { measuresOf } from "../vocabulary.ts";

/** A prediction with what its label makes of it. */
export interface Scored {
  readonly line: Prediction;
  readonly kind: string;
  /** By measure, the object alone first. */
  readonly places: ReadonlyMap<string, Placement | null>;
  /** The truth in the words of each measure. */
  readonly words: ReadonlyMap<string, string>;
}

export function scoredOf(line: Prediction, truth: Truth): Scored {
  const measures = measuresOf(truth);
  const places = measures.map((measure) => [measure.name, placementOf(line.ranked, measure)] as const);
  const words = measures.map((measure) => [measure.name, measure.truth] as const);
  return { line, kind: truth.kind, places: new Map(places), words: new Map(words) };
}

/** The engine first, then the others by name. */
export function byMethod(a: string, b: string): number {
  const own = (method: string) => Number(!method.startsWith(engineMethod));
  return own(a) - own(b) || byCodeUnit(a, b);
}

export function grouped<T>(
  items: readonly T[],
  key: (item: T) => string,
  order: (a: string, b: string) => number = byCodeUnit,
): [string, T[]][] {
  return [...Map.groupBy(items, key)].sort(([a], [b]) => order(a, b));
}

export const isEngine = ({ method }: Prediction): boolean => method === engineMethod || method.startsWith(`${engineMethod}+`);

const controls = /\+(shuffled|renamed|\d+-%-of-samples-missing|without-(?!not-live)[a-z-]+|without-kinds-[\d-]+|\d+-min-after-alert)$/;

/** Whether a method is the engine on a case that a control has changed: these have tables of their own. */
export const isControl = ({ method }: Prediction): boolean => controls.test(method);

/** What a control changed, and the method that is to be compared with. */
export function controlOf({ method }: Prediction): { readonly base: string; readonly control: string } {
  const at = method.lastIndexOf("+");
  return { base: method.slice(0, at), control: method.slice(at + 1) };
}

/** The credit for the object alone, named first; ties get their part of it. */
export const objectFirst = ({ places }: Scored): number => among([...places.values()][0] ?? null, 1);

/** A system, and the way in which its cases are run where there are several. */
export const runOf = ({ system, run }: Pick<Prediction, "system" | "run">): string => `${system}${run === "" ? "" : `, ${run}`}`;

/** What tells one run of one case from the others. */
export const runKey = ({ case: id, run }: Prediction): string => `${id} ${run}`;
