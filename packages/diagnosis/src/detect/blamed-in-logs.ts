import { byCodeUnit } from "@sre/contracts/canonical";
import type { EntityId, Finding } from "@sre/contracts/evidence";
import { isWorkload, kindOf, nameOf } from "../entities.ts";
import { listAt, textAt } from "../fields.ts";
import { finding, roleOf } from "../finding.ts";
import { isPassive } from "../explain/changes.ts";
import { podSpecOf } from "../seen/pods-of-services.ts";
import { isService } from "../seen/selector-links.ts";
import type { Seen } from "../seen/seen.ts";

/*
 * Error lines that name something that their writer needs: by the name of a service or workload, by that of the program in its image,
 * by what its ports are called for ("The MySQL server …", "RedisConnectionException"), or by its address ("dial tcp 10.0.0.7:80").
 * Whoever several name is more likely at fault than any of them; who names many tells of none of them.
 */

const nameLengthMin = 4;
// A name that more components bear, such as that of a language's runtime or of a usual port, tells none of them.
const bearersMax = 3;

const isAddress = /^\d{1,3}(\.\d{1,3}){3}$/;
const addresses = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g;

/** "registry:5000/library/mysql:8.0@sha256…" is the program "mysql". */
const programOf = (image: string): string => /([^/:@]+)(?::[^/@]+)?(?:@.*)?$/.exec(image)?.[1] ?? "";

/** The addresses of Services and pods, as they stand in their objects. */
function addressesOf(seen: Seen, members: ReadonlySet<EntityId>): string[] {
  const own = seen.objects.filter(({ entity, view }) => view === "live" && members.has(entity));
  return own
    .flatMap(({ spec, status }) => [textAt(spec, "clusterIP"), textAt(status, "podIP")])
    .filter((address) => isAddress.test(address));
}

function namesOf(seen: Seen, component: EntityId): Set<string> {
  const members = new Set(seen.graph.members(component));
  const workloads = seen.objects.filter(({ entity, view }) => view === "live" && members.has(entity) && isWorkload(entity));
  const containers = workloads.flatMap((object) => listAt(podSpecOf(object), "containers"));
  const programs = containers.map((one) => programOf(textAt(one, "image")));
  const ports = containers.flatMap((one) => listAt(one, "ports").map((port) => textAt(port, "name")));
  const own = [...members].filter((id) => isWorkload(id) || isService(kindOf(id)) || kindOf(id) === "database").map(nameOf);
  const names = [...own, ...programs, ...ports].map((name) => name.toLowerCase()).filter((name) => name.length >= nameLengthMin);
  return new Set([...names, ...addressesOf(seen, members)]);
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

interface Blame {
  readonly other: EntityId;
  readonly by: EntityId;
  readonly line: Finding;
  /** Of the lines in which its writer names anything, the share that are these. */
  readonly share: number;
}

/** The samples of the pattern that a finding is about: only they hold addresses, which templates leave out. */
function samplesOf(seen: Seen): (line: Finding) => string {
  const known = new Map(seen.logs.flatMap(({ id, data }) => data.patterns.map((one) => [`${id} ${one.template}`, one.samples.join("\n")] as const))); // prettier-ignore
  return ({ evidence }) => evidence.map(({ id, part }) => known.get(`${id} ${part}`) ?? "").join("\n");
}

interface Context {
  readonly lines: readonly Finding[];
  readonly names: ReadonlyMap<string, readonly EntityId[]>;
  readonly samples: (line: Finding) => string;
}

/** What one writer's lines name, with how many of them do. */
function namedBy(seen: Seen, by: EntityId, context: Context): Blame[] {
  const { lines, names, samples } = context;
  const counted = (line: Finding) => Number(line.values["count"] ?? 1);
  const named = lines.flatMap((line) => {
    const words = [...wordsOf(String(line.values["template"] ?? "")), ...(samples(line).match(addresses) ?? [])];
    const others = new Set(words.flatMap((word) => nearest(seen, by, names.get(word) ?? [])));
    return [...others].map((other) => ({ other, line }));
  });
  const total = named.reduce((sum, { line }) => sum + counted(line), 0);
  return named.map(({ other, line }) => ({ other, by, line, share: counted(line) / total }));
}

const silentMax = 1;
const loneShare = 0.5;

/** How far one voice is believed: where others need the same thing as directly and name it not, it may be the writer's own trouble. */
function belief(seen: Seen, entity: EntityId, writers: ReadonlySet<EntityId>): number {
  const [writer] = writers;
  const far = writer === undefined ? null : seen.graph.distance(writer, entity);
  if (writers.size > 1 || far === null) return 1;
  const components = new Set(seen.graph.entities.map((id) => seen.graph.component(id)));
  const silent = [...components].filter((id) => {
    const distance = writers.has(id) || id === entity || isPassive(id) ? null : seen.graph.distance(id, entity);
    return distance !== null && distance <= far;
  });
  return silent.length > silentMax ? loneShare : 1;
}

/** Components that new or risen error lines of those who need them name. */
export function blamedInLogs(seen: Seen, found: readonly Finding[]): Finding[] {
  const lines = found.filter((line) => roleOf(line) === "log" && line.strength >= 0.4);
  if (lines.length === 0) return [];
  const [names, samples] = [bearers(seen), samplesOf(seen)];
  const writers = [...Map.groupBy(lines, ({ entity }) => seen.graph.component(entity))];
  const blames = writers.flatMap(([by, own]) => namedBy(seen, by, { lines: own, names, samples }));
  return [...Map.groupBy(blames, ({ other }) => other)]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([entity, all]) => {
      const evidence = all.flatMap(({ line }) => line.evidence).slice(0, 5);
      const from = all.flatMap(({ line }) => line.from ?? []).sort(byCodeUnit)[0];
      const writers = new Set(all.map(({ by }) => by));
      const count = writers.size;
      const values = { count, template: String(all[0]?.line.values["template"] ?? "") };
      const voiced = 0.7 * all.reduce((sum, { share }) => sum + share, 0) + 0.1 * (count - 1);
      const strength = Math.min(0.9, voiced * belief(seen, entity, writers));
      return finding({ what: "blamed_in_logs", entity, ...(from === undefined ? {} : { from }), strength, evidence, values });
    });
}
