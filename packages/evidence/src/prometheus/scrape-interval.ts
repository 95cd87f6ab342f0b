import type { Asking } from "../source.ts";
import { SourceFailure } from "../source.ts";
import type { PrometheusApi } from "./api.ts";
import { aggregate, call, renderPromQL, select, type Expr } from "./promql.ts";

const unknownSeconds = 15;
const longestSeconds = 60;

/** Seconds between two samples of most targets, from how many a minute holds; 15 where that cannot be told. */
export async function scrapeSeconds(api: PrometheusApi, atMs: number, asking: Asking): Promise<number> {
  const counts: Expr = {
    ...(aggregate("quantile", [], call("count_over_time", select("up", [], longestSeconds))) as Extract<Expr, { is: "aggregate" }>),
    parameter: 0.2,
  };
  try {
    const count = await api.discovered(renderPromQL(counts), atMs, asking);
    return count !== null && count >= 1 ? Math.max(1, Math.round(longestSeconds / count)) : unknownSeconds;
  } catch (error) {
    // The questions themselves will say what is wrong with the source.
    if (error instanceof SourceFailure) return unknownSeconds;
    throw error;
  }
}
