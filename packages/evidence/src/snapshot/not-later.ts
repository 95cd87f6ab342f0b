import type { Answer, Answered, Coverage } from "@sre/contracts/evidence";
import { noPlaces } from "./places.ts";
import { cutData } from "./rows.ts";
import { iso, ms } from "./spans.ts";

/** How far a recording saw, and whether it is labelled as seen later than its own time. */
export function sightOf({ coverage }: Answered): { seenUntilMs: number; seenNow: boolean } {
  return { seenUntilMs: ms(coverage.to), seenNow: coverage.as_of === "now" };
}

function coverageUntil({ coverage, question }: Answered, asOfMs: number): Coverage {
  if (coverage.as_of === "now" || ms(coverage.to) <= asOfMs) return coverage;
  const beyond = "window" in question && ms(question.window.to) > asOfMs;
  return { ...coverage, to: iso(asOfMs), complete: coverage.complete && !beyond };
}

/**
 * An answer without what lies after an instant: rows and samples that came later are left out, what had not ended then has
 * not ended. A live answer is cut when it is collected, and again when it is replayed, with the same outcome.
 */
export function notLater<T extends Answer>(answer: T, asOfMs: number): T {
  if (answer.kind !== "answered") return answer;
  const { question } = answer;
  const span = { fromMs: Number.NEGATIVE_INFINITY, toMs: asOfMs };
  const data = cutData(answer.data, { question, keys: [], span, asOfMs, places: noPlaces, sameSubject: true, exact: true, ...sightOf(answer) }); // prettier-ignore
  return { ...answer, ...(data ? { data } : {}), coverage: coverageUntil(answer, asOfMs) };
}
