import { evidenceLimits, type ClusterObject } from "@sre/contracts/evidence";
import { cutText, redact, redactArguments } from "../redact.ts";
import { addressesIn, addressOf } from "./addresses.ts";
import { at, fieldsAt, instantAt, isFields, listAt, numberAt, textAt, textsAt, type Fields } from "./fields.ts";
import { idOf, ownerOf, type KubernetesKind } from "./kinds.ts";

const depthMax = 14;
const messageCharactersMax = 1_000;
const dropped: ReadonlySet<string> = new Set(["managedFields", "annotations", "httpHeaders", "selfLink"]);

/** An environment variable: what it refers to, or the address it holds. Any other value is only known to be set, and how long it is. */
function environment(entry: unknown): unknown {
  if (!isFields(entry)) return {};
  const [name, value] = [textAt(entry, "name"), entry["value"]];
  if (typeof value !== "string") return entry;
  const address = addressOf(name, value);
  return address === null ? { name, value_bytes: Buffer.byteLength(value) } : { name, value: address };
}

function cleaned(value: unknown, key: string, depth: number): unknown {
  if (depth > depthMax) return null;
  if (Array.isArray(value)) {
    if (key === "env") return value.map(environment);
    if (key === "command" || key === "args") return redactArguments(value.map(String)).map((word) => cutText(word, messageCharactersMax));
    return value.map((inner) => cleaned(inner, key, depth + 1));
  }
  if (isFields(value)) {
    const kept = Object.entries(value).filter(([name]) => !dropped.has(name));
    return Object.fromEntries(kept.map(([name, inner]) => [name, cleaned(inner, name, depth + 1)]));
  }
  if (typeof value !== "string") return value;
  if (key === "message") return cutText(redact(value), messageCharactersMax);
  return value;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  const clean = cleaned(value, "", 0);
  return isFields(clean) ? { ...clean } : {};
}

/** Some objects keep what they hold beside `spec`; of settings only names, lengths and addresses are taken, of secrets no address either. */
function specOf(kind: KubernetesKind, object: Fields): Record<string, unknown> {
  if (kind.kind === "config") {
    const texts = Object.entries(textsAt(object, "data")).map(([key, text]) => [key, setting(key, text)] as const);
    const binary = Object.keys(fieldsAt(object, "binaryData")).map((key) => [key, {}] as const);
    return { keys: Object.fromEntries([...texts, ...binary]) };
  }
  if (kind.kind === "secret") {
    const bytes = Object.entries(textsAt(object, "data")).map(([key, text]) => [key, Buffer.from(text, "base64").length]);
    return { type: textAt(object, "type"), keys: Object.fromEntries(bytes) };
  }
  if (kind.kind === "endpoints")
    return fieldsOf({ addressType: object["addressType"], endpoints: object["endpoints"] ?? [], ports: object["ports"] ?? [] });
  if (kind.kind === "identity") return fieldsOf({ imagePullSecrets: object["imagePullSecrets"] ?? [] });
  if (kind.kind === "storageclass") return fieldsOf({ provisioner: object["provisioner"], volumeBindingMode: object["volumeBindingMode"] });
  return fieldsOf(object["spec"]);
}

function setting(key: string, text: string): Record<string, unknown> {
  const bytes = Buffer.byteLength(text);
  const whole = addressOf(key, text);
  if (whole !== null) return { bytes, value: whole };
  const addresses = addressesIn(text);
  return addresses.length > 0 ? { bytes, addresses } : { bytes };
}

interface Shrinking {
  readonly items: number;
  readonly characters: number;
  readonly depth: number;
}

const shrinkings: readonly Shrinking[] = [
  { items: 40, characters: 500, depth: 12 },
  { items: 10, characters: 160, depth: 8 },
  { items: 4, characters: 80, depth: 5 },
];

function shrunk(value: unknown, by: Shrinking, depth = 0): unknown {
  if (typeof value === "string") return value.length > by.characters ? `${value.slice(0, by.characters)}…` : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth >= by.depth) return null;
  if (Array.isArray(value)) return value.slice(0, by.items).map((inner) => shrunk(inner, by, depth + 1));
  const entries = Object.entries(value).slice(0, by.items);
  return Object.fromEntries(entries.map(([key, inner]) => [key, shrunk(inner, by, depth + 1)]));
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** The object within the size limit of one: first shorter texts and lists, in the end its conditions alone, and it says that it was cut. */
export function bounded(object: ClusterObject): ClusterObject {
  if (bytesOf(object) <= evidenceLimits.objectBytesMax) return object;
  for (const by of shrinkings) {
    const [spec, status, labels] = [object.spec, object.status, object.labels].map((part) => shrunk(part, by));
    // Shrinking keeps objects objects and texts texts.
    const smaller = {
      ...object,
      spec: { ...(spec as Fields), cut: true },
      status: status as Record<string, unknown>,
      labels: labels as Record<string, string>,
      refs: object.refs.slice(0, by.items),
    };
    if (bytesOf(smaller) <= evidenceLimits.objectBytesMax) return smaller;
  }
  const conditions = listAt(object.status, "conditions")
    .slice(0, 10)
    .map((condition) => shrunk(condition, { items: 8, characters: 120, depth: 2 }));
  return { ...object, spec: { cut: true }, status: { conditions }, labels: {}, refs: [] };
}

/** An object of the API server as evidence: identity, labels, spec and status without what may be secret. Its refs are added later. */
export function clusterObject(cluster: string, kind: KubernetesKind, object: Fields): ClusterObject {
  const [namespace, name] = [textAt(object, "metadata", "namespace"), textAt(object, "metadata", "name")];
  const generation = numberAt(object, "metadata", "generation");
  return {
    entity: idOf(cluster, { apiKind: kind.apiKind, namespace, name }),
    view: "live",
    api_kind: kind.apiKind,
    generation: generation !== null && Number.isInteger(generation) ? generation : null,
    created_at: instantAt(object, "metadata", "creationTimestamp"),
    owner: ownerOf(cluster, object),
    labels: { ...textsAt(object, "metadata", "labels") },
    spec: specOf(kind, object),
    status: kind.kind === "secret" ? {} : { ...fieldsOf(object["status"]), ...deletion(object) },
    refs: [],
  };
}

// An object that is being deleted looks healthy in everything else.
function deletion(object: Fields): Record<string, unknown> {
  const since = at(object, "metadata", "deletionTimestamp");
  return typeof since === "string" ? { deletionTimestamp: since } : {};
}
