import type { EntityId, ObjectRef } from "@sre/contracts/evidence";
import { addressOf, addressValue, type Address } from "./addresses.ts";
import { secretTexts } from "./clean.ts";
import { fieldsAt, listAt, numberAt, textAt, textsAt, type Fields } from "./fields.ts";
import { idOf, kindOf } from "./kinds.ts";
import { routesIn } from "./routes.ts";

/** What was listed: a thing of a listed kind that is not among them does not exist. */
export interface Existing {
  readonly kinds: ReadonlySet<string>;
  readonly ids: ReadonlySet<EntityId>;
  /** Ports of the Services by id: numbers and names. */
  readonly ports: ReadonlyMap<EntityId, ReadonlySet<string>>;
}

interface Target {
  readonly path: string;
  readonly apiKind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly optional?: boolean;
  readonly port?: number | string | null;
}

/** The pod spec in an object: its own or its template's. */
export function podSpecIn(object: Fields): Fields {
  const template = fieldsAt(object, "spec", "template", "spec");
  return "containers" in template ? template : fieldsAt(object, "spec");
}

const isOptional = (fields: Fields): boolean => fields["optional"] === true;

function volumeTargets(volume: Fields): Target[] {
  const path = `volumes[${textAt(volume, "name")}]`;
  const [config, secret] = [fieldsAt(volume, "configMap"), fieldsAt(volume, "secret")];
  return [
    { path: `${path}.configMap`, apiKind: "ConfigMap", name: textAt(config, "name"), optional: isOptional(config) },
    { path: `${path}.secret`, apiKind: "Secret", name: textAt(secret, "secretName"), optional: isOptional(secret) },
    { path: `${path}.persistentVolumeClaim`, apiKind: "PersistentVolumeClaim", name: textAt(volume, "persistentVolumeClaim", "claimName") },
  ];
}

function environmentTargets(container: Fields): Target[] {
  const path = `containers[${textAt(container, "name")}]`;
  const named = (where: string, apiKind: string, ref: Fields): Target => ({
    path: where,
    apiKind,
    name: textAt(ref, "name"),
    optional: isOptional(ref),
  });
  const sources = listAt(container, "envFrom").flatMap((entry, i) => [
    named(`${path}.envFrom[${i}]`, "ConfigMap", fieldsAt(entry, "configMapRef")),
    named(`${path}.envFrom[${i}]`, "Secret", fieldsAt(entry, "secretRef")),
  ]);
  const single = listAt(container, "env").flatMap((entry) => [
    named(`${path}.env[${textAt(entry, "name")}]`, "ConfigMap", fieldsAt(entry, "valueFrom", "configMapKeyRef")),
    named(`${path}.env[${textAt(entry, "name")}]`, "Secret", fieldsAt(entry, "valueFrom", "secretKeyRef")),
  ]);
  return [...sources, ...single];
}

// A host that no dot or only the cluster's own suffix follows is the name of a Service; others may lie anywhere.
function serviceTarget(path: string, address: Address, own: string): Target[] {
  const found = /^([a-z][a-z0-9-]*)(?:\.(?!local$)([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?)?$/.exec(address.host);
  if (!found || found[1] === "localhost") return [];
  return [{ path, apiKind: "Service", namespace: found[2] ?? own, name: found[1] ?? "", optional: true, port: address.port }];
}

function addressTargets(container: Fields, own: string): Target[] {
  return listAt(container, "env").flatMap((entry) => {
    const [name, value] = [textAt(entry, "name"), textAt(entry, "value")];
    const path = `containers[${textAt(container, "name")}].env[${name}]`;
    const addresses = (addressValue(name, value) ?? "").split(",").flatMap((part) => addressOf(part) ?? []);
    return addresses.flatMap((address) => serviceTarget(path, address, own));
  });
}

/** Settings that come in pairs (X_HOST and X_PORT) or as one address point to Services too. */
function settingTargets(texts: Readonly<Record<string, string>>, own: string): Target[] {
  return Object.entries(texts).flatMap(([key, value]) => {
    const stem = /^(.*[_.-])(?:HOST|HOSTNAME|ADDR|ADDRESS)$/i.exec(key)?.[1];
    const port =
      stem === undefined ? undefined : Object.entries(texts).find(([name]) => name.toLowerCase() === `${stem}port`.toLowerCase())?.[1];
    const addresses = (addressValue(key, value) ?? "").split(",").flatMap((part) => addressOf(part) ?? []);
    return addresses.flatMap(({ host, port: named }) => {
      const stated = named ?? (port !== undefined && /^\d{1,5}$/.test(port) ? Number(port) : null);
      return serviceTarget(`data[${key}]`, { host, port: stated }, own);
    });
  });
}

function routeTargets(object: Fields, own: string): Target[] {
  return Object.entries(textsAt(object, "data")).flatMap(([key, text]) =>
    routesIn(text).flatMap(({ path, to }) => serviceTarget(`data[${key}].routes[${path}]`, to, own)),
  );
}

function podTargets(object: Fields, own: string): Target[] {
  const spec = podSpecIn(object);
  const containers = [...listAt(spec, "initContainers"), ...listAt(spec, "containers")];
  return [
    ...listAt(spec, "volumes").flatMap(volumeTargets),
    ...containers.flatMap(environmentTargets),
    ...containers.flatMap((container) => addressTargets(container, own)),
    ...listAt(spec, "imagePullSecrets").map((pull, i): Target => ({
      path: `imagePullSecrets[${i}]`,
      apiKind: "Secret",
      name: textAt(pull, "name"),
    })),
    { path: "serviceAccountName", apiKind: "ServiceAccount", name: textAt(spec, "serviceAccountName") },
    { path: "nodeName", apiKind: "Node", name: textAt(spec, "nodeName") },
  ];
}

function targetsOf(object: Fields, own: string): Target[] {
  switch (textAt(object, "kind")) {
    case "ConfigMap":
      return [...routeTargets(object, own), ...settingTargets(textsAt(object, "data"), own)];
    case "Secret":
      return settingTargets(secretTexts(object), own);
    case "PersistentVolumeClaim":
      return [
        { path: "spec.volumeName", apiKind: "PersistentVolume", name: textAt(object, "spec", "volumeName") },
        { path: "spec.storageClassName", apiKind: "StorageClass", name: textAt(object, "spec", "storageClassName") },
      ];
    case "PersistentVolume": {
      const claim = fieldsAt(object, "spec", "claimRef");
      return [
        { path: "spec.claimRef", apiKind: "PersistentVolumeClaim", namespace: textAt(claim, "namespace"), name: textAt(claim, "name") },
      ];
    }
    case "ServiceAccount":
      return [...listAt(object, "imagePullSecrets"), ...listAt(object, "spec", "imagePullSecrets")].map((pull, i) => ({
        path: `imagePullSecrets[${i}]`,
        apiKind: "Secret",
        name: textAt(pull, "name"),
      }));
    case "Service":
    case "EndpointSlice":
    case "NetworkPolicy":
    case "Node":
      return [];
    default:
      return podTargets(object, own);
  }
}

/** What an object names, and whether that exists; null where its kind was not listed in that namespace. */
export function refsOf(object: Fields, existing: Existing, listedNamespace: string): ObjectRef[] {
  const own = textAt(object, "metadata", "namespace");
  const refs = targetsOf(object, own)
    .filter(({ name }) => name !== "")
    .map(({ path, apiKind, namespace = own, name, optional = false, port }): ObjectRef => {
      const to = idOf({ apiKind, namespace, name });
      const listed = existing.kinds.has(kindOf(apiKind)) && (to.split("/")[1] === "" || namespace === listedNamespace);
      const exists = existing.ids.has(to) ? true : listed ? false : null;
      const ports = existing.ports.get(to);
      const offered = ports && port !== null && port !== undefined ? { port_offered: ports.has(String(port)) } : {};
      return { path, to, optional, exists, ...offered };
    });
  return [...new Map(refs.map((ref) => [`${ref.path} ${ref.to}`, ref])).values()];
}

/** The ports that a Service offers, by number and by name. */
export function offeredPorts(service: Fields): Set<string> {
  return new Set(
    listAt(service, "spec", "ports").flatMap((port) =>
      [String(numberAt(port, "port") ?? ""), textAt(port, "name")].filter((one) => one !== ""),
    ),
  );
}
