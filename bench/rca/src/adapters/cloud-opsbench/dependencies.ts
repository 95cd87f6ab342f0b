import { byCodeUnit } from "@sre/contracts/canonical";
import { edgeId, entityParts, type Alias, type ClusterObject, type Edge, type EntityId } from "@sre/contracts/evidence";
import { textCalls } from "./cache.ts";
import { textAt, textsAt } from "./fields.ts";
import { nodeId, serviceId } from "./kinds.ts";
import type { Recording } from "./objects.ts";

/** Caller and callee by name, out of a drawing of who calls whom, four columns for each step down. */
function drawnCalls(text: string): (readonly [from: string, to: string])[] {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.startsWith("[Downstream"));
  const path: string[] = [];
  const calls: (readonly [string, string])[] = [];
  for (const line of from < 0 ? [] : lines.slice(from + 1)) {
    const found = /^([│\s]*)(?:[├└]── )?([a-z0-9][a-z0-9.-]*)(?:\s|$)/i.exec(line);
    if (!found) continue;
    const depth = line.includes("── ") ? Math.floor((found[1] ?? "").length / 4) + 1 : 0;
    path.length = depth;
    path[depth] = found[2] ?? "";
    const caller = path[depth - 1];
    if (depth > 0 && caller !== undefined) calls.push([caller, found[2] ?? ""]);
  }
  return calls;
}

function callEdges(recording: Recording): Edge[] {
  const id = (name: string) => serviceId(recording.namespace, name);
  return textCalls(recording.calls, "GetServiceDependencies").flatMap(({ text }) =>
    drawnCalls(text).map(([from, to]): Edge => ({ from: id(from), to: id(to), kind: "calls", origin: "declared" })),
  );
}

const selects = (selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean => {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
};

/** A Service selects workloads by their template. */
function selectorEdges(live: readonly ClusterObject[]): Edge[] {
  const kind = (object: ClusterObject) => entityParts(object.entity).kind;
  const workloads = live.filter((object) => ["deployment", "statefulset", "daemonset"].includes(kind(object)));
  return live
    .filter((object) => kind(object) === "service")
    .flatMap((service) =>
      workloads
        .filter((one) => entityParts(one.entity).namespace === entityParts(service.entity).namespace)
        .filter((one) => selects(textsAt(service.spec, "selector"), textsAt(one.spec, "template", "metadata", "labels")))
        .map((one): Edge => ({ from: service.entity, to: one.entity, kind: "selects", origin: "selector" })),
    );
}

function objectEdges(live: readonly ClusterObject[]): Edge[] {
  return live.flatMap((object): Edge[] => {
    const node = entityParts(object.entity).kind === "pod" ? textAt(object.spec, "nodeName") : "";
    const owner: Edge[] = object.owner === null ? [] : [{ from: object.owner, to: object.entity, kind: "owns", origin: "owner_reference" }];
    return node === "" ? owner : [...owner, { from: object.entity, to: nodeId(node), kind: "runs_on", origin: "scheduler" }];
  });
}

/** What a workload's settings send where, path by path. */
function routeEdges(live: readonly ClusterObject[]): Edge[] {
  const routes = new Map(
    live
      .filter(({ entity }) => entityParts(entity).kind === "config")
      .map(({ entity, refs }) => [entity, refs.flatMap(({ path, to }) => routed(path).map((match) => ({ to, match })))] as const),
  );
  const workloads = live.filter(({ entity }) => ["deployment", "statefulset", "daemonset"].includes(entityParts(entity).kind));
  return workloads.flatMap(({ entity, refs }) =>
    [...new Set(refs.map(({ to }) => to))].flatMap((config) =>
      (routes.get(config) ?? []).map(({ to, match }): Edge => ({ from: entity, to, kind: "routes", match, origin: "config" })),
    ),
  );
}

const routed = (path: string): string[] => {
  const match = /\.routes\[(.*)\]$/.exec(path)?.[1];
  return match === undefined ? [] : [match.slice(0, 500)];
};

/** Addresses of Services, and the names that the cluster's DNS gives them. */
function aliasesOf(live: readonly ClusterObject[]): Alias[] {
  return live
    .filter(({ entity }) => entityParts(entity).kind === "service")
    .flatMap(({ entity, spec }) => {
      const { namespace, name } = entityParts(entity);
      const address = textAt(spec, "clusterIP");
      const names = [`${name}.${namespace}`, ...(address === "" || address === "None" ? [] : [address])];
      return names.map((one): Alias => ({ name: one, entity, view: "same", origin: "service" }));
    });
}

/** What the recording tells of who calls, selects, owns and runs on whom. */
export function topologyOf(
  recording: Recording,
  objects: readonly ClusterObject[],
): { entities: EntityId[]; edges: Edge[]; aliases: Alias[] } {
  const live = objects.filter(({ view }) => view === "live");
  const all = [...callEdges(recording), ...selectorEdges(live), ...objectEdges(live), ...routeEdges(live)];
  const edges = [...new Map(all.map((edge) => [`${edgeId(edge)} ${edge.match ?? ""}`, edge])).entries()]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([, edge]) => edge);
  const drawn = new Set(["service", "deployment", "statefulset", "daemonset", "node", "pod"]);
  const kept = live.map(({ entity }) => entity).filter((entity) => drawn.has(entityParts(entity).kind));
  const entities = [...new Set([...kept, ...edges.flatMap(({ from, to }) => [from, to])])].sort(byCodeUnit);
  return { entities, edges, aliases: aliasesOf(live) };
}
