import type { Answer, Unanswered } from "@sre/contracts/evidence";

const failures: ReadonlySet<Unanswered> = new Set<Unanswered>(["timeout", "unreachable", "refused", "denied", "garbled", "too_large", "breaker_open", "cancelled"]); // prettier-ignore

/** Whether a source that is there could not answer: what it would have told is unknown, and not nothing. */
export const isFailure = (answer: Answer): boolean => answer.kind === "unanswered" && failures.has(answer.because);
