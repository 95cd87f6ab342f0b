import type { Answer, Diagnosis, Snapshot } from "@sre/contracts/evidence";
import { diagnose, planQuestions, scopeOf } from "@sre/diagnosis";
import { collect, snapshotSource } from "@sre/evidence";
import type { RcaCase } from "./case.ts";
import { engineMethod, type Prediction, type RankedCause } from "./prediction.ts";

const rounds = [1, 2, 3] as const;
/** A recording answers at once; this only bounds what cannot happen. Milliseconds. */
const questionDeadlineMs = 60_000;

/** The diagnosis that the assistant would reach with the snapshot as its only source: plan, look up, conclude. */
export async function diagnoseSnapshot(snapshot: Snapshot): Promise<Diagnosis> {
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
  return diagnose(scope, answers);
}

/** A diagnosis as the answers that are scored. */
export function rankedCauses(diagnosis: Pick<Diagnosis, "causes">): RankedCause[] {
  return diagnosis.causes.map((cause) => ({
    rank: cause.rank,
    entity: cause.entity,
    fault: cause.fault,
    confidence: cause.confidence,
    where: cause.where,
    belongs_to: cause.belongs_to,
    evidence: [...new Set(cause.for.flatMap(({ evidence }) => evidence.map(({ id }) => id)))],
  }));
}

/** What the engine says of one run. `options` names what was changed about the case; `nowMs` is a stopwatch. */
export async function predict(one: RcaCase, input: { options: readonly string[]; nowMs: () => number }): Promise<Prediction> {
  const started = input.nowMs();
  const diagnosis = await diagnoseSnapshot(one.snapshot);
  const ms = Math.round((input.nowMs() - started) * 10) / 10;
  const { verdict, engine } = diagnosis;
  const method = [engineMethod, ...input.options].join("+");
  return { system: one.system, case: one.id, run: one.run, method, verdict, ranked: rankedCauses(diagnosis), ms, engine };
}
