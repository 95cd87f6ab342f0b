import { weighOwnParts } from "./own-part.ts";
import type { Finding } from "@sre/contracts/evidence";
import type { Seen } from "../seen/seen.ts";
import type { Candidate, Scored } from "./candidate.ts";
import { candidatesOf } from "./candidates.ts";
import { explainAway } from "./explain-away.ts";
import { focusOf } from "./focus.ts";
import { leastHealthy } from "./least-healthy.ts";
import { isTold, scoreCandidate } from "./score.ts";

/** Findings, topology and changes in; candidate causes out, each with the parts of its score, explained ones lowered. */
export function explain(seen: Seen, findings: readonly Finding[]): Scored[] {
  const focus = focusOf(seen, findings);
  const score = (candidates: readonly Candidate[]) => candidates.map((candidate) => scoreCandidate(seen, candidate, { focus, findings }));
  const scored = explainAway(seen, weighOwnParts(seen, score(candidatesOf(seen, findings, focus)), findings)); // prettier-ignore
  return scored.some(isTold) ? scored : [...scored, ...score(leastHealthy(seen, findings, focus))];
}
