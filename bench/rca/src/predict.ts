import { canonicalJson, sha256 } from "@sre/contracts/canonical";
import type { Answer, Diagnosis, Scope, Snapshot } from "@sre/contracts/evidence";
import { basisOf, diagnose, mechanismIn, planQuestions, scopeOf } from "@sre/diagnosis";
import { collect, snapshotSource } from "@sre/evidence";
import type { RcaCase } from "./case.ts";
import { engineMethod, type Prediction, type RankedCause } from "./prediction.ts";

const rounds = [1, 2, 3] as const;
/** A recording answers at once; this only bounds what cannot happen. Milliseconds. */
const questionDeadlineMs = 60_000;

/** The engine's conclusion, or that of an engine without some of its parts. */
export type Conclude = (scope: Scope, answers: readonly Answer[]) => Diagnosis;

/** The diagnosis that the assistant would reach with the snapshot as its only source: plan, look up, conclude. */
export async function diagnoseSnapshot(snapshot: Snapshot, conclude: Conclude = diagnose): Promise<Diagnosis> {
  const { as_of: asOf, alerts, entities, deployment } = snapshot.header.scope;
  const scope = scopeOf({ asOf, alerts, entities, deployment });
  const source = snapshotSource(snapshot);
  const context = { asOf, signal: new AbortController().signal, deadlineMs: questionDeadlineMs };
  const answers: Answer[] = [];
  for (const round of rounds) {
    const questions = planQuestions(scope, answers, round);
    if (questions.length === 0) break;
    answers.push(...(await collect({ sources: [source], questions, context, priority: 0 })));
  }
  return conclude(scope, answers);
}

const scoreOf = ({ parts }: Diagnosis["causes"][number]): number =>
  parts.reduce((sum, { name, weight }) => (name === "experience" ? sum : sum + weight), 0);

/** A diagnosis as the answers that are scored. */
export function rankedCauses(diagnosis: Pick<Diagnosis, "causes">): RankedCause[] {
  return diagnosis.causes.map((cause) => ({
    rank: cause.rank,
    entity: cause.entity,
    fault: cause.fault,
    confidence: cause.confidence,
    score: scoreOf(cause),
    mechanism: mechanismIn(cause.parts),
    basis: basisOf(cause.fault, cause.for),
    where: cause.where,
    belongs_to: cause.belongs_to,
    evidence: [...new Set(cause.for.flatMap(({ evidence }) => evidence.map(({ id }) => id)))],
    change: cause.change,
  }));
}

/** How the engine is asked about a run. */
export interface Asking {
  /** What was changed about the case or the engine, for the name of the method. */
  readonly options: readonly string[];
  /** A stopwatch. */
  readonly nowMs: () => number;
  readonly conclude?: Conclude;
  readonly leftOut?: readonly string[];
}

/** What the engine says of one run. */
export async function predict(one: RcaCase, { options, nowMs, conclude, leftOut = [] }: Asking): Promise<Prediction> {
  const started = nowMs();
  const diagnosis = await diagnoseSnapshot(one.snapshot, conclude);
  const ms = Math.round((nowMs() - started) * 10) / 10;
  const { verdict, engine, plan } = diagnosis;
  const method = [engineMethod, ...options].join("+");
  const digest = sha256(canonicalJson(diagnosis));
  return {
    system: one.system, case: one.id, run: one.run, method, verdict, ranked: rankedCauses(diagnosis), plan_steps: plan.steps.length, digest, left_out: [...leftOut], ms, engine,
  }; // prettier-ignore
}
