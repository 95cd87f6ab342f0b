import type { Unanswered } from "@sre/contracts/evidence";
import type { Translate } from "../app/language.ts";

const reasons: Readonly<Record<Unanswered, true>> = {
  not_configured: true, not_recorded: true, unknown_signal: true, timeout: true, unreachable: true, refused: true, denied: true, garbled: true, too_large: true, breaker_open: true, cancelled: true,
}; // prettier-ignore

function isReason(outcome: string): outcome is Unanswered {
  return Object.hasOwn(reasons, outcome);
}

/** Why there is no answer, in words; a reason this page does not know stays as it came. */
export function outcomeWords(outcome: string, t: Translate): string {
  return isReason(outcome) ? t(`because.${outcome}`) : outcome;
}
