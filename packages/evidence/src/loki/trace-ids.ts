/* Trace ids in log lines: 16 or 32 hexadecimal digits in a field or behind a name, or in a `traceparent` (W3C Trace Context). */

const names = ["trace_id", "traceid", "trace-id", "otel_trace_id", "dd_trace_id"];
const named = /\btrace[_-]?id["']?\s{0,2}[=:]\s{0,2}["']?([0-9a-f]{32}|[0-9a-f]{16})(?![0-9a-z])/i;
const traceparent = /\btraceparent["']?\s{0,2}[=:]\s{0,2}["']?[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}\b/i;
const form = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/;
/** Ids stand in the first characters of a line, so that a long one costs no more than a short one. */
const charactersReadMax = 4_000;

// A tracer that is off writes zeros.
const validId = (id: string | undefined): string | null => {
  const plain = id?.toLowerCase() ?? "";
  return form.test(plain) && !/^0+$/.test(plain) ? plain : null;
};

/** The id of the trace that a line belongs to, in lower case, by its fields or else its text; null where it names none. */
export function traceIdOf(text: string, fields: Readonly<Record<string, string>> = {}): string | null {
  const field = Object.keys(fields).find((name) => names.includes(name.toLowerCase()));
  const told = validId(field === undefined ? undefined : fields[field]);
  if (told !== null) return told;
  const start = text.slice(0, charactersReadMax);
  return validId((named.exec(start) ?? traceparent.exec(start))?.[1]);
}

/** At most one trace in so many halvings is read: one in 4,096. */
export const halvingsMax = 12;
const halvingsPerDigit = 4;

/**
 * The last digits of the ids of one trace in 2^halvings, as a regular expression. Ids end in random digits, so that each source
 * picks the same traces, and whole ones (consistent probability sampling, OpenTelemetry).
 */
export function sampledEnding(halvings: number): string {
  const [whole, rest] = [Math.floor(halvings / halvingsPerDigit), halvings % halvingsPerDigit];
  const partly = ["", "[0-7]", "[0-3]", "[01]"][rest] ?? "";
  return `${partly}${"0".repeat(whole)}`;
}

/** Whether a trace is among one in 2^halvings. */
export function isSampled(traceId: string, halvings: number): boolean {
  return new RegExp(`${sampledEnding(halvings)}$`).test(traceId);
}
