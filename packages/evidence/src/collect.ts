import { byCodeUnit } from "@sre/contracts/canonical";
import { entityParts, subjectsOf, type Answer, type Question } from "@sre/contracts/evidence";
import { withPriority } from "./gated-outbound.ts";
import { notLater } from "./snapshot/not-later.ts";
import { unanswered, type AskContext, type EvidenceSource } from "./source.ts";

export interface CollectInput {
  readonly sources: readonly EvidenceSource[];
  readonly questions: readonly Question[];
  readonly context: AskContext;
  /** Of the calls that its questions send: lower goes first where calls wait for a place. */
  readonly priority: number;
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

async function askThrough({ context, priority }: CollectInput, source: EvidenceSource, question: Question): Promise<Answer> {
  try {
    return await withPriority(priority, () => source.ask(question, context));
  } catch {
    const detail = `${source.name} failed in an unforeseen way`;
    return unanswered({ question, source: source.name, asked: [], because: "garbled", detail });
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
 * Asks every source that takes a question, all at once: the calls that they send wait for their places one by one. A question
 * that none takes is answered `not_configured`. Nothing later than the context's `asOf` comes back, except what is labelled
 * as seen now. Never rejects; settles within the deadline. Answers come sorted by id.
 */
export async function collect(input: CollectInput): Promise<Answer[]> {
  const asOfMs = Date.parse(input.context.asOf);
  const asked = input.questions.flatMap((question) => {
    const takers = input.sources.filter((source) => source.answers(question) && knows(source, question));
    const answers =
      takers.length > 0 ? takers.map((source) => askThrough(input, source, question)) : [Promise.resolve(notConfigured(question))];
    return answers.map(async (pending) => {
      const answer = notLater(await pending, asOfMs);
      input.onAnswer?.(answer);
      return answer;
    });
  });
  const answers = await Promise.all(asked);
  return answers.sort((a, b) => byCodeUnit(a.id, b.id));
}
