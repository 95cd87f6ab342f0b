import type { Answer } from "@sre/contracts/evidence";
import { unanswered, type EvidenceSource } from "@sre/evidence";
import type { Clock } from "@sre/service-kit";

/** One call as the statistics count it. Milliseconds. */
export interface SourceCall {
  readonly source: string;
  readonly outcome: string;
  readonly detail: string | null;
  readonly tookMs: number;
  readonly at: Date;
}

/** How long after its deadline a source is still waited for before it is given up. */
const graceMs = 250;

const isAnswer = (answer: unknown): answer is Answer =>
  typeof answer === "object" && answer !== null && "kind" in answer && "question" in answer;

function afterDeadline(deadlineMs: number): { expired: Promise<"expired">; cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<"expired">();
  const timer = setTimeout(() => resolve("expired"), deadlineMs + graceMs);
  return { expired: promise, cancel: () => clearTimeout(timer) };
}

/**
 * A source that keeps its promises whatever it does inside: an exception or nonsense is `garbled`, silence beyond the
 * deadline `timeout`. Every call is told to `note`.
 */
export function observedSource(source: EvidenceSource, known: { clock: Clock; note: (call: SourceCall) => void }): EvidenceSource {
  const { clock, note } = known;
  const { name } = source;
  const ask: EvidenceSource["ask"] = async (question, context) => {
    const startedMs = clock.monotonicMs();
    const { expired, cancel } = afterDeadline(context.deadlineMs);
    const common = { question, source: name, asked: [] };
    const asked = Promise.resolve()
      .then(() => source.ask(question, context))
      .then((answer) => (isAnswer(answer) ? answer : unanswered({ ...common, because: "garbled", detail: `${name} gave no answer` })))
      .catch(() => unanswered({ ...common, because: "garbled", detail: `${name} failed in an unforeseen way` }));
    const first = await Promise.race([asked, expired]);
    cancel();
    const answer = first === "expired" ? unanswered({ ...common, because: "timeout", detail: `${name} did not answer within ${context.deadlineMs} ms` }) : first; // prettier-ignore
    const outcome = answer.kind === "answered" ? "answered" : answer.because;
    const detail = answer.kind === "answered" ? null : answer.detail;
    note({ source: name, outcome, detail, tookMs: clock.monotonicMs() - startedMs, at: clock.now() });
    return answer;
  };
  return {
    name,
    kind: source.kind,
    cluster: source.cluster,
    answers: (question) => source.answers(question),
    ask,
    breakerState: () => source.breakerState(),
    close: () => source.close(),
  };
}
