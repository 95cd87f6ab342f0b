import type { Answer } from "@sre/contracts/evidence";
import { unanswered } from "@sre/evidence";

/** Size of an answer as it is stored, before compression. Bytes. */
function answerBytes(answer: Answer): number {
  return Buffer.byteLength(JSON.stringify(answer));
}

/**
 * The answers that fit into what is left of a session's evidence; each one beyond it becomes `too_large`, which is a
 * stated gap. The conclusion thereby rests on exactly what is stored.
 */
export function withinBytes(answers: readonly Answer[], bytesMax: number): Answer[] {
  let left = bytesMax;
  return answers.map((answer) => {
    const bytes = answerBytes(answer);
    if (bytes <= left || answer.kind === "unanswered") {
      left -= bytes;
      return answer;
    }
    const { question, source, asked } = answer;
    const detail = `${bytes} bytes did not fit into the evidence that one session may keep`;
    return unanswered({ question, source, asked, because: "too_large", detail });
  });
}
