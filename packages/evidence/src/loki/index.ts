import type { Answer, Question } from "@sre/contracts/evidence";
import type { Outbound } from "@sre/service-kit";
import { outboundOf } from "../access.ts";
import { answerWithin, SourceFailure, type AskContext, type EvidenceSource, type SourceDeps } from "../source.ts";
import type { LokiConfig } from "../sources-config.ts";
import { createLokiApi, lokiLimits } from "./api.ts";
import { answerLogs, type LokiTools } from "./logs.ts";
import { answerHandovers } from "./traced-lines.ts";

class LokiSource implements EvidenceSource {
  readonly kind = "loki";
  readonly name: string;
  readonly cluster: string | null;
  readonly #outbound: Outbound;
  readonly #tools: LokiTools;
  readonly #deps: SourceDeps;

  constructor(config: LokiConfig, deps: SourceDeps) {
    this.name = config.name;
    this.cluster = config.cluster;
    this.#deps = deps;
    this.#outbound = outboundOf(config, deps, lokiLimits.responseBytesMax);
    this.#tools = {
      api: createLokiApi({ name: config.name, outbound: this.#outbound, cache: deps.cache, clock: deps.clock }),
      conventions: config.conventions,
    };
  }

  answers(question: Question): boolean {
    return question.about === "logs";
  }

  ask(question: Question, context: AskContext): Promise<Answer> {
    return answerWithin({ name: this.name, log: this.#deps.log }, { question, context }, async (asking) => {
      if (question.about !== "logs") throw new SourceFailure("not_configured", `Loki answers nothing about ${question.about}`);
      return question.want === "handovers" ? answerHandovers(this.#tools, question, asking) : answerLogs(this.#tools, question, asking);
    });
  }

  breakerState(): "closed" | "open" | "half_open" {
    return this.#outbound.breakerState();
  }

  close(): Promise<void> {
    return this.#outbound.close();
  }
}

/** Loki as a source of evidence: logs as patterns. */
export function openLokiSource(config: LokiConfig, deps: SourceDeps): EvidenceSource {
  return new LokiSource(config, deps);
}
