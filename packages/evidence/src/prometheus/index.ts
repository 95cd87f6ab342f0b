import { canonicalJson, sha256 } from "@sre/contracts/canonical";
import type { Answer, Asked, Question } from "@sre/contracts/evidence";
import type { Outbound } from "@sre/service-kit";
import { answerWithin, SourceFailure, type AskContext, type Asking, type EvidenceSource, type Found, type SourceDeps } from "../source.ts";
import { outboundOf } from "../access.ts";
import type { PrometheusConfig } from "../sources-config.ts";
import { answerAlerts } from "./alerts.ts";
import { createPrometheusApi, prometheusLimits } from "./api.ts";
import { answerCalls, answerTopology } from "./edges.ts";
import { gridOf } from "./grid.ts";
import { answerRule } from "./rule.ts";
import { answerSeries } from "./series.ts";
import type { Tools } from "./tools.ts";

/** Part of the cache key: answers that an older renderer wrote are not reused. */
const rendererVersion = 1;
const freshMs = 15_000;
const settledMs = 300_000;
// A window that ended this long ago gets no more samples.
const settledAfterMs = 120_000;

const about = new Set<Question["about"]>(["rule", "alerts", "series", "calls", "topology"]);

function find(tools: Tools, question: Question, asking: Asking): Promise<Found> {
  switch (question.about) {
    case "rule":
      return answerRule(tools, question, asking);
    case "alerts":
      return answerAlerts(tools, question, asking);
    case "series":
      return answerSeries(tools, question, asking);
    case "calls":
      return answerCalls(tools, question, asking);
    case "topology":
      return answerTopology(tools, question, asking);
    default:
      throw new SourceFailure("not_configured", `Prometheus answers nothing about ${question.about}`);
  }
}

/** Equal for questions that come to the same evaluation times, however their windows are cut. */
function cacheKey(name: string, question: Question, asOf: string): string {
  const asOfStep = Math.floor(Date.parse(asOf) / freshMs);
  const aligned = "window" in question && "step_seconds" in question ? gridOf(question.window, question.step_seconds, asOf) : null;
  const meaning = aligned === null ? { question, asOfStep } : { question: { ...question, window: null }, aligned };
  return `prometheus:${name}:answer:${rendererVersion}:${sha256(canonicalJson(meaning))}`;
}

type Kept = Found & { readonly asked: readonly Asked[] };

class PrometheusSource implements EvidenceSource {
  readonly kind = "prometheus";
  readonly name: string;
  readonly cluster: string | null;
  readonly #outbound: Outbound;
  readonly #tools: Tools;
  readonly #deps: SourceDeps;

  constructor(config: PrometheusConfig, deps: SourceDeps) {
    this.name = config.name;
    this.cluster = config.cluster;
    this.#deps = deps;
    this.#outbound = outboundOf(config, deps, prometheusLimits.responseBytesMax);
    const api = createPrometheusApi({ name: config.name, outbound: this.#outbound, cache: deps.cache, clock: deps.clock });
    this.#tools = { api, conventions: config.conventions, cluster: config.cluster };
  }

  answers(question: Question): boolean {
    return about.has(question.about);
  }

  ask(question: Question, context: AskContext): Promise<Answer> {
    return answerWithin({ name: this.name, log: this.#deps.log }, { question, context }, (asking) => this.#find(question, asking));
  }

  async #find(question: Question, asking: Asking): Promise<Found> {
    const load = async (): Promise<Kept> => ({ ...(await find(this.#tools, question, asking)), asked: asking.asked });
    const { cache, clock } = this.#deps;
    const endMs = Math.min(Date.parse("window" in question ? question.window.to : asking.context.asOf), Date.parse(asking.context.asOf));
    const ttlMs = clock.now().getTime() - endMs > settledAfterMs ? settledMs : freshMs;
    const kept = await cache.getOrSet(cacheKey(this.name, question, asking.context.asOf), ttlMs, load).catch((error: unknown) => {
      // Who loaded for all of us gave up; we have not.
      const ofOthers =
        error instanceof SourceFailure && (error.because === "cancelled" || error.because === "timeout") && !asking.signal.aborted;
      if (ofOthers) return load();
      throw error;
    });
    if (asking.asked.length === 0) asking.asked.push(...kept.asked);
    return { data: kept.data, coverage: kept.coverage };
  }

  breakerState(): "closed" | "open" | "half_open" {
    return this.#outbound.breakerState();
  }

  close(): Promise<void> {
    return this.#outbound.close();
  }
}

/** A Prometheus-compatible API (Prometheus, Thanos, Mimir, VictoriaMetrics) as a source of evidence. */
export function openPrometheusSource(config: PrometheusConfig, deps: SourceDeps): EvidenceSource {
  return new PrometheusSource(config, deps);
}
