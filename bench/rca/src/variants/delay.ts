import type { Instant, Scope } from "@sre/contracts/evidence";
import type { RcaCase } from "../case.ts";

/** How long after the first alert somebody looks, in minutes: at once, and up to six hours later. */
export const delaysMinutes = [1, 2, 5, 10, 30, 60, 180, 360] as const;

const minuteMs = 60_000;
const earlier = (a: Instant, b: Instant): Instant => (Date.parse(a) <= Date.parse(b) ? a : b);

function scopeAt(scope: Scope, asOf: Instant): Scope {
  return { ...scope, as_of: asOf, window: { from: earlier(scope.window.from, asOf), to: asOf } };
}

// The state of a cluster was recorded once, at the end: how it was before cannot be known.
const isStateOfOnce = (one: RcaCase): boolean => one.snapshot.answers.some(({ question }) => question.about === "objects");

/**
 * The case as it was some minutes after its first alert, with nothing that came later; null where the recording does not
 * reach so far, or holds no earlier state.
 */
export function minutesAfterAlert(one: RcaCase, minutes: number): RcaCase | null {
  const { scope } = one.snapshot.header;
  const starts = scope.alerts.map(({ starts_at }) => Date.parse(starts_at));
  const atMs = Math.min(...starts) + minutes * minuteMs;
  if (starts.length === 0 || isStateOfOnce(one) || atMs > Date.parse(scope.as_of)) return null;
  const header = { ...one.snapshot.header, scope: scopeAt(scope, new Date(atMs).toISOString()) };
  const alerts = header.scope.alerts.filter(({ starts_at }) => Date.parse(starts_at) <= atMs);
  return { ...one, snapshot: { ...one.snapshot, header: { ...header, scope: { ...header.scope, alerts } } } };
}
