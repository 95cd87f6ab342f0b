import type { Answer, Diagnosis, Scope } from "@sre/contracts/evidence";
import { diagnose, faultKinds } from "@sre/diagnosis";
import { randomOf } from "../generated/random.ts";
import type { Conclude } from "../predict.ts";
import { shuffled } from "./shuffle.ts";

/** How many parts the kinds of fault are divided into. */
const parts = 4;

/** Every kind of fault that the engine knows by name, divided at random into quarters. The same seed gives the same quarters. */
export function quartersOf(seed: number, kinds: readonly string[] = faultKinds): string[][] {
  const order = shuffled(kinds.filter((kind) => kind !== "unknown").toSorted(), randomOf(seed));
  return Array.from({ length: parts }, (_, part) => order.filter((_kind, i) => i % parts === part).toSorted());
}

type DiagnoseWithout = (scope: Scope, answers: readonly Answer[], options: { readonly withoutFaults: ReadonlySet<string> }) => Diagnosis;
const diagnoseWithout: DiagnoseWithout = diagnose;

/**
 * The engine without what it knows about some kinds of fault (leave-one-group-out, by groups of kinds): its answers then
 * show how it does on faults that nobody foresaw. Throws when an answer names a kind that was left out.
 */
export function concludeWithout(kinds: readonly string[], conclude: DiagnoseWithout = diagnoseWithout): Conclude {
  const withoutFaults = new Set(kinds);
  return (scope, answers) => {
    const diagnosis = conclude(scope, answers, { withoutFaults });
    const named = diagnosis.causes.find(({ fault }) => withoutFaults.has(fault));
    if (named !== undefined) throw new Error(`The engine named ${named.fault}, which it should have done without.`);
    return diagnosis;
  };
}
