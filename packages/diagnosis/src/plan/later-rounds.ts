import { byCodeUnit } from "@sre/contracts/canonical";
import type { EntityId, Finding, Question } from "@sre/contracts/evidence";
import { isNode, isWorkload, kindOf, measuredAs, namespaceOf } from "../entities.ts";
import { roleOf } from "../finding.ts";
import { diagnosisLimits } from "../limits.ts";
import { contributionsOf, isCounted } from "../seen/contribution.ts";
import { isControlPlane } from "../seen/control-plane.ts";
import type { Seen } from "../seen/seen.ts";
import { changeable } from "./first-round.ts";
import { neighbours } from "./neighbours.ts";
import {
  callsQuestion,
  changesQuestion,
  checksQuestion,
  eventsQuestion,
  goldenMeasures,
  handoverQuestions,
  limitMeasures,
  meanLatency,
  nodeMeasures,
  objectsQuestion,
  podKinds,
  recentQuestions,
  seriesQuestions,
  topologyQuestion,
  usageQuestions,
} from "./questions.ts";

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

/** How traces go on from log to log, where logs are kept and nobody counted calls before and during the fault. */
function logHandovers(seen: Seen, namespaces: readonly EntityId[]): Question[] {
  const isCountedSomewhere = [...contributionsOf(seen).values()].some(isCounted);
  const logged = new Set(seen.logs.filter(({ data }) => data.lines_total > 0).map(({ of }) => namespaceOf(of)));
  return isCountedSomewhere
    ? []
    : handoverQuestions(
        seen.scope,
        namespaces.filter((place) => logged.has(place)),
      );
}

/** Everything that is known to be there and may be measured, where nobody knows who needs whom. */
function unlinked({ graph, scope }: Seen): EntityId[] {
  if (graph.hasCalls) return [];
  const places = new Set(scope.entities.map(namespaceOf));
  return [
    ...new Set(graph.entities.filter((id) => kindOf(id) === "service" && places.has(namespaceOf(id))).map((id) => graph.component(id))),
  ];
}

const workloadsOf = (seen: Seen, component: EntityId): EntityId[] => [component, ...seen.graph.members(component).filter(isWorkload)];

function checks(seen: Seen, namespaces: readonly EntityId[]): Question[] {
  const live = seen.objects.filter(({ view }) => view === "live");
  const servicesAmong = (ids: readonly EntityId[]) => ids.filter((id) => kindOf(id) === "service" && namespaces.includes(namespaceOf(id) ?? "")); // prettier-ignore
  const listed = servicesAmong(live.map(({ entity }) => entity));
  // Where nobody lists the Services, those that topology tells of may still be tried.
  const services = listed.length > 0 ? listed : servicesAmong(seen.graph.entities);
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
  const around = neighbours(seen).map(({ id }) => id);
  const components = [...new Set([...around, ...suspected])];
  const services = [...new Set([...components, ...unlinked(seen)])].filter((id) => !unmeasured.has(kindOf(id))).map(measuredAs);
  const nodes = components.filter(isNode);
  const suspectNodes = nodes.filter((id) => suspected.includes(id) || scope.entities.includes(id));
  const namespaces = [...new Set(components.map(namespaceOf))]
    .filter((id) => id !== null)
    .slice(0, diagnosisLimits.namespacesMax)
    .sort(byCodeUnit);
  // A topology of bounded depth may have ended at any of these: what they call, own and mount is asked once more.
  const unfolded = components.filter((id) => !unmeasured.has(kindOf(id))).flatMap((id) => workloadsOf(seen, id));
  return [
    ...changesQuestion(
      scope,
      components.flatMap((id) => membersThatChange(seen, id)),
    ),
    ...seriesQuestions(scope, services, [...goldenMeasures, ...limitMeasures]),
    ...recentQuestions(scope, services),
    ...logHandovers(seen, namespaces),
    ...ownPartQuestions(seen, services),
    ...seriesQuestions(scope, round === 2 ? nodes : suspectNodes, nodeMeasures),
    ...namespaces.map((place) => objectsQuestion(scope, place, podKinds)),
    ...[...namespaces, ...suspectNodes].map((place) => eventsQuestion(scope, place)),
    ...(round === 2 ? topologyQuestion(unfolded) : []),
    ...(round === 2 ? checks(seen, namespaces) : []),
  ];
}
