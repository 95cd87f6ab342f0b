import type { Finding } from "@sre/contracts/evidence";
import type { Seen } from "../seen/seen.ts";
import type { Scored } from "./candidate.ts";
import { candidatesOf } from "./candidates.ts";
import { explainAway } from "./explain-away.ts";
import { focusOf } from "./focus.ts";
import { scoreCandidate } from "./score.ts";

/** Findings, topology and changes in; candidate causes out, each with the parts of its score, explained ones lowered. */
export function explain(seen: Seen, findings: readonly Finding[]): Scored[] {
  const focus = focusOf(seen, findings);
  const scored = candidatesOf(seen, findings, focus).map((candidate) => scoreCandidate(seen, candidate, { focus, findings }));
  return explainAway(seen, scored);
}
