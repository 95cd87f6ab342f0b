import { byCodeUnit } from "@sre/contracts/canonical";
import { entityParts, subjectsOf, type Answer, type Question } from "@sre/contracts/evidence";
import type { InFlightGate } from "./gate.ts";
import { unanswered, type AskContext, type EvidenceSource } from "./source.ts";
import { sourceDefaults } from "./sources-config.ts";

export interface CollectInput {
  readonly sources: readonly EvidenceSource[];
  readonly questions: readonly Question[];
  readonly context: AskContext;
  readonly gate: InFlightGate;
  /** Lower goes first. */
  readonly priority: number;
  /** Cap of a source by its name; 8 where it is absent. */
  readonly inFlightMax?: Readonly<Record<string, number>>;
  readonly onAnswer?: (answer: Answer) => void;
}

/** Name of the source in the answer to a question that no source takes. */
export const nobody = "none";

function clustersOf(question: Question): string[] {
  const entities = subjectsOf(question).flatMap((subject) => subject.split(">").filter((part) => part.includes("/")));
  return [...new Set(entities.map((entity) => entityParts(entity).cluster))];
}

/** Whether the source knows the cluster of what is asked; an entity without a cluster may be in any. */
function knows(source: EvidenceSource, question: Question): boolean {
  if (source.cluster === null) return true;
  return clustersOf(question).some((cluster) => cluster === "" || cluster === source.cluster);
}

async function askThrough(input: CollectInput, source: EvidenceSource, question: Question): Promise<Answer> {
  const { gate, context, priority } = input;
  const common = { question, source: source.name, asked: [] };
  const deadline = AbortSignal.timeout(Math.max(1, context.deadlineMs));
  let place: Disposable | AsyncDisposable;
  try {
    const max = input.inFlightMax?.[source.name] ?? sourceDefaults.inFlightMax;
    place = await gate.enter(source.name, max, priority, AbortSignal.any([deadline, context.signal]));
  } catch {
    if (context.signal.aborted) return unanswered({ ...common, because: "cancelled", detail: "the caller gave up" });
    return unanswered({ ...common, because: "timeout", detail: `${source.name} was busy for ${context.deadlineMs} ms` });
  }
  try {
    return await source.ask(question, context);
  } catch {
    return unanswered({ ...common, because: "garbled", detail: `${source.name} failed in an unforeseen way` });
  } finally {
    if (Symbol.dispose in place) place[Symbol.dispose]();
    else await place[Symbol.asyncDispose]();
  }
}

function notConfigured(question: Question): Answer {
  return unanswered({
    question,
    source: nobody,
    asked: [],
    because: "not_configured",
    detail: `no source answers questions about ${question.about} of this cluster`,
  });
}

/**
 * Asks every source that takes a question, all at once within each source's cap; a question that none takes is
 * answered `not_configured`. Never rejects; settles within twice the deadline. Answers come sorted by id.
 */
export async function collect(input: CollectInput): Promise<Answer[]> {
  const asked = input.questions.flatMap((question) => {
    const takers = input.sources.filter((source) => source.answers(question) && knows(source, question));
    const answers =
      takers.length > 0 ? takers.map((source) => askThrough(input, source, question)) : [Promise.resolve(notConfigured(question))];
    return answers.map(async (pending) => {
      const answer = await pending;
      input.onAnswer?.(answer);
      return answer;
    });
  });
  const answers = await Promise.all(asked);
  return answers.sort((a, b) => byCodeUnit(a.id, b.id));
}
