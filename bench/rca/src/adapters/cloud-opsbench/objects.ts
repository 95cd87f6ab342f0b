import { byCodeUnit, evidenceId } from "@sre/contracts/canonical";
import { entityParts, type Answer, type ClusterObject, type EntityId, type Instant } from "@sre/contracts/evidence";
import { textCalls, type ToolCall } from "./cache.ts";
import { clusterObject, identify } from "./clean.ts";
import { fieldsAt, listAt, textAt, textsAt, type Fields } from "./fields.ts";
import { clusterId, idOfResource, kindOfResource, namespaceId } from "./kinds.ts";
import { described, singular } from "./kubectl/describe.ts";
import { tableRows } from "./kubectl/table.ts";
import { inNamespace, manifestObjects } from "./manifests.ts";
import { offeredPorts, refsOf, type Existing } from "./refs.ts";
import { ageSeconds, before } from "./time.ts";

/** A whole recording of a namespace and of what stands outside of any. */
export interface Recording {
  readonly source: string;
  readonly calls: readonly ToolCall[];
  readonly namespace: string;
  readonly collectedAt: Instant;
}

/** The objects of the API in a recording, as text or text form said them. */
export interface Estate {
  readonly live: ReadonlyMap<EntityId, Fields>;
  readonly declared: ReadonlyMap<EntityId, Fields>;
  readonly existing: Existing;
  /** Kinds that somebody asked for by a list, whether or not there were any. */
  readonly listed: ReadonlySet<string>;
}

interface ListCall {
  readonly type: string;
  readonly rows: readonly Record<string, string>[];
}

/** The lists of whole kinds: no name, no selector, for the case's namespace or for none. */
function listsOf({ calls, namespace }: Recording): ListCall[] {
  return textCalls(calls, "GetResources").flatMap(({ args, text }) => {
    const [type, place] = [singular(textAt(args, "resource_type")), textAt(args, "namespace")];
    const whole = textAt(args, "name") === "" && !("label_selector" in args) && (place === "" || place === namespace);
    return whole && type !== "event" ? [{ type, rows: tableRows(text) }] : [];
  });
}

// The table says how old an object is, which describe leaves out for pods.
function ages(lists: readonly ListCall[], { namespace, collectedAt }: Recording): Map<EntityId, Instant> {
  return new Map(
    lists.flatMap(({ type, rows }) =>
      rows.flatMap((row) => {
        const age = ageSeconds(row["AGE"] ?? "");
        return age === null ? [] : [[idOfResource(type, namespace, row["NAME"] ?? ""), before(collectedAt, age)] as const];
      }),
    ),
  );
}

function liveTexts({ calls, collectedAt }: Recording): Fields[] {
  const told: Fields[] = textCalls(calls, "DescribeResource").flatMap(({ args, text }): Fields[] =>
    [described(textAt(args, "resource_type"), text, collectedAt)].filter((object) => object !== null),
  );
  const whole = textCalls(calls, "GetResources").filter(({ args }) => args["output_yaml"] === true);
  // A manifest of a live object holds all that describe prints of it, and more.
  return [...told, ...whole.flatMap(({ text }) => manifestObjects(text))];
}

function configuredNodes({ calls }: Recording): Fields[] {
  return calls
    .filter(({ tool }) => tool === "GetClusterConfiguration")
    .flatMap(({ value }) => listAt(value, "nodes"))
    .map((node) => ({
      kind: "Node",
      metadata: { name: textAt(node, "name"), labels: textsAt(node, "labels") },
      spec: {},
      status: {
        conditions: [
          { type: "Ready", status: textAt(node, "status") === "Ready" ? "True" : "False" },
          ...Object.entries(textsAt(node, "conditions")).map(([type, status]) => ({ type, status })),
        ],
        allocatable: fieldsAt(node, "allocatable_resources"),
      },
    }));
}

const byId = (objects: readonly Fields[]): Map<EntityId, Fields> => new Map(objects.map((object) => [identify(object), object]));

function aged(object: Fields, created: Instant | undefined): Fields {
  const known = textAt(object, "metadata", "creationTimestamp");
  return known !== "" || created === undefined
    ? object
    : { ...object, metadata: { ...fieldsAt(object, "metadata"), creationTimestamp: created } };
}

/** Reads every object that a recording tells of. */
export function readEstate(recording: Recording): Estate {
  const lists = listsOf(recording);
  const created = ages(lists, recording);
  const texts = byId([...configuredNodes(recording), ...liveTexts(recording)]);
  const live = new Map([...texts].map(([id, object]) => [id, aged(object, created.get(id))]));
  const manifests = textCalls(recording.calls, "GetAppYAML").flatMap(({ text }) => manifestObjects(text));
  const declared = byId(manifests.map((object) => inNamespace(object, recording.namespace)));
  const listed = new Set(lists.flatMap(({ type }) => kindOfResource(type) ?? []));
  const named = lists.flatMap(({ type, rows }) =>
    rows.map((row) => idOfResource(type, recording.namespace, (row["NAME"] ?? "").split(" ")[0] ?? "")),
  );
  const ports = new Map([...live].filter(([id]) => entityParts(id).kind === "service").map(([id, service]) => [id, offeredPorts(service)]));
  return { live, declared, listed, existing: { kinds: listed, ids: new Set([...named, ...live.keys()]), ports } };
}

/** All objects as evidence, live and declared. */
export function objectsOf(estate: Estate, recording: Recording): ClusterObject[] {
  const convert = (view: ClusterObject["view"]) => (object: Fields) =>
    clusterObject(object, view, refsOf(object, estate.existing, recording.namespace));
  const all = [...[...estate.live.values()].map(convert("live")), ...[...estate.declared.values()].map(convert("declared"))];
  return all.sort((a, b) => byCodeUnit(a.entity, b.entity) || byCodeUnit(a.view, b.view));
}

interface Told {
  readonly place: EntityId;
  readonly objects: readonly ClusterObject[];
  readonly kinds: readonly string[];
}

function answerOf({ source, collectedAt: at }: Recording, { place, objects, kinds }: Told): Answer[] {
  if (kinds.length === 0) return [];
  const question = { about: "objects" as const, kinds: [...kinds].sort(byCodeUnit), in: place, as_of: at };
  const by_kind = Object.fromEntries(question.kinds.map((kind) => [kind, "answered" as const]));
  const coverage = { from: at, to: at, complete: true, missing_share: 0, as_of: "then" as const, by_kind };
  const data = { about: "objects" as const, objects: [...objects] };
  return [{ id: evidenceId(question, source), source, question, asked: [], kind: "answered", data, coverage }];
}

/** The kinds of the objects, and those that were listed without there being any. */
function kindsAmong(objects: readonly ClusterObject[], listed: readonly string[]): string[] {
  return [...new Set([...objects.map(({ entity }) => entityParts(entity).kind), ...listed])];
}

// What stands in no namespace is listed for the whole cluster.
const clusterWide: ReadonlySet<string> = new Set(["node", "volume", "storageclass", "namespace"]);

function inPlaces(objects: readonly ClusterObject[], recording: Recording, listed: readonly string[]): Answer[] {
  const inside = objects.filter(({ entity }) => entityParts(entity).namespace === recording.namespace);
  const outside = objects.filter(({ entity }) => entityParts(entity).namespace === "");
  const own = listed.filter((kind) => !clusterWide.has(kind));
  const wide = listed.filter((kind) => clusterWide.has(kind));
  return [
    ...answerOf(recording, { place: namespaceId(recording.namespace), objects: inside, kinds: kindsAmong(inside, own) }),
    ...answerOf(recording, { place: clusterId, objects: outside, kinds: kindsAmong(outside, wide) }),
  ];
}

/**
 * What stands in the namespace, and what stands in none, as the cluster has it; and the same as the manifests declare it, which
 * is another source's word: a cluster does not know what it was never given.
 */
export function objectAnswers(objects: readonly ClusterObject[], estate: Estate, recording: Recording): Answer[] {
  const seen = (view: ClusterObject["view"]) => objects.filter((object) => object.view === view);
  const manifests = { ...recording, source: `${recording.source} manifests` };
  return [...inPlaces(seen("live"), recording, [...estate.listed]), ...inPlaces(seen("declared"), manifests, [])];
}
