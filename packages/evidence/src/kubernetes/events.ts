import { byCodeUnit, canonicalJson } from "@sre/contracts/canonical";
import { entityParts, type ClusterEvent, type EntityId, type QuestionOf } from "@sre/contracts/evidence";
import { cutText, redact } from "../redact.ts";
import { SourceFailure, type Asking, type Found } from "../source.ts";
import type { Listed, ListReader, ListRequest } from "./client.ts";
import { instantAt, numberAt, textAt, type Fields } from "./fields.ts";
import { idOf, ownerOf } from "./kinds.ts";
import { placeOf, type Estate } from "./objects.ts";
import { readKinds } from "./read-kinds.ts";

/** The API server forgets events after this time by default (`--event-ttl`), in milliseconds. */
const eventRetentionMs = 3_600_000;
const messageCharactersMax = 1_000;
const eventsMax = 5_000;

/** Events stand in two APIs at once, and a reader may be allowed either. */
async function listEvents(reader: ListReader, place: string, fieldSelector?: string): Promise<Listed> {
  const core: ListRequest = { path: `/api/v1${place}/events`, ...(fieldSelector ? { fieldSelector } : {}) };
  try {
    return await reader.list(core);
  } catch (error) {
    if (!(error instanceof SourceFailure) || error.because !== "denied") throw error;
    // Field selectors have other names there, so the whole place is read and filtered.
    return await reader.list({ path: `/apis/events.k8s.io/v1${place}/events` });
  }
}

function regarding(event: Fields): Fields {
  const core = event["involvedObject"] ?? event["regarding"];
  return typeof core === "object" && core !== null ? (core as Fields) : {};
}

/** One event of either API as evidence; null when it lacks what makes an event. */
function clusterEvent(cluster: string, event: Fields): ClusterEvent | null {
  const thing = regarding(event);
  const [apiKind, name] = [textAt(thing, "kind"), textAt(thing, "name")];
  const created = instantAt(event, "metadata", "creationTimestamp");
  const first =
    instantAt(event, "firstTimestamp") ?? instantAt(event, "deprecatedFirstTimestamp") ?? instantAt(event, "eventTime") ?? created;
  const last =
    instantAt(event, "series", "lastObservedTime") ??
    instantAt(event, "lastTimestamp") ??
    instantAt(event, "deprecatedLastTimestamp") ??
    first;
  if (apiKind === "" || name === "" || first === null || last === null) return null;
  const count = numberAt(event, "series", "count") ?? numberAt(event, "count") ?? numberAt(event, "deprecatedCount") ?? 1;
  return {
    entity: idOf(cluster, { apiKind, namespace: textAt(thing, "namespace"), name }),
    reason: textAt(event, "reason"),
    message: cutText(redact(textAt(event, "message") || textAt(event, "note")), messageCharactersMax),
    type: textAt(event, "type") === "Warning" ? "Warning" : "Normal",
    count: Math.max(1, Math.round(count)),
    first_at: first,
    last_at: last < first ? first : last,
    from: textAt(event, "source", "component") || textAt(event, "reportingComponent") || textAt(event, "reportingController"),
  };
}

const ownedKinds: Readonly<Record<string, readonly string[]>> = {
  deployment: ["replicaset", "pod"],
  statefulset: ["pod"],
  daemonset: ["pod"],
  replicaset: ["pod"],
  cronjob: ["job", "pod"],
  job: ["pod"],
};

/** The thing itself and what it owns, so that a workload's events tell of its pods; pods that are gone already go by their owner's name. */
async function belongsTo(estate: Estate, asking: Asking, thing: EntityId): Promise<(entity: EntityId) => boolean> {
  const { kind, namespace, name } = entityParts(thing);
  if (kind === "namespace") return () => true;
  if (kind === "cluster") return (entity) => entityParts(entity).namespace === "";
  const kinds = ownedKinds[kind];
  if (!kinds) return (entity) => entity === thing;
  const owned = new Set([thing]);
  const read = await readKinds(estate.reader, asking, { kinds, place: { namespace } }).catch(() => null);
  for (const [each, items] of read?.items ?? []) {
    for (const object of items) {
      const owner = ownerOf(estate.cluster, object);
      if (owner !== null && owned.has(owner))
        owned.add(idOf(estate.cluster, { apiKind: each, namespace, name: textAt(object, "metadata", "name") }));
    }
  }
  return (entity) => {
    const other = entityParts(entity);
    const generated =
      other.namespace === namespace &&
      kinds.includes(other.kind) &&
      other.name.startsWith(`${name}-`) &&
      /^-[a-z0-9]{1,10}(-[a-z0-9]{5})?$/.test(other.name.slice(name.length));
    return owned.has(entity) || generated;
  };
}

function listFor(estate: Estate, thing: EntityId): Promise<Listed> {
  const { kind, name } = entityParts(thing);
  const place = placeOf(thing);
  if ("namespace" in place)
    return listEvents(
      estate.reader,
      `/namespaces/${encodeURIComponent(place.namespace)}`,
      kind === "pod" ? `involvedObject.kind=Pod,involvedObject.name=${name}` : undefined,
    );
  if (kind === "cluster") return clusterEvents(estate.reader);
  return clusterEvents(estate.reader, `involvedObject.kind=${kind === "volume" ? "PersistentVolume" : "Node"},involvedObject.name=${name}`);
}

// Events about things without a namespace are written to "default": enough where the whole cluster may not be read.
async function clusterEvents(reader: ListReader, fieldSelector?: string): Promise<Listed> {
  try {
    return await listEvents(reader, "", fieldSelector);
  } catch (error) {
    if (!(error instanceof SourceFailure) || error.because !== "denied") throw error;
    return await listEvents(reader, "/namespaces/default", fieldSelector);
  }
}

/** Events about a namespace, one thing with what it owns, or the cluster's own things, that fall into the window. */
export async function readEvents(estate: Estate, asking: Asking, question: QuestionOf<"events">): Promise<Found> {
  const asOfMs = Math.min(Date.parse(asking.context.asOf), Date.parse(question.window.to));
  const fromMs = Date.parse(question.window.from);
  const [listed, belongs] = await Promise.all([listFor(estate, question.in), belongsTo(estate, asking, question.in)]);
  asking.asked.push(...listed.asked);
  const asOf = new Date(asOfMs).toISOString();
  const events = listed.items
    .flatMap((event) => clusterEvent(estate.cluster, event) ?? [])
    .filter((event) => belongs(event.entity) && Date.parse(event.last_at) >= fromMs && Date.parse(event.first_at) <= asOfMs)
    .map((event) => (Date.parse(event.last_at) > asOfMs ? { ...event, last_at: asOf } : event))
    .sort((a, b) => byCodeUnit(b.last_at, a.last_at) || byCodeUnit(canonicalJson(a), canonicalJson(b)));
  const keptFromMs = Math.min(asOfMs, Math.max(fromMs, estate.nowMs - eventRetentionMs));
  const missing = asOfMs > fromMs ? (keptFromMs - fromMs) / (asOfMs - fromMs) : 0;
  const cut = listed.more || events.length > eventsMax;
  return {
    data: { about: "events", events: events.slice(0, eventsMax) },
    coverage: {
      from: new Date(keptFromMs).toISOString(),
      to: asOf,
      complete: !cut && missing === 0,
      missing_share: missing,
      ...(cut ? { truncated_by: "rows" } : {}),
      as_of: "then",
    },
  };
}
