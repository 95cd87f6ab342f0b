import { evidenceId, sixDigits } from "@sre/contracts/canonical";
import type { Answered, EvidenceData, Question } from "@sre/contracts/evidence";
import { sourceName } from "./entities.ts";
import { missingShare, wholeWindow, type Axis } from "./grid.ts";

/** An answer as the recording gives it. `missing` is the share of the asked time that it does not cover; default: what lies between the normal stretch and the window. */
export function answerOf(axis: Axis, told: { question: Question; data: EvidenceData; missing?: number }): Answered {
  const { from, to } = wholeWindow(axis);
  const missing = sixDigits(told.missing ?? missingShare(axis));
  return {
    id: evidenceId(told.question, sourceName),
    source: sourceName,
    question: told.question,
    asked: [],
    kind: "answered",
    data: told.data,
    coverage: { from, to, complete: missing === 0, missing_share: missing },
  };
}
