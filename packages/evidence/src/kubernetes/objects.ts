import { byCodeUnit } from "@sre/contracts/canonical";
import { entityParts, evidenceLimits, type ClusterObject, type EntityId, type QuestionOf } from "@sre/contracts/evidence";
import { SourceFailure, type Asking, type Found } from "../source.ts";
import { bounded, clusterObject } from "./clean.ts";
import type { ListReader } from "./client.ts";
import { listAt, textAt, textsAt, type Fields } from "./fields.ts";
import { idOf, kindNamed, known, ownerOf } from "./kinds.ts";
import { selects, templateLabelsOf } from "./pod-template.ts";
import { readKinds, type KindsRead, type Place } from "./read-kinds.ts";
import { refsOf, type Existing } from "./refs.ts";

export interface Estate {
  readonly cluster: string;
  readonly reader: ListReader;
  /** Whether key names and byte lengths of Secrets may be read. */
  readonly secretKeys: boolean;
  /** The time, in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Asked about an instant this much earlier than now, in milliseconds, the API server can only tell what is now. */
const presentMs = 120_000;

/** Of all objects in one answer; the rest of the answer's limit is for what stands around them. */
const objectsBytesMax = evidenceLimits.answerBytesMax - 512 * 1024;

/** Where the lists for a place are read; throws for a thing that no list of a cluster holds. */
export function placeOf(id: EntityId): Place {
  const { kind, namespace, name } = entityParts(id);
  if (kind === "namespace") return { namespace: name };
  if (namespace !== "") return { namespace };
  if (["cluster", "node", "volume", "storageclass"].includes(kind)) return { wholeCluster: true };
  throw new SourceFailure("unknown_signal", `${id} stands in no namespace`);
}

// A namespace holds no nodes: a kind that cannot stand in the place is not asked, and not named in the coverage.
function kindsIn(question: QuestionOf<"objects">, estate: Estate): string[] {
  const inNamespace = "namespace" in placeOf(question.in);
  const names = question.kinds.flatMap((name) => kindNamed(name)?.kind ?? []);
  const allowed = names.filter((name) => (estate.secretKeys || name !== "secret") && (!inNamespace || known(name).namespaced));
  return [...new Set(allowed)];
}

/** The objects of a thing: itself, what it owns, what its selector matches, and for a node what runs on it. */
function belongsTo(estate: Estate, thing: EntityId, read: KindsRead): (id: EntityId, object: Fields) => boolean {
  const { kind, name } = entityParts(thing);
  if (kind === "namespace" || kind === "cluster") return () => true;
  if (kind === "node") return (id, object) => id === thing || textAt(object, "spec", "nodeName") === name;
  const pod = kind === "container" ? entityParts(thing).name.split(":")[0] : null;
  const service = (read.items.get("service") ?? []).find((one) => textAt(one, "metadata", "name") === name);
  const selector = kind === "service" && service ? textsAt(service, "spec", "selector") : {};
  const owned = new Set<EntityId>([thing]);
  const all = [...read.items].flatMap(([each, items]) =>
    items.map((object) => ({ id: identify(estate, each, object), object, owner: ownerOf(estate.cluster, object) })),
  );
  for (const { id, object } of all) {
    if (selects(selector, templateLabelsOf(object)) || selects(selector, textsAt(object, "metadata", "labels"))) owned.add(id);
    if (pod !== null && entityParts(id).kind === "pod" && entityParts(id).name === pod) owned.add(id);
  }
  // Chains of owners are at most three long: CronJob, Job, Pod.
  for (let step = 0; step < 3; step++) {
    for (const { id, owner } of all) if (owner !== null && owned.has(owner)) owned.add(id);
  }
  return (id) => owned.has(id);
}

function identify(estate: Estate, kind: string, object: Fields): EntityId {
  return idOf(estate.cluster, {
    apiKind: known(kind).apiKind,
    namespace: textAt(object, "metadata", "namespace"),
    name: textAt(object, "metadata", "name"),
  });
}

function existingOf(estate: Estate, read: KindsRead, place: Place): Existing {
  const ids = [...read.items].flatMap(([kind, items]) => items.map((object) => identify(estate, kind, object)));
  const services = (read.items.get("service") ?? []).map((object) => [identify(estate, "service", object), object] as const);
  // A list that was cut proves what is in it, and nothing about what is not.
  const kinds = read.coverage.truncated_by === undefined ? new Set(read.items.keys()) : new Set<string>();
  const namespace = "namespace" in place ? place.namespace : null;
  return { cluster: estate.cluster, kinds, namespace, ids: new Set(ids), services: new Map(services) };
}

/** Things in trouble come first, so that a cut takes the healthy ones. */
function trouble(object: Fields): number {
  const bad = listAt(object, "status", "conditions").some((condition) => {
    const [type, status] = [textAt(condition, "type"), textAt(condition, "status")];
    return /Pressure$|Failure$/.test(type)
      ? status === "True"
      : /^(Ready|Available|PodScheduled|Progressing)$/.test(type) && status === "False";
  });
  const restarted = listAt(object, "status", "containerStatuses").some((status) => Number(status["restartCount"] ?? 0) > 0);
  return bad ? 0 : restarted ? 1 : 2;
}

function withinBytes(objects: readonly ClusterObject[]): { kept: ClusterObject[]; cut: boolean } {
  const kept: ClusterObject[] = [];
  let bytes = 0;
  for (const object of objects) {
    bytes += Buffer.byteLength(JSON.stringify(object)) + 1;
    if (bytes > objectsBytesMax) return { kept, cut: true };
    kept.push(object);
  }
  return { kept, cut: false };
}

/** Objects of the asked kinds in a namespace, the cluster, or one thing, as they are now. */
export async function readObjects(estate: Estate, asking: Asking, question: QuestionOf<"objects">): Promise<Found> {
  const kinds = kindsIn(question, estate);
  if (kinds.length === 0)
    throw new SourceFailure("unknown_signal", `none of ${question.kinds.join(", ")} can be asked for in ${question.in}`);
  const place = placeOf(question.in);
  const read = await readKinds(estate.reader, asking, { kinds, place });
  const existing = existingOf(estate, read, place);
  const belongs = belongsTo(estate, question.in, read);
  const found = [...read.items].flatMap(([kind, items]) => items.map((object) => ({ id: identify(estate, kind, object), kind, object })));
  const own = found
    .filter(({ id, object }) => belongs(id, object))
    .sort((a, b) => trouble(a.object) - trouble(b.object) || byCodeUnit(a.id, b.id));
  const objects = own.map(({ kind, object }) => {
    const evidence = clusterObject(estate.cluster, known(kind), object);
    return bounded({ ...evidence, refs: refsOf(object, evidence, existing) });
  });
  const { kept, cut } = withinBytes(objects);
  const by_kind = Object.fromEntries(
    question.kinds.flatMap((name) => {
      const said = read.coverage.by_kind?.[kindNamed(name)?.kind ?? ""];
      return said === undefined ? [] : [[name, said]];
    }),
  );
  const to = new Date(estate.nowMs).toISOString();
  const then = estate.nowMs - Date.parse(question.as_of) <= presentMs;
  return {
    data: { about: "objects", objects: kept.sort((a, b) => byCodeUnit(a.entity, b.entity)) },
    coverage: {
      from: to,
      to,
      ...read.coverage,
      by_kind,
      ...(cut ? { complete: false, truncated_by: "bytes" } : {}),
      as_of: then ? "then" : "now",
    },
  };
}
