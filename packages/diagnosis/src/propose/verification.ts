import type { EntityId, Question, Signal, Statistic } from "@sre/contracts/evidence";
import { measuredAs, namespaceOf, clusterOf } from "../entities.ts";
import { faultOf, type FaultKind } from "../faults/catalogue.ts";
import { stepSeconds } from "../scope/scope.ts";
import type { Seen } from "../seen/seen.ts";
import { instant, ms } from "../time.ts";

const watchSeconds = 15 * 60;

const signals: Readonly<Record<string, readonly [Signal, readonly [Statistic, ...Statistic[]]]>> = {
  errors: [{ golden: "errors" }, ["ratio", "rate"]],
  latency: [{ golden: "latency" }, ["p95", "p90", "mean"]],
  traffic: [{ golden: "traffic" }, ["rate"]],
  saturation: [{ golden: "saturation" }, ["value"]],
  pool: [{ named: "pool_waiting" }, ["value"]],
  memory: [{ resource: "memory", against: "limit" }, ["max", "value"]],
  cpu: [{ resource: "cpu", against: "limit" }, ["max", "value"]],
  disk: [{ resource: "disk", against: "capacity" }, ["max", "value"]],
};

const watched = (seen: Seen, entity: EntityId): EntityId => {
  const component = seen.graph.component(entity);
  return measuredAs(component);
};

/** The question whose answer would settle a cause, for the quarter of an hour after `as_of`. */
export function settlingQuestion(seen: Seen, fault: FaultKind, entity: EntityId): Question {
  const { settlingSignal } = faultOf(fault);
  const asOf = seen.scope.as_of;
  const window = { from: asOf, to: instant(ms(asOf) + watchSeconds * 1000) };
  const place = namespaceOf(entity) ?? clusterOf(entity);
  if (settlingSignal === "objects") return { about: "objects", kinds: ["pod", "node"], in: entity, as_of: window.to };
  if (settlingSignal === "events") return { about: "events", in: place, window };
  const [signal, statistics] = signals[settlingSignal] ?? [{ golden: "errors" } as const, ["ratio" as const]];
  const resource = "resource" in signal;
  return {
    about: "series",
    of: [resource ? entity : watched(seen, entity)],
    signal,
    statistics: [...statistics],
    window,
    step_seconds: Math.min(60, stepSeconds(seen.scope)),
  };
}

/** The question that verifies a step: the errors of what is hurt, for the quarter of an hour after it. */
export function errorsAfter(seen: Seen, entity: EntityId): Question {
  const window = { from: seen.scope.as_of, to: instant(ms(seen.scope.as_of) + watchSeconds * 1000) };
  return {
    about: "series",
    of: [watched(seen, entity)],
    signal: { golden: "errors" },
    statistics: ["ratio", "rate"],
    window,
    step_seconds: 60,
  };
}
