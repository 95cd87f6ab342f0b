import { byCodeUnit, evidenceId } from "@sre/contracts/canonical";
import type { Snapshot } from "@sre/contracts/evidence";
import { snapshotSource, type EvidenceSource } from "@sre/evidence";

/** One recorded source again: it takes the kinds of question it answered, and every answer carries its name. */
function recordedSource(snapshot: Snapshot, name: string): EvidenceSource {
  const answers = snapshot.answers.filter(({ source }) => source === name);
  const abouts = new Set(answers.map(({ question }) => question.about));
  const source = snapshotSource({ ...snapshot, answers });
  return {
    ...source,
    name,
    answers: ({ about }) => abouts.has(about),
    async ask(question, context) {
      const answer = await source.ask(question, context);
      return { ...answer, source: name, id: evidenceId(question, name) };
    },
  };
}

/**
 * A snapshot as the sources it was recorded from, so that a question which several of them answered is answered by each of
 * them again. Questions of a kind that none of them answered go to one more source, which has nothing but the drawn topology.
 */
export function recordedSources(snapshot: Snapshot): EvidenceSource[] {
  const names = [...new Set(snapshot.answers.map(({ source }) => source))].sort(byCodeUnit);
  const recorded = names.map((name) => recordedSource(snapshot, name));
  const rest = snapshotSource({ ...snapshot, answers: [] });
  return [...recorded, { ...rest, answers: (question) => !recorded.some((source) => source.answers(question)) }];
}
