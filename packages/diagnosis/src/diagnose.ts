import type { Answer, Diagnosis, Finding, Scope } from "@sre/contracts/evidence";
import { gapsOf, saidOf, type GapContext } from "./conclude/gaps.ts";
import { headlineOf } from "./conclude/headline.ts";
import { hurtsOf } from "./conclude/hurts.ts";
import { ruledOut } from "./conclude/ruled-out.ts";
import { isSettled, verdictOf, verdictThresholds } from "./conclude/verdict.ts";
import { detectFindings } from "./detect/detect.ts";
import { explain } from "./explain/explain.ts";
import { stillUnexplained } from "./explain/unexplained.ts";
import { everyFault, withoutTheirs } from "./faults/without.ts";
import { diagnosisLimits } from "./limits.ts";
import { propose } from "./propose/propose.ts";
import { rank, type Ranking } from "./rank.ts";
import { readEvidence, type Seen } from "./seen/seen.ts";
import { engineVersion } from "./version.ts";

function gapContext(seen: Seen, ranking: Ranking): GapContext {
  const alerting = seen.scope.entities.map((entity) => seen.graph.component(entity));
  const first = ranking.kept[0];
  const leading = first === undefined ? [] : [first.component];
  const undecided = first !== undefined && (first.generic || (ranking.causes[0]?.confidence ?? 0) < verdictThresholds.likely);
  return { focus: new Set([...alerting, ...leading]), undecided, settled: first !== undefined && isSettled(first) };
}

export interface DiagnosisOptions {
  /** Kinds of fault of which the engine is to know nothing: a control of what it does with faults that nobody foresaw. */
  readonly withoutFaults?: ReadonlySet<string>;
}

const shown = (findings: readonly Finding[]): Finding[] => findings.slice(0, diagnosisLimits.findingsMax);

/**
 * Ranked causes, what was ruled out, what is missing, and what to do: a pure function of the scope and the evidence. The
 * order of answers and of their rows does not matter, and nothing later than `as_of` is read.
 */
export function diagnose(given: Scope, answers: readonly Answer[], options: DiagnosisOptions = {}): Diagnosis {
  const withoutFaults = options.withoutFaults ?? everyFault;
  const seen = readEvidence(given, answers, withoutFaults);
  const findings = stillUnexplained(withoutTheirs(detectFindings(seen), withoutFaults));
  const ranking = rank(seen, explain(seen, findings));
  const gaps = gapsOf(seen, gapContext(seen, ranking));
  const verdict = verdictOf(seen, findings, { ranking, gaps });
  const { causes } = ranking;
  return {
    verdict,
    headline: headlineOf(seen, verdict, { causes, gaps, findings }),
    as_of: seen.scope.as_of,
    hurts: verdict === "nothing_wrong" ? [] : hurtsOf(seen, findings),
    causes: verdict === "nothing_wrong" ? [] : [...causes],
    findings: shown(findings),
    ruled_out: ruledOut(seen, findings, ranking),
    unknown: gaps.map((gap) => saidOf(gap, verdict)),
    plan: propose(seen, verdict, ranking),
    engine: engineVersion,
  };
}
