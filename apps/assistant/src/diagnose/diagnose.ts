import type { Answer, Diagnosis, Question, Scope } from "@sre/contracts/evidence";
import { diagnose, planQuestions, scopeOf, type ScopeInput } from "@sre/diagnosis";

const roundNumbers = [1, 2, 3] as const;
export type RoundNumber = (typeof roundNumbers)[number];

/** The questions of a round go out at the same time; what they showed decides the next round. */
export interface Round {
  readonly number: RoundNumber;
  readonly answers: readonly Answer[];
}

/** What a diagnosis needs of the world. */
export interface Tools {
  /** Rounds that an earlier run finished: they are not asked again. */
  readonly finished: readonly Round[];
  /** Asks every question at once, and keeps the answers before it resolves. */
  collect(number: RoundNumber, questions: readonly Question[]): Promise<Round>;
  /** Tells those who wait how far it is. */
  report(progress: Progress): Promise<void>;
}

export type Progress =
  | { readonly step: "scope"; readonly scope: Scope }
  | { readonly step: "plan"; readonly round: RoundNumber; readonly questions: readonly Question[] }
  | { readonly step: "reason"; readonly rounds: readonly Round[] };

/** The outcome: what was concluded, from what, about what. */
export interface Report {
  readonly scope: Scope;
  readonly rounds: readonly Round[];
  readonly diagnosis: Diagnosis;
}

const answersOf = (rounds: readonly Round[]): Answer[] => rounds.flatMap(({ answers }) => answers);

/**
 * Diagnoses what the scope names: at most three rounds of questions, each planned from the answers before it, then one
 * conclusion from everything that was seen. Rejects only with what `tools` reject with.
 */
export async function diagnoseScope(tools: Tools, input: ScopeInput): Promise<Report> {
  const scope = scopeOf(input);
  const rounds = [...tools.finished];
  await tools.report({ step: "scope", scope });
  for (const number of roundNumbers.slice(rounds.length)) {
    const questions = planQuestions(scope, answersOf(rounds), number);
    if (questions.length === 0) break;
    await tools.report({ step: "plan", round: number, questions });
    rounds.push(await tools.collect(number, questions));
  }
  await tools.report({ step: "reason", rounds });
  return { scope, rounds, diagnosis: diagnose(scope, answersOf(rounds)) };
}
