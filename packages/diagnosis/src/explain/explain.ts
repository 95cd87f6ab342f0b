import { weighOwnParts } from "./own-part.ts";
import type { Finding } from "@sre/contracts/evidence";
import type { Seen } from "../seen/seen.ts";
import type { Candidate, Scored } from "./candidate.ts";
import { candidatesOf } from "./candidates.ts";
import { explainAway } from "./explain-away.ts";
import { focusOf } from "./focus.ts";
import { leastHealthy } from "./least-healthy.ts";
import { isTold, scoreCandidate, scoreOf } from "./score.ts";

// So much speaks for a named cause that what nobody watches needs no suspicion.
const convincing = 0.45;
const isBlind = ({ change, mechanism, symptoms }: Scored): boolean => change !== null && mechanism.length + symptoms.length === 0;
const tellsMore = (cause: Scored): boolean =>
  !cause.generic && cause.reach > 0 && cause.explainedBy === null && scoreOf(cause) >= convincing;

// What a thing adds by itself may be laid at the door of what it calls, as long as nobody watches that.
const mayStandBehind = (seen: Seen, blind: Scored, told: Scored): boolean =>
  told.own && seen.graph.hasCalls && seen.graph.distance(told.component, blind.component) !== null;

/** A change of what nobody watches is a suspicion only as long as nothing that was seen tells more. */
function withoutBlind(seen: Seen, scored: readonly Scored[]): Scored[] {
  const telling = scored.filter(tellsMore);
  return scored.filter((cause) => !isBlind(cause) || telling.every((told) => mayStandBehind(seen, cause, told)));
}

/** Findings, topology and changes in; candidate causes out, each with the parts of its score, explained ones lowered. */
export function explain(seen: Seen, findings: readonly Finding[]): Scored[] {
  const focus = focusOf(seen, findings);
  const score = (candidates: readonly Candidate[]) => candidates.map((candidate) => scoreCandidate(seen, candidate, { focus, findings }));
  const scored = withoutBlind(seen, explainAway(seen, weighOwnParts(seen, score(candidatesOf(seen, findings, focus)), findings)));
  return scored.some(isTold) ? scored : [...scored, ...score(leastHealthy(seen, findings, focus))];
}
