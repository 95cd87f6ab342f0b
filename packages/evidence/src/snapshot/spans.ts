import type { Instant, Window } from "@sre/contracts/evidence";

/** A stretch of time in milliseconds since the epoch, both ends included. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export const ms = (at: Instant): number => Date.parse(at);
export const iso = (atMs: number): Instant => new Date(atMs).toISOString();
export const spanOf = (window: Window): Span => ({ fromMs: ms(window.from), toMs: ms(window.to) });
export const cutAt = (span: Span, latestMs: number): Span => ({ ...span, toMs: Math.min(span.toMs, latestMs) });

export function intersection(a: Span, b: Span): Span {
  return { fromMs: Math.max(a.fromMs, b.fromMs), toMs: Math.min(a.toMs, b.toMs) };
}

/** How long two spans overlap: negative when they are apart, 0 when they touch. */
export function overlapMs(a: Span, b: Span): number {
  const both = intersection(a, b);
  return both.toMs - both.fromMs;
}

/** Whether something that lasted from `from` to `to` (null: still lasting) was there within the span. */
export function touches(span: Span, from: Instant, to: Instant | null): boolean {
  return ms(from) <= span.toMs && (to === null || ms(to) >= span.fromMs);
}

/** The indexes `first`..`last` of the grid's instants (start + i · step) that lie in a span; none when last < first. */
export function gridRange(grid: { start: Instant; step_ms: number }, count: number, span: Span): { first: number; last: number } {
  const startMs = ms(grid.start);
  const first = Math.max(0, Math.ceil((span.fromMs - startMs) / grid.step_ms));
  const last = Math.min(count - 1, Math.floor((span.toMs - startMs) / grid.step_ms));
  return { first, last };
}
