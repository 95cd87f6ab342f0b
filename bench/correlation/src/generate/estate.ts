import { entityId, entityParts, type Edge, type EntityId } from "@sre/contracts/evidence";
import type { Chance } from "./chance.ts";

/** A thing that can fail and be alerted about. */
export interface Component {
  readonly entity: EntityId;
  readonly kind: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** Names of its pods, each with the node it runs on. */
  readonly pods: readonly { readonly name: string; readonly node: string }[];
}

type Link = Pick<Edge, "from" | "to" | "kind">;

/** Things and what is between them, as they truly are. */
export interface Estate {
  readonly components: readonly Component[];
  readonly edges: readonly Link[];
}

/** How large an estate is drawn. */
export interface EstateSize {
  readonly apps: number;
  readonly servicesPerApp: readonly [number, number];
  readonly nodes: number;
  readonly podsPerService: readonly [number, number];
}

export const usualSize: EstateSize = { apps: 8, servicesPerApp: [5, 10], nodes: 14, podsPerService: [2, 4] };

const appNames = ["shop", "payments", "search", "media", "accounts", "shipping", "reports", "chat", "ads", "loyalty", "fraud", "maps"];
const serviceNames = [
  "api",
  "catalog",
  "cart",
  "pricing",
  "orders",
  "stock",
  "profile",
  "feed",
  "invoice",
  "render",
  "index",
  "quota",
  "session",
  "mailer",
  "export",
  "import",
  "rules",
  "ledger",
  "notify",
  "audit",
];
const podLetters = "bcdfghjklmnpqrstvwxz2456789".split("");
const cluster = "prod-1";

const letters = (chance: Chance, count: number) => Array.from({ length: count }, () => chance.one(podLetters)).join("");

function podsOf(chance: Chance, input: { kind: string; name: string; count: number; nodes: readonly string[] }): Component["pods"] {
  const template = letters(chance, 9);
  return Array.from({ length: input.count }, (_, index) => ({
    name: input.kind === "statefulset" ? `${input.name}-${index}` : `${input.name}-${template}-${letters(chance, 5)}`,
    node: input.nodes.length > 0 ? chance.one(input.nodes) : "",
  }));
}

interface Draft {
  readonly chance: Chance;
  readonly size: EstateSize;
  readonly nodes: readonly string[];
  readonly components: Component[];
  readonly edges: Link[];
}

function podLinks({ entity, cluster: where, namespace }: Component, pod: { name: string; node: string }): Link[] {
  const from = entityId({ cluster: where, namespace, kind: "pod", name: pod.name });
  const owned: Link = { from: entity, to: from, kind: "owns" };
  return pod.node === ""
    ? [owned]
    : [owned, { from, to: entityId({ cluster: where, namespace: "", kind: "node", name: pod.node }), kind: "runs_on" }];
}

function add(draft: Draft, kind: string, { namespace, name }: { namespace: string; name: string }): Component {
  const hasPods = kind === "service" || kind === "statefulset";
  const count = hasPods ? draft.chance.whole(...draft.size.podsPerService) : 0;
  const entity = entityId({ cluster, namespace, kind, name });
  const component = { entity, kind, cluster, namespace, name, pods: podsOf(draft.chance, { kind, name, count, nodes: draft.nodes }) };
  draft.components.push(component);
  for (const pod of component.pods) draft.edges.push(...podLinks(component, pod));
  return component;
}

const link = (draft: Draft, from: Component, to: { target: Component; kind: Link["kind"] }) =>
  draft.edges.push({ from: from.entity, to: to.target.entity, kind: to.kind });

function addApp(draft: Draft, index: number, shared: readonly Component[]): void {
  const { chance, size } = draft;
  const namespace = index < appNames.length ? appNames[index]! : `app-${index}`;
  const gateway = add(draft, "service", { namespace, name: `${namespace}-gateway` });
  const names = chance.some(serviceNames, chance.whole(...size.servicesPerApp));
  const layers: Component[][] = [[gateway], [], []];
  for (const [position, name] of names.entries())
    layers[position % 3 === 0 ? 1 : position % 3 === 1 ? 2 : chance.whole(1, 2)]!.push(
      add(draft, "service", { namespace, name: `${namespace}-${name}` }),
    );
  for (const [depth, layer] of layers.entries())
    for (const caller of layer)
      for (const target of chance.some(layers[depth + 1] ?? [], chance.whole(1, 3))) link(draft, caller, { target, kind: "calls" });
  for (const called of layers[1]!)
    if (!draft.edges.some(({ to }) => to === called.entity)) link(draft, gateway, { target: called, kind: "calls" });
  const database = add(draft, "statefulset", { namespace, name: `${namespace}-db` });
  const storage = draft.components.filter(({ kind }) => kind === "storageclass");
  link(draft, database, { target: chance.one(storage), kind: "mounts" });
  for (const user of chance.some([...layers[1]!, ...layers[2]!], chance.whole(2, 4))) link(draft, user, { target: database, kind: "uses" });
  for (const user of chance.some(layers[1]!, chance.whole(0, 2))) link(draft, user, { target: chance.one(shared), kind: "calls" });
  if (!chance.happens(0.6)) return;
  const queue = add(draft, "queue", { namespace, name: `${namespace}-events` });
  link(draft, chance.one(layers[1]!), { target: queue, kind: "publishes" });
  for (const consumer of chance.some(layers[2]!, chance.whole(1, 3))) link(draft, consumer, { target: queue, kind: "consumes" });
}

/** An estate of applications, each with its gateway, layers of services, database and perhaps a queue, over shared services and nodes. */
export function drawEstate(chance: Chance, size: EstateSize): Estate {
  const nodes = Array.from({ length: size.nodes }, (_, index) => `node-${String(index + 1).padStart(2, "0")}`);
  const draft: Draft = { chance, size, nodes, components: [], edges: [] };
  for (const name of nodes) add(draft, "node", { namespace: "", name });
  for (const name of ["fast-ssd", "standard"]) add(draft, "storageclass", { namespace: "", name });
  const shared = ["login", "flags", "geo"].map((name) => add(draft, "service", { namespace: "platform", name }));
  for (let index = 0; index < size.apps; index++) addApp(draft, index, shared);
  return draft;
}

const withPods = new Set(["service", "deployment", "statefulset", "daemonset"]);

/** An estate around a topology that is given: its entities and edges, with pods drawn for what can have them. */
export function estateOf(chance: Chance, topology: { resources?: { entity: EntityId }[]; edges: Link[] }): Estate {
  const entities = new Set([
    ...(topology.resources ?? []).map(({ entity }) => entity),
    ...topology.edges.flatMap(({ from, to }) => [from, to]),
  ]);
  const nodes = [...entities].map(entityParts).filter(({ kind }) => kind === "node").map(({ name }) => name); // prettier-ignore
  const components = [...entities].flatMap((entity): Component[] => {
    const { cluster: where, namespace, kind, name } = entityParts(entity);
    if (kind === "pod" || kind === "container") return [];
    const pods = withPods.has(kind) ? podsOf(chance, { kind, name, count: chance.whole(2, 4), nodes }) : [];
    return [{ entity, kind, cluster: where, namespace, name, pods }];
  });
  const hosting = components.flatMap((component) => component.pods.flatMap((pod): Link[] => podLinks(component, pod)));
  return { components, edges: [...topology.edges.filter(({ kind }) => kind !== "runs_on" && kind !== "owns"), ...hosting] };
}

/** What somebody is told of an estate: each edge is missing with the given probability. */
export function told(estate: Estate, chance: Chance, missing: number): Link[] {
  return estate.edges.filter(() => !chance.happens(missing));
}
