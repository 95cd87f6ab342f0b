import type { Diagnosis, LocalizedText } from "@sre/contracts/evidence";
import { differences, verdictWords } from "./messages/headlines.ts";
import { fill } from "./messages/words.ts";

// A confidence that moves by less than this is not worth a word.
const confidenceStep = 0.1;

/** What a later diagnosis says that an earlier one did not, the weightiest difference alone; null when nothing changed. */
export function describeDifference(before: Diagnosis, after: Diagnosis): LocalizedText | null {
  const [first, second] = [before.causes[0], after.causes[0]];
  if (before.verdict !== after.verdict) {
    return fill(
      differences.verdict,
      {},
      { before: verdictWords[before.verdict], after: verdictWords[after.verdict], headline: after.headline },
    );
  }
  if (first === undefined && second === undefined) return null;
  if (first === undefined) return second === undefined ? null : fill(differences.cause_new, {}, { after: second.title });
  if (second === undefined) return fill(differences.cause_gone, {}, { before: first.title });
  if (first.entity !== second.entity || first.fault !== second.fault)
    return fill(differences.cause, {}, { before: first.title, after: second.title });
  if (second.change !== null && first.change !== second.change) return fill(differences.change, {}, { after: second.title });
  if (Math.abs(first.confidence - second.confidence) < confidenceStep) return null;
  return fill(differences.confidence, { before: first.confidence, after: second.confidence });
}
