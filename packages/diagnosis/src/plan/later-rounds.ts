import { byCodeUnit } from "@sre/contracts/canonical";
import type { EntityId, Finding, Question, Scope } from "@sre/contracts/evidence";
import { isNode, isWorkload, kindOf, measuredAs, namespaceOf } from "../entities.ts";
import { roleOf } from "../finding.ts";
import { diagnosisLimits } from "../limits.ts";
import { isControlPlane } from "../seen/control-plane.ts";
import type { Seen } from "../seen/seen.ts";
import { changeable } from "./first-round.ts";
import {
  callsQuestion,
  changesQuestion,
  checksQuestion,
  eventsQuestion,
  goldenMeasures,
  limitMeasures,
  logsQuestion,
  meanLatency,
  nodeMeasures,
  objectsQuestion,
  podKinds,
  recentQuestions,
  seriesQuestions,
  topologyQuestion,
  usageQuestions,
} from "./questions.ts";

/** Components around what alerts, nearest first and what more of them share before others: what it needs, and by one step who needs it. */
function neighbours(seen: Seen): EntityId[] {
  const { graph, scope } = seen;
  const own = [...new Set(scope.entities.map((id) => graph.component(id)))];
  const found = new Map<EntityId, number>(own.map((id) => [id, 0]));
  let edge = own;
  for (let hop = 1; hop <= diagnosisLimits.hopsMax; hop++) {
    edge = [...new Set(edge.flatMap((id) => graph.needs(id)))].filter((id) => !found.has(id));
    for (const id of edge) found.set(id, hop);
  }
  for (const id of own.flatMap((each) => graph.neededBy(each))) if (!found.has(id)) found.set(id, 1.5);
  const sharing = (id: EntityId) => own.filter((each) => graph.distance(each, id) !== null).length;
  const order = [...found].map(([id, hop]) => ({ id, hop, shared: sharing(id) }));
  return order.sort((a, b) => a.hop - b.hop || b.shared - a.shared || byCodeUnit(a.id, b.id)).map(({ id }) => id);
}

/** Components that show anything unusual, the strongest finding first. */
function suspects(seen: Seen, findings: readonly Finding[]): EntityId[] {
  const unusual = findings.filter((found) => roleOf(found) !== "context");
  return [...new Set(unusual.map(({ entity }) => seen.graph.component(entity)))];
}

const unmeasured: ReadonlySet<string> = new Set([
  "node",
  "config",
  "secret",
  "quota",
  "namespace",
  "cluster",
  "claim",
  "volume",
  "identity",
  "policy",
]);

function membersThatChange(seen: Seen, component: EntityId): EntityId[] {
  const members = seen.graph.members(component).filter((id) => isWorkload(id) || kindOf(id) === "service");
  const passive = seen.graph.needs(component).filter((id) => kindOf(id) === "config" || kindOf(id) === "secret");
  return [component, ...members, ...passive].flatMap(changeable);
}

/** What tells the part that each service has in it: its calls, else mean latencies along known edges, else what it uses. */
function ownPartQuestions(seen: Seen, services: readonly EntityId[]): Question[] {
  const { scope } = seen;
  const counted = seen.answers.some((answer) => answer.kind === "answered" && answer.data.about === "calls");
  if (counted) return callsQuestion(scope, services);
  return seen.graph.hasCalls ? seriesQuestions(scope, services, [meanLatency]) : usageQuestions(scope, services);
}

/** Everything that is known to be there and may be measured, where nobody knows who needs whom. */
function unlinked({ graph, scope }: Seen): EntityId[] {
  if (graph.hasCalls) return [];
  const places = new Set(scope.entities.map(namespaceOf));
  return [
    ...new Set(graph.entities.filter((id) => kindOf(id) === "service" && places.has(namespaceOf(id))).map((id) => graph.component(id))),
  ];
}

/** Components that add something by themselves, whoever adds most first, then what they call: it may have made them do so. */
function owning(seen: Seen, findings: readonly Finding[]): EntityId[] {
  const own = findings.filter((found) => roleOf(found) === "own").map(({ entity }) => seen.graph.component(entity));
  return [...own, ...own.flatMap((component) => seen.graph.needs(component))];
}

const logsOf = (scope: Scope, entities: readonly EntityId[]): Question[] =>
  [...new Set(entities)].slice(0, diagnosisLimits.logQuestionsPerRoundMax).map((of) => logsQuestion(scope, of));

const workloadsOf = (seen: Seen, component: EntityId): EntityId[] => [component, ...seen.graph.members(component).filter(isWorkload)];

function checks(seen: Seen, namespaces: readonly EntityId[]): Question[] {
  const live = seen.objects.filter(({ view }) => view === "live");
  const services = live.map(({ entity }) => entity).filter((id) => kindOf(id) === "service" && namespaces.includes(namespaceOf(id) ?? ""));
  const nodes = live.filter(({ entity }) => isNode(entity));
  return checksQuestion(seen.scope, {
    services,
    nodes: nodes.map(({ entity }) => entity),
    planes: nodes.filter(isControlPlane).map(({ entity }) => entity),
  });
}

/** What a round adds to what is known: neighbours that topology showed and suspects that evidence showed. */
export function laterQuestions(seen: Seen, findings: readonly Finding[], round: 2 | 3): Question[] {
  const { scope } = seen;
  const suspected = suspects(seen, findings);
  const around = neighbours(seen);
  const components = [...new Set([...around, ...suspected])];
  const services = [...new Set([...components, ...unlinked(seen)])].filter((id) => !unmeasured.has(kindOf(id))).map(measuredAs);
  const nodes = components.filter(isNode);
  const suspectNodes = nodes.filter((id) => suspected.includes(id) || scope.entities.includes(id));
  const namespaces = [...new Set(components.map(namespaceOf))]
    .filter((id) => id !== null)
    .sort(byCodeUnit)
    .slice(0, diagnosisLimits.namespacesMax);
  // A topology of bounded depth may have ended at any of these: what they call, own and mount is asked once more.
  const unfolded = components.filter((id) => !unmeasured.has(kindOf(id))).flatMap((id) => workloadsOf(seen, id));
  const read = new Set(seen.answers.flatMap(({ question }) => (question.about === "logs" ? [question.of] : [])));
  const logged = [...owning(seen, findings), ...suspected.filter((id) => around.includes(id)), ...around]
    .filter((id) => !unmeasured.has(kindOf(id)) && kindOf(id) !== "database")
    .map(measuredAs)
    .filter((id) => !read.has(id));
  return [
    ...changesQuestion(
      scope,
      components.flatMap((id) => membersThatChange(seen, id)),
    ),
    ...(round === 3 ? logsOf(scope, logged) : []),
    ...seriesQuestions(scope, services, [...goldenMeasures, ...limitMeasures]),
    ...recentQuestions(scope, services),
    ...ownPartQuestions(seen, services),
    ...seriesQuestions(scope, round === 2 ? nodes : suspectNodes, nodeMeasures),
    ...namespaces.map((place) => objectsQuestion(scope, place, podKinds)),
    ...[...namespaces, ...suspectNodes].map((place) => eventsQuestion(scope, place)),
    ...logsOf(scope, logged),
    ...(round === 2 ? topologyQuestion(unfolded) : []),
    ...(round === 2 ? checks(seen, namespaces) : []),
  ];
}
