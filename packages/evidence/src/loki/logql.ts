import type { LogLevel } from "@sre/contracts/evidence";
import { quoted, type Matcher } from "../prometheus/promql.ts";
import { allLevels, levelNames } from "./level.ts";
import { sampledEnding } from "./trace-ids.ts";

/** A LogQL query as a structure: streams by their labels, and a filter by level. */
export interface LogQuery {
  readonly matchers: readonly Matcher[];
  readonly levels: readonly LogLevel[];
}

const selector = (matchers: readonly Matcher[]) =>
  `{${matchers.map(({ label, op, value }) => `${label}${op}${quoted(value)}`).join(", ")}}`;

/** Lines of the streams, of the levels and of no level that the server knows: those are told apart when they are read. Every line when all levels are asked for. */
export function renderLogQL({ matchers, levels }: LogQuery): string {
  const all = levels.length === 0 || allLevels.every((level) => levels.includes(level));
  const filter = all ? "" : ` | detected_level=~${quoted(`(?i)(${[...levelNames([...levels, "unknown"]), ""].join("|")})`)}`;
  return `${selector(matchers)}${filter}`;
}

/** Lines of traces, of one in 2^halvings of them: those whose text names the trace, or whose field `trace_id` does. */
export interface TracedQuery {
  readonly matchers: readonly Matcher[];
  readonly named: "text" | "field";
  readonly halvings: number;
}

/** The lines of a namespace that name their trace. A field is matched as a whole, a text anywhere. */
export function renderTraced({ matchers, named, halvings }: TracedQuery): string {
  const ending = sampledEnding(halvings);
  if (named === "field") return `${selector(matchers)} | trace_id=~${quoted(`(?i)[0-9a-f]+${ending}`)}`;
  const before = String.raw`(?i)(trace[_-]?id\W{1,4}|traceparent\W{1,4}[0-9a-f]{2}-)[0-9a-f]*`;
  return `${selector(matchers)} |~ ${quoted(String.raw`${before}${ending}\b`)}`;
}

/** How many of the lines that a query finds each stretch of `seconds` holds. */
export function renderCount(logQL: string, seconds: number): string {
  return `sum(count_over_time(${logQL}[${seconds}s]))`;
}

/** The selector of streams alone. */
export function renderSelector(matchers: readonly Matcher[]): string {
  return selector(matchers);
}
