import type { RcaCase } from "../case.ts";
import type { RankedCause } from "../prediction.ts";
import type { Conclude } from "../predict.ts";
import { delaysMinutes, minutesAfterAlert } from "./delay.ts";
import { concludeWithout, quartersOf } from "./leave-out.ts";
import { sourcesOf, withoutSamples, withoutSource } from "./missing.ts";
import { renamedCase } from "./rename.ts";
import { shuffledCase } from "./shuffle.ts";

/** A case once more, with something about it or about the engine changed. */
export interface Variant {
  readonly name: string;
  readonly one: RcaCase;
  /** From the words of the changed case to those of the case. */
  readonly back?: (cause: RankedCause) => RankedCause;
  readonly conclude?: Conclude;
  readonly leftOut?: readonly string[];
}

const lostShare = 0.1;

/** What must not matter, or not much: another order, other names, lost samples, a source that cannot be reached, a later look. */
export function controlVariants(one: RcaCase, seed: number): Variant[] {
  const renamed = renamedCase(one, seed);
  const told = sourcesOf(one);
  const delayed = delaysMinutes.flatMap((minutes): Variant[] => {
    const then = minutesAfterAlert(one, minutes);
    return then === null ? [] : [{ name: `${minutes}-min-after-alert`, one: then }];
  });
  return [
    { name: "shuffled", one: shuffledCase(one, seed) },
    { name: "renamed", one: renamed.one, back: renamed.back },
    { name: "10-%-of-samples-missing", one: withoutSamples(one, lostShare, seed) },
    ...(told.length < 2 ? [] : told.map((source) => ({ name: `without-${source}`, one: withoutSource(one, source) }))),
    ...delayed,
  ];
}

/** The case four times, each time for an engine that knows nothing about a quarter of the kinds of fault. */
export function leaveOutVariants(one: RcaCase, seed: number): Variant[] {
  return quartersOf(seed).map((leftOut, part) => ({
    name: `without-kinds-${seed}-${part + 1}`,
    one,
    leftOut,
    conclude: concludeWithout(leftOut),
  }));
}
