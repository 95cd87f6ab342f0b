import { evidenceLimits, type ClusterObject, type EntityId } from "@sre/contracts/evidence";
import { cutText, redact } from "@sre/evidence";
import { addressesIn, addressValue, withDefaults } from "./addresses.ts";
import { fieldsAt, isFields, listAt, textAt, textsAt, type Fields } from "./fields.ts";
import { idOf } from "./kinds.ts";
import { routesIn } from "./routes.ts";
import { zonedInstant } from "./time.ts";

/* What the live source keeps of an object: spec and status without what may be secret. */

const depthMax = 14;
const textCharactersMax = 1_000;
const dropped: ReadonlySet<string> = new Set(["managedFields", "annotations", "httpHeaders", "uid", "resourceVersion"]);

function environment(entry: unknown): unknown {
  const [name, value] = [textAt(entry, "name"), textAt(entry, "value")];
  if (value === "") return entry;
  const address = addressValue(name, value);
  return address === null ? { name, value_bytes: Buffer.byteLength(value) } : { name, value: address };
}

function cleaned(value: unknown, key: string, depth: number): unknown {
  if (depth > depthMax) return null;
  if (Array.isArray(value)) return value.map((inner) => (key === "env" ? environment(inner) : cleaned(inner, key, depth + 1)));
  if (isFields(value)) {
    const kept = Object.entries(value).filter(([name]) => !dropped.has(name));
    return Object.fromEntries(kept.map(([name, inner]) => [name, cleaned(inner, name, depth + 1)]));
  }
  return typeof value === "string" ? cutText(redact(value), textCharactersMax) : value;
}

const cleanFields = (value: unknown): Record<string, unknown> => {
  const clean = cleaned(value, "", 0);
  return isFields(clean) ? { ...clean } : {};
};

function setting(key: string, text: string): Record<string, unknown> {
  const bytes = Buffer.byteLength(text);
  const whole = addressValue(key, text);
  if (whole !== null) return { bytes, value: whole };
  const addresses = addressesIn(withDefaults(text));
  const routes = routesIn(text).map(({ id, path, to }) => ({ id, path, to: to.port === null ? to.host : `${to.host}:${to.port}` }));
  return { bytes, ...(addresses.length > 0 ? { addresses } : {}), ...(routes.length > 0 ? { routes } : {}) };
}

/** What a secret holds, by key, in whichever of its three forms; callers never store it. */
export function secretTexts(object: Fields): Record<string, string> {
  const encoded = Object.entries(textsAt(object, "data")).map(
    ([key, text]) => [key, Buffer.from(text, "base64").toString("utf8")] as const,
  );
  return { ...Object.fromEntries(encoded), ...textsAt(object, "stringData") };
}

function secretSpec(object: Fields): Record<string, unknown> {
  const lengths = Object.entries(secretTexts(object)).map(([key, text]) => [key, Buffer.byteLength(text)]);
  return { type: textAt(object, "type"), keys: { ...fieldsAt(object, "bytes"), ...Object.fromEntries(lengths) } };
}

// Some kinds keep what they hold beside `spec`.
function specOf(object: Fields): Record<string, unknown> {
  switch (textAt(object, "kind")) {
    case "ConfigMap":
      return { keys: Object.fromEntries(Object.entries(textsAt(object, "data")).map(([key, text]) => [key, setting(key, text)])) };
    case "Secret":
      return secretSpec(object);
    case "EndpointSlice":
      return cleanFields({ addressType: object["addressType"], endpoints: listAt(object, "endpoints"), ports: listAt(object, "ports") });
    case "ServiceAccount":
      return cleanFields(object["spec"] ?? { imagePullSecrets: listAt(object, "imagePullSecrets"), secrets: listAt(object, "secrets") });
    default:
      return cleanFields(object["spec"]);
  }
}

/** The one that controls an object. A ReplicaSet's pods belong to its Deployment, which the template's hash in the name tells. */
function ownerOf(object: Fields): EntityId | null {
  const owners = listAt(object, "metadata", "ownerReferences");
  const owner = owners.find((one) => one["controller"] === true) ?? owners[0];
  if (owner === undefined) return null;
  const [apiKind, name, namespace] = [textAt(owner, "kind"), textAt(owner, "name"), textAt(object, "metadata", "namespace")];
  const hash = textAt(object, "metadata", "labels", "pod-template-hash");
  const byHash = apiKind === "ReplicaSet" && hash !== "" && name.endsWith(`-${hash}`);
  return byHash ? idOf({ apiKind: "Deployment", namespace, name: name.slice(0, -hash.length - 1) }) : idOf({ apiKind, namespace, name });
}

/** The id of an object of the API. */
export function identify(object: Fields): EntityId {
  const [apiKind, namespace, name] = [textAt(object, "kind"), textAt(object, "metadata", "namespace"), textAt(object, "metadata", "name")];
  return idOf({ apiKind, namespace, name });
}

function withinLimit(object: ClusterObject): ClusterObject {
  if (Buffer.byteLength(JSON.stringify(object)) <= evidenceLimits.objectBytesMax) return object;
  return { ...object, spec: { cut: true, replicas: object.spec["replicas"] ?? null }, refs: object.refs.slice(0, 20) };
}

/** An object as evidence: identity, labels, spec and status without what may be secret, and what it refers to. */
export function clusterObject(object: Fields, view: ClusterObject["view"], refs: ClusterObject["refs"]): ClusterObject {
  const generation = fieldsAt(object, "metadata")["generation"];
  const leaving = textAt(object, "metadata", "deletionTimestamp");
  const secret = textAt(object, "kind") === "Secret";
  return withinLimit({
    entity: identify(object),
    view,
    api_kind: textAt(object, "kind"),
    generation: typeof generation === "number" ? generation : null,
    created_at: zonedInstant(textAt(object, "metadata", "creationTimestamp")),
    owner: ownerOf(object),
    labels: { ...textsAt(object, "metadata", "labels") },
    spec: specOf(object),
    status: { ...(secret ? {} : cleanFields(object["status"])), ...(leaving === "" ? {} : { deletionTimestamp: leaving }) },
    refs,
  });
}
