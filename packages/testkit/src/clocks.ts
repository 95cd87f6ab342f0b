import type { Clock, NewId } from "@sre/service-kit";

/** A clock that stands at `at` (ISO 8601) until it is moved on by `advance`, in milliseconds. */
export function fixedClock(at: string): Clock & { advance(ms: number): void } {
  const startMs = Date.parse(at);
  if (Number.isNaN(startMs)) throw new Error(`Not an instant: ${at}`);
  let passedMs = 0;
  return {
    now: () => new Date(startMs + passedMs),
    monotonicMs: () => passedMs,
    advance(ms) {
      passedMs += ms;
    },
  };
}

/** UUIDs of version 7 in a row: …-000000000001, …-000000000002 and so on. */
export function sequentialIds(): NewId {
  let last = 0;
  return () => {
    last += 1;
    return `00000000-0000-7000-8000-${last.toString(16).padStart(12, "0")}`;
  };
}
