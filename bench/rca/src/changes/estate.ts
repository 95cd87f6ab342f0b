import { byCodeUnit } from "@sre/contracts/canonical";
import { entityParts, type ClusterEvent, type ClusterObject, type EntityId, type Snapshot } from "@sre/contracts/evidence";
import type { Truth } from "../labels.ts";
import { measuresOf } from "../vocabulary.ts";

/* What a suite of changes has to know of a case: what could be changed in it, where its fault lies, and since when it shows. */

// What is rolled out or configured, in the order in which it would be named: the workload before the service that it serves.
const changeable = ["deployment", "statefulset", "daemonset", "workload", "service", "database", "queue"];
const otherHomes = ["node", "namespace"];

const kindOf = (id: EntityId): string => entityParts(id).kind;

function rowsOf<T>(
  snapshot: Snapshot,
  pick: (data: Extract<Snapshot["answers"][number], { kind: "answered" }>["data"]) => readonly T[],
): T[] {
  return snapshot.answers.flatMap((answer) => (answer.kind === "answered" ? pick(answer.data) : []));
}

const objectsOf = (snapshot: Snapshot): ClusterObject[] => rowsOf(snapshot, (data) => (data.about === "objects" ? data.objects : []));
const eventsOf = (snapshot: Snapshot): ClusterEvent[] => rowsOf(snapshot, (data) => (data.about === "events" ? data.events : []));

/** Everything in the case that has an id of its own. */
export function entitiesOf(snapshot: Snapshot): EntityId[] {
  const topologies = rowsOf(snapshot, (data) => (data.about === "topology" ? [data] : []));
  const edges = [...snapshot.edges, ...topologies.flatMap((data) => data.edges)];
  const objects = objectsOf(snapshot).filter(({ view }) => view === "live");
  const known = [...snapshot.entities, ...topologies.flatMap((data) => data.entities), ...edges.flatMap(({ from, to }) => [from, to])];
  const { entities, alerts } = snapshot.header.scope;
  const all = [...known, ...objects.map(({ entity }) => entity), ...entities, ...alerts.map(({ entity }) => entity)];
  const namespaces = all.flatMap((id) => {
    const { cluster, namespace } = entityParts(id);
    return namespace === "" ? [] : [`${encodeURIComponent(cluster)}//namespace/${encodeURIComponent(namespace)}`];
  });
  return [...new Set([...all, ...namespaces])].sort(byCodeUnit);
}

/** What a team rolls out or configures: workloads where the case knows any, else services. */
export function changeableIn(entities: readonly EntityId[]): EntityId[] {
  const workloads = entities.filter((id) => changeable.slice(0, 4).includes(kindOf(id)));
  return workloads.length > 0 ? workloads : entities.filter((id) => changeable.includes(kindOf(id)));
}

/** The object that a label means, as it would be changed; null where the case does not know it. */
export function homeOfTruth(truth: Truth, entities: readonly EntityId[]): EntityId | null {
  const [measure] = measuresOf(truth);
  if (measure === undefined) return null;
  const means = (entity: EntityId) => {
    const alone = { rank: 1, fault: "unknown", confidence: 0, where: [], belongs_to: [], evidence: [], change: null };
    return measure.said({ ...alone, entity }) === measure.truth;
  };
  const order = [...changeable, ...otherHomes];
  const found = entities.filter((id) => order.includes(kindOf(id)) && means(id));
  // A service whose database counts as the service is meant itself.
  return found.sort((a, b) => order.indexOf(kindOf(a)) - order.indexOf(kindOf(b)) || a.length - b.length || byCodeUnit(a, b))[0] ?? null;
}

/** Whether two ids stand for the same application: a workload, its service, or a database of its own. */
export function sameApplication(a: EntityId, b: EntityId): boolean {
  const [one, other] = [entityParts(a).name, entityParts(b).name];
  return one === other || one.startsWith(`${other}-`) || other.startsWith(`${one}-`);
}

/** The services that select a workload. */
export function servedBy(snapshot: Snapshot, workload: EntityId): EntityId[] {
  const told = rowsOf(snapshot, (data) => (data.about === "topology" ? data.edges : []));
  const selecting = [...snapshot.edges, ...told].filter(({ kind, to }) => kind === "selects" && to === workload);
  return [...new Set(selecting.map(({ from }) => from))].sort(byCodeUnit);
}

const earliest = (times: readonly number[]): number | null => (times.length === 0 ? null : Math.min(...times));

/**
 * When the fault began: what its label says; else the rollout that was recorded for its object, else the first warning about
 * it or its pods since it was created (what stood there before under the same name is another one), else the first alert.
 */
export function onsetOf(snapshot: Snapshot, truth: Truth, home: EntityId): number {
  if ("onsetMs" in truth && truth.onsetMs !== undefined) return truth.onsetMs;
  const asOfMs = Date.parse(snapshot.header.scope.as_of);
  const rollouts = rowsOf(snapshot, (data) => (data.about === "changes" ? data.changes : []))
    .filter(({ entity, from }) => entity === home && from !== null)
    .map(({ started_at }) => Date.parse(started_at));
  if (rollouts.length > 0) return Math.max(...rollouts);
  const created = objectsOf(snapshot).flatMap(({ entity, created_at }) =>
    entity === home && created_at !== null ? [Date.parse(created_at)] : [],
  );
  const sinceMs = Math.max(Number.NEGATIVE_INFINITY, ...created);
  const warnings = eventsOf(snapshot)
    .filter(({ entity, type }) => type === "Warning" && (entity === home || sameApplication(entity, home)))
    .flatMap(({ first_at, last_at }) => (Date.parse(last_at) < sinceMs ? [] : [Math.max(sinceMs, Date.parse(first_at))]));
  const alerts = snapshot.header.scope.alerts.map(({ starts_at }) => Date.parse(starts_at));
  return Math.min(asOfMs, earliest([...warnings, ...alerts]) ?? asOfMs);
}
