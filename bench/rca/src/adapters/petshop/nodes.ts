import { byCodeUnit } from "@sre/contracts/canonical";
import { entityId, type Alias, type Edge, type EntityId } from "@sre/contracts/evidence";

const cluster = "petshop";

// X-Ray names what it cannot see into by how it met it.
const seenFromOutside = /_(remote|client)$/;
const store = /_(AWS::DynamoDB(::Table)?|AWS::S3|Database::SQL)$/;
const queue = /_AWS::SQS::Queue$/;

function kindOf(name: string): string {
  if (seenFromOutside.test(name)) return "external";
  if (store.test(name)) return "database";
  return queue.test(name) ? "queue" : "service";
}

/** The entity of a node, under the data's own name. */
export function nodeEntity(name: string): EntityId {
  return entityId({ cluster, namespace: "", kind: kindOf(name), name });
}

// A load balancer's host name begins with the first five letters of the stack's and of the service's name.
const balancer = /^[a-z0-9]+-([a-z0-9]{5})\.[a-z0-9-]+\.elb\.amazonaws\.com_remote$/i;

/** The node that another node is merely a view of; null when it is none or when it cannot be told. */
function viewed(name: string, nodes: readonly string[]): { readonly node: string; readonly view: "client" | "remote" } | null {
  const real = nodes.filter((node) => !seenFromOutside.test(node));
  if (name.endsWith("_client")) {
    const stem = name.slice(0, -"_client".length);
    const node = real.find((each) => each === stem) ?? real.find((each) => each.startsWith(`${stem}_`));
    return node === undefined ? null : { node, view: "client" };
  }
  const stem = balancer.exec(name)?.[1]?.toLowerCase();
  if (stem === undefined) return null;
  const meant = real.filter((each) => each.toLowerCase().includes(stem));
  const [node] = meant;
  return node === undefined || meant.length > 1 ? null : { node, view: "remote" };
}

/** The topology as the product knows it: who calls whom, and which node is only another's view of a service. */
export interface Topology {
  readonly entities: readonly EntityId[];
  readonly edges: readonly Edge[];
  readonly aliases: readonly Alias[];
}

/** `edges` run from caller to callee. A load balancer routes to the service that it is a view of. */
export function topologyOf(edges: readonly (readonly [string, string])[], measured: readonly string[]): Topology {
  const nodes = [...new Set([...edges.flat(), ...measured])].sort(byCodeUnit);
  const views = nodes.flatMap((name) => {
    const seen = viewed(name, nodes);
    return seen === null ? [] : [{ name, entity: nodeEntity(seen.node), view: seen.view }];
  });
  const routes = views
    .filter(({ view }) => view === "remote")
    .map(({ name, entity }): Edge => ({ from: nodeEntity(name), to: entity, kind: "routes", origin: "host_name" }));
  return {
    entities: nodes.map(nodeEntity),
    edges: [
      ...edges.map(([from, to]): Edge => ({ from: nodeEntity(from), to: nodeEntity(to), kind: "calls", origin: "given" })),
      ...routes,
    ],
    aliases: views.map((view) => ({ ...view, origin: "given" })),
  };
}
