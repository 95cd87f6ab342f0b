import { byCodeUnit } from "@sre/contracts/canonical";
import type { EntityId, Finding } from "@sre/contracts/evidence";
import { isWorkload, kindOf, nameOf } from "../entities.ts";
import { listAt, textAt } from "../fields.ts";
import { finding, roleOf } from "../finding.ts";
import { podSpecOf } from "../seen/pods-of-services.ts";
import { isService } from "../seen/selector-links.ts";
import type { Seen } from "../seen/seen.ts";

/*
 * Error lines that name something that their writer needs: by the name of a service or workload, by that of the program in its image,
 * or by what its ports are called for ("The MySQL server …", "RedisConnectionException"). Whoever several name is more likely at
 * fault than any of them.
 */

const nameLengthMin = 4;
// A name that more components bear, such as that of a language's runtime or of a usual port, tells none of them.
const bearersMax = 3;

/** "registry:5000/library/mysql:8.0@sha256…" is the program "mysql". */
const programOf = (image: string): string => /([^/:@]+)(?::[^/@]+)?(?:@.*)?$/.exec(image)?.[1] ?? "";

function namesOf(seen: Seen, component: EntityId): Set<string> {
  const members = new Set(seen.graph.members(component));
  const workloads = seen.objects.filter(({ entity, view }) => view === "live" && members.has(entity) && isWorkload(entity));
  const containers = workloads.flatMap((object) => listAt(podSpecOf(object), "containers"));
  const programs = containers.map((one) => programOf(textAt(one, "image")));
  const ports = containers.flatMap((one) => listAt(one, "ports").map((port) => textAt(port, "name")));
  const own = [...members].filter((id) => isWorkload(id) || isService(kindOf(id)) || kindOf(id) === "database").map(nameOf);
  return new Set([...own, ...programs, ...ports].map((name) => name.toLowerCase()).filter((name) => name.length >= nameLengthMin));
}

/** By name, the components that bear it. */
function bearers(seen: Seen): ReadonlyMap<string, readonly EntityId[]> {
  const { graph } = seen;
  const components = [...new Set(graph.entities.map((id) => graph.component(id)))].sort(byCodeUnit);
  const pairs = components.flatMap((component) => [...namesOf(seen, component)].map((name) => ({ name, component })));
  const grouped = Map.groupBy(pairs, ({ name }) => name);
  const told = [...grouped].filter(([, all]) => all.length <= bearersMax);
  return new Map(told.map(([name, all]) => [name, all.map(({ component }) => component)]));
}

/** The words of a line, each also by the words that it is made of: "RedisConnectionException" speaks of "redis". */
function wordsOf(text: string): Set<string> {
  const whole = text.match(/[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?/g) ?? [];
  const inner = whole.flatMap((word) => word.match(/[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])/g) ?? []);
  return new Set([...whole, ...inner].map((word) => word.toLowerCase()));
}

interface Blame {
  readonly by: EntityId;
  readonly line: Finding;
}

/** Of several that bear a name, the one that the writer needs most directly; none where two are equally near. */
function nearest({ graph }: Seen, by: EntityId, named: readonly EntityId[]): EntityId[] {
  const hops = named.flatMap((other) => {
    const distance = graph.distance(by, other);
    return distance === null || other === by ? [] : [{ other, distance }];
  });
  const least = Math.min(...hops.map(({ distance }) => distance));
  const near = hops.filter(({ distance }) => distance === least);
  return near.length === 1 ? near.map(({ other }) => other) : [];
}

function blames(seen: Seen, found: readonly Finding[]): Map<EntityId, Blame[]> {
  const names = bearers(seen);
  const all = new Map<EntityId, Blame[]>();
  for (const line of found) {
    if (roleOf(line) !== "log" || line.strength < 0.4) continue;
    const by = seen.graph.component(line.entity);
    const words = wordsOf(String(line.values["template"] ?? ""));
    const named = new Set([...words].flatMap((word) => nearest(seen, by, names.get(word) ?? [])));
    for (const other of named) all.set(other, [...(all.get(other) ?? []), { by, line }]);
  }
  return all;
}

/** Components that new or risen error lines of those who need them name. */
export function blamedInLogs(seen: Seen, found: readonly Finding[]): Finding[] {
  return [...blames(seen, found)]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([entity, all]) => {
      const count = new Set(all.map(({ by }) => by)).size;
      const evidence = all.flatMap(({ line }) => line.evidence).slice(0, 5);
      const from = all.flatMap(({ line }) => line.from ?? []).sort(byCodeUnit)[0];
      const values = { count, template: String(all[0]?.line.values["template"] ?? "") };
      const strength = Math.min(0.9, 0.4 + 0.2 * count);
      return finding({ what: "blamed_in_logs", entity, ...(from === undefined ? {} : { from }), strength, evidence, values });
    });
}
