import type { Question } from "@sre/contracts/evidence";
import { answerWithin, SourceFailure, unanswered, type Asking, type EvidenceSource, type Found, type SourceDeps } from "../source.ts";
import type { ControlPlaneConfig } from "../sources-config.ts";
import type { Calls } from "./calls.ts";
import { readAlerts, readChanges, readTopology } from "./reports.ts";

const abouts: ReadonlySet<Question["about"]> = new Set(["changes", "topology", "alerts"]);

function read(calls: Calls, asking: Asking, question: Question): Promise<Found> {
  if (question.about === "changes") return readChanges(calls, asking, question);
  if (question.about === "alerts") return readAlerts(calls, asking, question);
  if (question.about === "topology") return readTopology(calls, asking, question);
  throw new SourceFailure("unknown_signal", `the control plane knows nothing about ${question.about}`);
}

/**
 * What people and senders told the control plane: reported changes, received alerts, declared topology. The client carries the
 * token and its own limits. Without a client every question is answered `not_configured`.
 */
export function openControlPlaneSource(config: ControlPlaneConfig, deps: SourceDeps): EvidenceSource {
  const { controlPlane: client, clock, log } = deps;
  const calls: Calls | null = client ? { source: config.name, client, clock, breaker: "closed" } : null;
  return {
    name: config.name,
    kind: "control-plane",
    cluster: config.cluster,
    answers: (question) => abouts.has(question.about),
    ask(question, context) {
      if (calls === null) {
        const detail = "this source was opened without a client of the control plane";
        return Promise.resolve(unanswered({ question, source: config.name, asked: [], because: "not_configured", detail }));
      }
      return answerWithin({ name: config.name, log }, { question, context }, async (asking) => read(calls, asking, question));
    },
    breakerState: () => calls?.breaker ?? "closed",
    close: () => Promise.resolve(),
  };
}
