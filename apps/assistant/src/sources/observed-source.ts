import type { Answer } from "@sre/contracts/evidence";
import { unanswered, type AskContext, type EvidenceSource } from "@sre/evidence";
import type { Clock } from "@sre/service-kit";

/** One call as the statistics count it. Milliseconds. */
export interface SourceCall {
  readonly source: string;
  readonly outcome: string;
  readonly detail: string | null;
  readonly tookMs: number;
  readonly at: Date;
}

/** How long after its deadline, or after the caller gave up, a source is still waited for. Milliseconds. */
const graceMs = 250;

const isAnswer = (answer: unknown): answer is Answer =>
  typeof answer === "object" && answer !== null && "kind" in answer && "question" in answer;

/** Resolves to why there will be no answer, once a source had its time and a little more. */
function givenUp({ deadlineMs, signal }: AskContext): { reason: Promise<"timeout" | "cancelled">; cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<"timeout" | "cancelled">();
  const timers = [setTimeout(() => resolve("timeout"), deadlineMs + graceMs)];
  const onAbort = () => timers.push(setTimeout(() => resolve("cancelled"), graceMs));
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return {
    reason: promise,
    cancel() {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    },
  };
}

function outcomeOf(answer: Answer): Pick<SourceCall, "outcome" | "detail"> {
  return answer.kind === "answered" ? { outcome: "answered", detail: null } : { outcome: answer.because, detail: answer.detail };
}

/**
 * A source that keeps its promises whatever it does inside: an exception or nonsense is `garbled`, silence beyond the
 * deadline `timeout`, silence after an abort `cancelled`. Every call is told to `note`.
 */
export function observedSource(source: EvidenceSource, known: { clock: Clock; note: (call: SourceCall) => void }): EvidenceSource {
  const { clock, note } = known;
  const { name } = source;
  const ask: EvidenceSource["ask"] = async (question, context) => {
    const startedMs = clock.monotonicMs();
    const { reason, cancel } = givenUp(context);
    const common = { question, source: name, asked: [] };
    const asked = Promise.resolve()
      .then(() => source.ask(question, context))
      .then((answer) => (isAnswer(answer) ? answer : unanswered({ ...common, because: "garbled", detail: `${name} gave no answer` })))
      .catch(() => unanswered({ ...common, because: "garbled", detail: `${name} failed in an unforeseen way` }));
    const first = await Promise.race([asked, reason]);
    cancel();
    const detail = `${name} did not answer within ${context.deadlineMs} ms`;
    const answer = typeof first === "string" ? unanswered({ ...common, because: first, detail }) : first;
    note({ source: name, ...outcomeOf(answer), tookMs: clock.monotonicMs() - startedMs, at: clock.now() });
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
