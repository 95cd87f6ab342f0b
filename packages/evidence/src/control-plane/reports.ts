import { controlPlaneOperations, type Alert } from "@sre/contracts/control-plane";
import { byCodeUnit, canonicalJson } from "@sre/contracts/canonical";
import { entityParts, type Alias, type DataOf, type Edge, type EntityId, type Instant, type QuestionOf } from "@sre/contracts/evidence";
import { SourceFailure, type Asking, type Found } from "../source.ts";
import { callControlPlane, readPages, type Calls } from "./calls.ts";

/** Bounds of one question. */
const controlPlaneLimits = { pageRows: 200, pagesMax: 5, topologyEntitiesMax: 40, topologyCallsAtOnce: 4 } as const;

const ms = (at: Instant): number => Date.parse(at);
const earlier = (a: Instant, b: Instant): Instant => (ms(a) <= ms(b) ? a : b);

/** Whether a thing stands in a place by its name: the thing itself, its namespace, its cluster. */
function standsIn(place: EntityId, thing: EntityId): boolean {
  if (place === thing) return true;
  const [outer, inner] = [entityParts(place), entityParts(thing)];
  if (outer.cluster !== inner.cluster) return false;
  return outer.kind === "cluster" || (outer.kind === "namespace" && inner.namespace === outer.name);
}

/** Changes that the control plane knows of: those of the asked things, and of anything in an asked namespace or cluster. */
export async function readChanges(calls: Calls, asking: Asking, question: QuestionOf<"changes">): Promise<Found> {
  const { from } = question.window;
  const to = earlier(question.window.to, asking.context.asOf);
  const path = controlPlaneOperations.listChanges.path;
  const { items, more } = await readPages(controlPlaneLimits.pagesMax, (cursor) => {
    const query = { from, to, limit: controlPlaneLimits.pageRows, ...(cursor === undefined ? {} : { cursor }) };
    return callControlPlane(calls, asking, { path, query, send: () => calls.client.listChanges({ query }, asking.signal) });
  });
  const asOfMs = ms(asking.context.asOf);
  const changes = items
    .filter((change) => [change.entity, ...change.touches].some((thing) => question.of.some((place) => standsIn(place, thing))))
    .filter((change) => ms(change.started_at) >= ms(from) && ms(change.started_at) <= ms(to))
    .map((change) =>
      change.ended_at !== null && ms(change.ended_at) > asOfMs ? { ...change, ended_at: null, state: "started" as const } : change,
    )
    .sort((a, b) => byCodeUnit(a.id, b.id));
  return {
    data: { about: "changes", changes },
    coverage: { from, to, complete: !more, missing_share: 0, ...(more ? { truncated_by: "rows" } : {}), as_of: "then" },
  };
}

type SeenAlert = DataOf<"alerts">["alerts"][number];

function seenAlert(alert: Alert, asOf: Instant): SeenAlert {
  const over = alert.ends_at !== null && ms(alert.ends_at) <= ms(asOf);
  return {
    name: alert.name,
    entity: alert.entity,
    state: over ? "resolved" : "firing",
    from: alert.starts_at,
    to: over ? alert.ends_at : null,
    readings: [],
  };
}

/** Alerts that the control plane received about anything in the asked place and that fired within the window. */
export async function readAlerts(calls: Calls, asking: Asking, question: QuestionOf<"alerts">): Promise<Found> {
  const { from } = question.window;
  const to = earlier(question.window.to, asking.context.asOf);
  const path = controlPlaneOperations.listAlerts.path;
  const { items, more } = await readPages(controlPlaneLimits.pagesMax, (cursor) => {
    const query = { limit: controlPlaneLimits.pageRows, ...(cursor === undefined ? {} : { cursor }) };
    return callControlPlane(calls, asking, { path, query, send: () => calls.client.listAlerts({ query }, asking.signal) });
  });
  const alerts = items
    .filter((alert) => alert.entity !== null && standsIn(question.in, alert.entity))
    .filter((alert) => ms(alert.starts_at) <= ms(to) && (alert.ends_at === null || ms(alert.ends_at) >= ms(from)))
    .map((alert) => seenAlert(alert, to))
    .sort((a, b) => byCodeUnit(canonicalJson(a), canonicalJson(b)));
  return {
    data: { about: "alerts", alerts },
    coverage: { from, to, complete: !more, missing_share: 0, ...(more ? { truncated_by: "rows" } : {}), as_of: "then" },
  };
}

interface Near {
  readonly entities: readonly EntityId[];
  readonly edges: readonly Edge[];
  readonly aliases: readonly Alias[];
}

function distinct<T>(items: readonly T[]): T[] {
  const byText = new Map(items.map((item) => [canonicalJson(item), item]));
  return [...byText].sort(([a], [b]) => byCodeUnit(a, b)).map(([, item]) => item);
}

/** What the control plane knows around the asked things; what it could not tell about some of them is missing, not empty. */
export async function readTopology(calls: Calls, asking: Asking, question: QuestionOf<"topology">): Promise<Found> {
  const path = controlPlaneOperations.getTopology.path;
  const asked = question.of.slice(0, controlPlaneLimits.topologyEntitiesMax);
  const found: Near[] = [];
  const failures: SourceFailure[] = [];
  const rest = [...asked];
  const worker = async () => {
    for (let of = rest.shift(); of !== undefined; of = rest.shift()) {
      const query = { of, depth: question.depth };
      try {
        found.push(await callControlPlane(calls, asking, { path, query, send: () => calls.client.getTopology({ query }, asking.signal) }));
      } catch (error) {
        if (!(error instanceof SourceFailure)) throw error;
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: controlPlaneLimits.topologyCallsAtOnce }, worker));
  const [failure] = failures;
  if (failure && found.length === 0) throw failure;
  const data = {
    about: "topology" as const,
    entities: distinct(found.flatMap((near) => near.entities)),
    edges: distinct(found.flatMap((near) => near.edges)),
    aliases: distinct(found.flatMap((near) => near.aliases)),
  };
  const cut = question.of.length > asked.length;
  const missing = 1 - found.length / question.of.length;
  const to = asking.context.asOf;
  return { data, coverage: { from: null, to, complete: missing === 0, missing_share: missing, ...(cut ? { truncated_by: "rows" } : {}) } };
}
