import type { EntityId, Finding } from "@sre/contracts/evidence";
import { byCodeUnit } from "@sre/contracts/canonical";
import { isWorkload, kindOf } from "../entities.ts";
import { finding } from "../finding.ts";
import type { FindingKind } from "../messages/findings.ts";
import { servedBy } from "../seen/pods-of-services.ts";
import type { Seen } from "../seen/seen.ts";
import { isService } from "../seen/selector-links.ts";

/*
 * What clients say of a database is laid at the database: the one that their settings point to, the same for as many of them as
 * possible. A server that refuses writes or connections says so only to its clients.
 */

const told: readonly (readonly [saying: FindingKind, means: FindingKind])[] = [
  ["log_read_only", "database_takes_no_writes"],
  ["log_too_many_connections", "database_takes_no_connections"],
];

const settings: ReadonlySet<string> = new Set(["secret", "config"]);
const looksStored = (path: string): boolean => /(MYSQL|MARIA|POSTGRES|PG|DB|DATABASE|JDBC|REDIS|MONGO|SQL)/i.test(path);

/** Services that a client's settings name as a database, else things of kind database that it needs. */
function storesOf(seen: Seen, client: EntityId): EntityId[] {
  const { graph } = seen;
  const component = graph.component(client);
  const members = new Set(graph.members(component));
  const own = seen.objects.filter(({ entity, view }) => view === "live" && members.has(entity) && isWorkload(entity));
  const named = new Set(own.flatMap(({ refs }) => refs.map(({ to }) => to)));
  const held = seen.objects.filter(({ entity, view }) => view === "live" && settings.has(kindOf(entity)) && named.has(entity));
  const refs = [...own, ...held].flatMap((object) => object.refs).filter(({ to, exists }) => isService(kindOf(to)) && exists !== false);
  const stored = refs.filter(({ path }) => looksStored(path));
  const direct = (stored.length > 0 ? stored : []).map(({ to }) => to);
  return direct.length > 0 ? [...new Set(direct)] : graph.needs(component).filter((need) => kindOf(need) === "database");
}

// A Service may select by a label that only running pods have, such as the role of the leader.
function workloadBehind(seen: Seen, store: EntityId): EntityId {
  const served = servedBy(seen).find(({ service }) => service.entity === store);
  const owners = (served?.selected ?? []).map(({ object }) => seen.graph.topOwner(object.entity)).filter(isWorkload);
  return [...new Set(owners)].sort(byCodeUnit)[0] ?? store;
}

function blame(seen: Seen, found: readonly Finding[], means: FindingKind): Finding[] {
  const clients = Map.groupBy(found, ({ entity }) => seen.graph.component(entity));
  const votes = new Map<EntityId, Finding[]>();
  for (const [client, saying] of clients) {
    for (const store of new Set(storesOf(seen, client).map((one) => workloadBehind(seen, one))))
      votes.set(store, [...(votes.get(store) ?? []), ...saying.slice(0, 1)]);
  }
  const most = Math.max(0, ...[...votes.values()].map(({ length }) => length));
  return [...votes]
    .filter(([, { length }]) => length === most)
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([store, saying]) => {
      const [first] = saying;
      const from = saying.flatMap((each) => each.from ?? []).sort(byCodeUnit)[0];
      const values = { count: saying.length, detail: String(first?.values["template"] ?? "") };
      const evidence = saying.flatMap((each) => each.evidence).slice(0, 5);
      return finding({ what: means, entity: store, ...(from === undefined ? {} : { from }), strength: 0.95, evidence, values });
    });
}

// One client that waits for its own pool has a pool that is too small; several that share a database wait for the database.
function sharedWait(seen: Seen, found: readonly Finding[]): Finding[] {
  const waiting = found.filter(({ what }) => what === "log_pool_exhausted");
  const laid = blame(seen, waiting, "database_takes_no_connections");
  return laid.filter(({ values }) => Number(values["count"]) >= 2);
}

/** Databases that take no writes or no connections, from what was found in the logs of their clients. */
export function databasesBlamed(seen: Seen, found: readonly Finding[]): Finding[] {
  const plain = told.flatMap(([saying, means]) =>
    blame(
      seen,
      found.filter(({ what }) => what === saying),
      means,
    ),
  );
  return plain.some(({ what }) => what === "database_takes_no_connections") ? plain : [...plain, ...sharedWait(seen, found)];
}
