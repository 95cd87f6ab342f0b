import type { ToolUse } from "@sre/contracts/assistant";
import type { DataOf, EvidenceData, Answered } from "@sre/contracts/evidence";
import { useQueries } from "@tanstack/react-query";
import { evidenceQuery } from "../api/queries.ts";
import { useShownRun } from "../diagnoses/run-context.ts";

/** Most answers that one view fetches. */
const answersMax = 24;

export type AnsweredAbout<About extends EvidenceData["about"]> = Answered & { readonly data: DataOf<About> };

export interface EvidenceFound<About extends EvidenceData["about"]> {
  readonly answers: readonly AnsweredAbout<About>[];
  readonly pending: boolean;
  readonly failed: boolean;
}

/** The tools' uses about one thing, one for each answer, in the order they were asked. */
function usesAbout(uses: readonly ToolUse[], wanted: (use: ToolUse) => boolean): ToolUse[] {
  const seen = new Set<string>();
  return uses.filter((use) => wanted(use) && !seen.has(use.evidence) && seen.add(use.evidence));
}

function isAbout<About extends EvidenceData["about"]>(answer: Answered, about: About): answer is AnsweredAbout<About> {
  return answer.data.about === about;
}

/** The answers of the shown run about one kind of thing. */
export function useEvidenceAbout<About extends EvidenceData["about"]>(
  about: About,
  wanted: (use: ToolUse) => boolean = () => true,
): EvidenceFound<About> {
  const { run, result } = useShownRun();
  const answered = new Set(result.evidence.filter((each) => each.kind === "answered").map((each) => each.id));
  const uses = usesAbout(result.tools_used, (use) => use.question.about === about && answered.has(use.evidence) && wanted(use));
  const queries = useQueries({ queries: uses.slice(0, answersMax).map((use) => evidenceQuery(run.id, use.evidence)) });
  const answers = queries.flatMap(({ data }) => (data?.kind === "answered" && isAbout(data, about) ? [data] : []));
  return { answers, pending: queries.some((query) => query.isPending), failed: queries.some((query) => query.isError) };
}
