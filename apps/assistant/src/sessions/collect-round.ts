import type { Answer, Question } from "@sre/contracts/evidence";
import { collect, unanswered, type EvidenceSource } from "@sre/evidence";
import { failPoints } from "@sre/service-kit";
import type { App, OpenSource } from "../app.ts";
import type { Round, RoundNumber } from "../diagnose/diagnose.ts";
import { withinBytes } from "../diagnose/evidence-size.ts";
import { observedSource } from "../sources/observed-source.ts";
import { insertRound } from "./evidence-store.ts";
import type { HeldSession } from "./held-session.ts";
import { collectedNote } from "./step-notes.ts";

/** Time kept for the conclusion: this share of the limit, at most so much. Milliseconds. */
const reserve = { share: 0.1, msMax: 5_000 } as const;
/** With less time than this a question is not worth asking. */
const askMsMin = 50;

export interface Collecting {
  readonly app: App;
  readonly session: HeldSession;
  readonly sources: readonly OpenSource[];
  readonly asOf: string;
  readonly priority: number;
  readonly deadlineAt: Date;
  readonly timeLimitSeconds: number;
}

function timeLeftMs({ app, deadlineAt, timeLimitSeconds }: Collecting): number {
  const kept = Math.min(timeLimitSeconds * 1_000 * reserve.share, reserve.msMax);
  return deadlineAt.getTime() - app.clock.now().getTime() - kept;
}

const outOfTime = "the time limit of the diagnosis was reached";

/** Questions that there was no time for: a stated gap for each source that would have been asked. */
function notAsked(sources: readonly EvidenceSource[], questions: readonly Question[]): Answer[] {
  return questions.flatMap((question) => {
    const takers = sources.filter((source) => source.answers(question)).map(({ name }) => name);
    const names = takers.length === 0 ? ["none"] : takers;
    return names.map((source) => unanswered({ question, source, asked: [], because: "timeout", detail: outOfTime }));
  });
}

// Whoever was cut off by the limit of the diagnosis ran out of time; nobody cancelled.
function cutOff(answer: Answer): Answer {
  return answer.kind === "unanswered" && answer.because === "cancelled" ? { ...answer, because: "timeout", detail: outOfTime } : answer;
}

async function ask(collecting: Collecting, questions: readonly Question[]): Promise<Answer[]> {
  const { app, session, asOf, priority } = collecting;
  const note = { clock: app.clock, note: (call: Parameters<App["statistics"]["note"]>[1]) => app.statistics.note(session.teamId, call) };
  const sources = collecting.sources.map(({ source }) => observedSource(source, note));
  const leftMs = timeLeftMs(collecting);
  if (leftMs < askMsMin) return notAsked(sources, questions);
  const limit = AbortSignal.timeout(Math.ceil(leftMs));
  const answers = await collect({
    sources,
    questions,
    context: { asOf, signal: AbortSignal.any([session.signal, limit]), deadlineMs: Math.min(app.settings.questionTimeoutMs, leftMs) },
    priority,
  });
  // A run that must end keeps nothing: the next one asks again.
  session.signal.throwIfAborted();
  return limit.aborted ? answers.map(cutOff) : answers;
}

const progressAfter: Record<RoundNumber, number> = { 1: 40, 2: 65, 3: 85 };

/** Asks the questions of a round and stores all answers in one transaction: a round is finished, or has not been asked. */
export async function collectRound(
  collecting: Collecting,
  round: { number: RoundNumber; questions: readonly Question[]; bytesBefore: number },
): Promise<Round & { bytes: number }> {
  const { app, session } = collecting;
  const asked = await ask(collecting, round.questions);
  failPoints.hit("round.collected");
  const answers = withinBytes(asked, app.settings.evidenceBytesMax - round.bytesBefore);
  const done: Round = { number: round.number, answers };
  const bytes = await app.database.transaction(async (tx) => {
    const added = await insertRound(tx, session, done);
    const set = {
      rounds_finished: round.number,
      evidence_bytes: round.bytesBefore + added,
      progress: progressAfter[round.number],
      current_step: "collect",
    };
    await session.change(tx, { set, note: collectedNote(done) });
    return added;
  });
  failPoints.hit("round.checkpointed");
  void app.statistics.flush();
  return { ...done, bytes };
}
