import { byCodeUnit, canonicalJson } from "@sre/contracts/canonical";
import type { Cause, EntityId, Finding, LocalizedText } from "@sre/contracts/evidence";
import type { ScorePart, Scored } from "./explain/candidate.ts";
import { confidencesOf, experiencePart } from "./explain/certainty.ts";
import { homeOf } from "./explain/home.ts";
import { scoreOf, isTold } from "./explain/score.ts";
import { titleOf } from "./explain/title.ts";
import { faultOf } from "./faults/catalogue.ts";
import { diagnosisLimits } from "./limits.ts";
import { fill, sentence, spoken } from "./messages/words.ts";
import { settlingQuestion } from "./propose/verification.ts";
import type { Seen } from "./seen/seen.ts";
import { instant } from "./time.ts";

const findingsPerCauseMax = 20;

function uniqueFindings(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((found) => [canonicalJson(found), found])).values()];
}

/** What speaks for a cause, the reasons of its parts first; the parts then point into this list. */
function reasons(scored: Scored): Finding[] {
  const change = scored.parts.flatMap(({ name, because }) => (name === "change" ? because : []));
  return uniqueFindings([...scored.mechanism, ...change, ...scored.symptoms, ...scored.parts.flatMap(({ because }) => because)]).slice(
    0,
    findingsPerCauseMax,
  );
}

function pointInto(list: readonly Finding[], { name, weight, text, because }: ScorePart): Cause["parts"][number] {
  const keys = list.map(canonicalJson);
  const indexes = because.map((found) => keys.indexOf(canonicalJson(found))).filter((index) => index >= 0);
  return { name, weight, text, because: [...new Set(indexes)].sort((a, b) => a - b) };
}

/** What a cause is called, as a sentence. */
function headingOf(cause: Scored): LocalizedText {
  const title = titleOf(cause);
  return { en: sentence(title.en), "zh-TW": title["zh-TW"] };
}

/** The objects that a person would touch: the cause itself, the workload behind it, and what was changed. */
function whereOf(seen: Seen, scored: Scored): EntityId[] {
  const workload = homeOf(seen, "workload", scored);
  return [...new Set([scored.entity, ...(workload === null ? [] : [workload]), ...(scored.change === null ? [] : [scored.change.entity])])];
}

function belongsTo(seen: Seen, scored: Scored): EntityId[] {
  const component = scored.component === scored.entity ? [] : [scored.component];
  return [...component, ...seen.graph.nodesOf(scored.component)];
}

interface Place {
  readonly rank: number;
  readonly confidence: number;
}

function causeOf(seen: Seen, scored: Scored, { rank, confidence }: Place): Cause {
  const fault = faultOf(scored.fault);
  const words = { entity: spoken(scored.entity) };
  const list = reasons(scored);
  return {
    rank,
    entity: scored.entity,
    fault: scored.fault,
    title: headingOf(scored),
    where: whereOf(seen, scored),
    belongs_to: belongsTo(seen, scored),
    confidence,
    parts: [...scored.parts, experiencePart(scored.parts, confidence)].map((part) => pointInto(list, part)),
    for: list,
    against: [...scored.against],
    explains: [...scored.explains],
    settled_by: fill(fault.settledBy, {}, words),
    settling_question: settlingQuestion(seen, scored.fault, scored.entity),
    change: scored.change?.id ?? null,
    onset: scored.onsetMs === null ? null : instant(scored.onsetMs),
  };
}

export interface Ranking {
  readonly kept: readonly Scored[];
  readonly causes: readonly Cause[];
  readonly dropped: readonly Scored[];
}

/** Most likely first. Equal scores share a rank, and are listed by entity and fault. */
export function rank(seen: Seen, scored: readonly Scored[]): Ranking {
  const order = (candidate: Scored) => `${candidate.entity} ${candidate.fault}`;
  const sorted = [...scored].sort((a, b) => scoreOf(b) - scoreOf(a) || byCodeUnit(order(a), order(b)));
  const kept = sorted.filter(isTold).slice(0, diagnosisLimits.causesMax);
  const [scores, confidences] = [kept.map(scoreOf), confidencesOf(kept)];
  const placeOf = (i: number): Place => ({ rank: 1 + scores.indexOf(scores[i] ?? 0), confidence: confidences[i] ?? 0 });
  const causes = kept.map((candidate, i) => causeOf(seen, candidate, placeOf(i)));
  return { kept, causes, dropped: sorted.filter((candidate) => !kept.includes(candidate)) };
}
