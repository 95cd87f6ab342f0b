import { byCodeUnit } from "@sre/contracts/canonical";
import { type EntityId, type Question, type Scope } from "@sre/contracts/evidence";
import { asKind, clusterOf, isNode, isWorkload, kindOf, measuredAs, namespaceOf } from "../entities.ts";
import { diagnosisLimits } from "../limits.ts";
import { firstLogs } from "./logs-to-read.ts";
import { drawnWindow, recentLook, stepSeconds } from "../scope/scope.ts";
import {
  callsQuestion, changesQuestion, clusterKinds, eventsQuestion, goldenMeasures, limitMeasures, nodeMeasures, objectsQuestion, podKinds, recentQuestions, seriesQuestion, seriesQuestions, topologyQuestion,
} from "./questions.ts"; // prettier-ignore

const unique = (ids: readonly (EntityId | null)[]): EntityId[] => [...new Set(ids.filter((id) => id !== null))].sort(byCodeUnit);

function ruleQuestions(scope: Scope): Question[] {
  const alerts = scope.alerts.map(({ name, entity }) => ({ name, entity }));
  const distinct = [...new Map(alerts.map((alert) => [`${alert.entity} ${alert.name}`, alert])).values()];
  const usual = { window: scope.window, step_seconds: stepSeconds(scope) };
  const recent = recentLook(scope);
  const looks = recent === null ? [usual] : [usual, recent];
  return distinct.slice(0, diagnosisLimits.rulesMax).flatMap((alert) => looks.map((look): Question => ({ about: "rule", alert, ...look })));
}

// Two of the golden signals tell by the day: whether what is seen is usual at this time.
function seasonQuestions(scope: Scope, services: readonly EntityId[]): Question[] {
  if (services.length === 0) return [];
  const daily = goldenMeasures.filter(([signal]) => "golden" in signal && (signal.golden === "latency" || signal.golden === "traffic"));
  return scope.baselines.slice(1).flatMap((window) => daily.map((measure) => seriesQuestion(scope, { of: services, measure, window })));
}

/** What a change may be reported on: the thing itself, its namesakes of other kinds, and its namespace. */
export function changeable(id: EntityId): EntityId[] {
  if (kindOf(id) !== "service" && !isWorkload(id)) return [id];
  return [id, asKind(id, "deployment"), asKind(id, "service")];
}

/** The first round: the alerts' own rules, and everything about what they name. It needs no answer to be asked. */
export function firstQuestions(scope: Scope): Question[] {
  const measured = unique(scope.entities.filter((id) => !isNode(id) && kindOf(id) !== "namespace").map(measuredAs));
  const nodes = scope.entities.filter(isNode);
  const namespaces = unique(scope.entities.map(namespaceOf)).slice(0, diagnosisLimits.namespacesMax);
  const clusters = unique(scope.entities.map(clusterOf)).slice(0, diagnosisLimits.namespacesMax);
  const related = unique([...scope.entities, ...measured]);
  return [
    ...ruleQuestions(scope),
    ...topologyQuestion(related),
    ...changesQuestion(scope, unique([...related.flatMap(changeable), ...namespaces])),
    ...namespaces.map((place): Question => ({ about: "alerts", in: place, window: drawnWindow(scope) })),
    ...seriesQuestions(scope, measured, [...goldenMeasures, ...limitMeasures]),
    ...recentQuestions(scope, measured),
    ...callsQuestion(scope, measured),
    ...seriesQuestions(scope, nodes, nodeMeasures),
    ...namespaces.map((place) => objectsQuestion(scope, place, podKinds)),
    ...clusters.map((place) => objectsQuestion(scope, place, clusterKinds)),
    ...[...namespaces, ...clusters].map((place) => eventsQuestion(scope, place)),
    ...firstLogs(scope, measured),
    ...seasonQuestions(scope, measured),
  ];
}
