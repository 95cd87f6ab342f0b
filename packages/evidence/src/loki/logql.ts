import type { LogLevel } from "@sre/contracts/evidence";
import { quoted, type Matcher } from "../prometheus/promql.ts";
import { allLevels, levelNames } from "./level.ts";

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

/** How many lines each stretch of `seconds` holds. */
export function renderCount(query: LogQuery, seconds: number): string {
  return `sum(count_over_time(${renderLogQL(query)}[${seconds}s]))`;
}

/** The selector of streams alone. */
export function renderSelector(matchers: readonly Matcher[]): string {
  return selector(matchers);
}
