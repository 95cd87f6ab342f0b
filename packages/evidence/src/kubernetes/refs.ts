import { entityParts, type ClusterObject, type EntityId, type ObjectRef } from "@sre/contracts/evidence";
import { fieldsAt, listAt, numberAt, textAt, type Fields } from "./fields.ts";
import { idOf } from "./kinds.ts";
import { needsOf, podSpecOf } from "./pod-template.ts";
import { servicesInSettings, servicesNamedBy } from "./service-refs.ts";

/** What is known to exist: the ids of the kinds that were listed completely. */
export interface Existing {
  readonly cluster: string;
  readonly kinds: ReadonlySet<string>;
  /** The one that was listed; null where all of them were. */
  readonly namespace: string | null;
  readonly ids: ReadonlySet<EntityId>;
  /** The listed Services by id, for the ports that they offer. */
  readonly services: ReadonlyMap<EntityId, Fields>;
}

interface Target {
  readonly path: string;
  readonly apiKind: string;
  /** Absent: that of the object which names it. */
  readonly namespace?: string;
  readonly name: string;
  readonly optional?: boolean;
  readonly port?: number | string | null;
}

function backendTargets(ingress: Fields): Target[] {
  const rules = listAt(ingress, "spec", "rules").flatMap((rule, r) =>
    listAt(rule, "http", "paths").map((path, p) => backend(path, `spec.rules[${r}].http.paths[${p}]`)),
  );
  return [backend({ backend: fieldsAt(ingress, "spec", "defaultBackend") }, "spec.defaultBackend"), ...rules];
}

function backend(path: Fields, where: string): Target {
  const service = fieldsAt(path, "backend", "service");
  return {
    path: where,
    apiKind: "Service",
    name: textAt(service, "name"),
    port: numberAt(service, "port", "number") ?? (textAt(service, "port", "name") || null),
  };
}

function claimTargets(claim: Fields): Target[] {
  return [
    { path: "spec.volumeName", apiKind: "PersistentVolume", name: textAt(claim, "spec", "volumeName") },
    { path: "spec.storageClassName", apiKind: "StorageClass", name: textAt(claim, "spec", "storageClassName") },
  ];
}

function volumeTargets(volume: Fields): Target[] {
  const claim = fieldsAt(volume, "spec", "claimRef");
  return [{ path: "spec.claimRef", apiKind: "PersistentVolumeClaim", namespace: textAt(claim, "namespace"), name: textAt(claim, "name") }];
}

function scaledTargets(autoscaler: Fields): Target[] {
  const target = fieldsAt(autoscaler, "spec", "scaleTargetRef");
  return [{ path: "spec.scaleTargetRef", apiKind: textAt(target, "kind"), name: textAt(target, "name") }];
}

function pullTargets(identity: Fields): Target[] {
  return listAt(identity, "imagePullSecrets").map((pull, i) => ({ path: `imagePullSecrets[${i}]`, apiKind: "Secret", name: textAt(pull, "name") })); // prettier-ignore
}

function podTargets(object: Fields, own: string): Target[] {
  const spec = podSpecOf(object);
  return [
    { path: "spec.serviceName", apiKind: "Service", name: textAt(object, "spec", "serviceName") },
    { path: "serviceAccountName", apiKind: "ServiceAccount", name: textAt(spec, "serviceAccountName") },
    ...needsOf(spec),
    ...servicesNamedBy(spec, own),
  ];
}

const targets: Readonly<Record<string, (object: Fields, own: string) => Target[]>> = {
  Ingress: backendTargets,
  HorizontalPodAutoscaler: scaledTargets,
  PersistentVolumeClaim: claimTargets,
  PersistentVolume: volumeTargets,
  ConfigMap: servicesInSettings,
  ServiceAccount: pullTargets,
};

function offers(service: Fields, port: number | string): boolean {
  return listAt(service, "spec", "ports").some((one) => one["port"] === port || one["name"] === port);
}

/** Whether a thing would have been listed if it existed. */
function isListed({ kinds, namespace }: Existing, id: EntityId): boolean {
  const parts = entityParts(id);
  return kinds.has(parts.kind) && (namespace === null || parts.namespace === "" || parts.namespace === namespace);
}

/** What an object names, and whether that exists: null when its kind was not listed, or not to the end. */
export function refsOf(object: Fields, evidence: ClusterObject, existing: Existing): ObjectRef[] {
  const own = entityParts(evidence.entity).namespace;
  const named = (targets[evidence.api_kind] ?? podTargets)(object, own).filter(({ apiKind, name }) => apiKind !== "" && name !== "");
  const refs = named.map((target): ObjectRef => {
    const to = idOf(existing.cluster, { apiKind: target.apiKind, namespace: target.namespace ?? own, name: target.name });
    const exists = existing.ids.has(to) ? true : isListed(existing, to) ? false : null;
    const service = existing.services.get(to);
    const port = service && target.port !== null && target.port !== undefined ? { port_offered: offers(service, target.port) } : {};
    return { path: target.path, to, optional: target.optional ?? false, exists, ...port };
  });
  return [...new Map(refs.map((ref) => [`${ref.path} ${ref.to}`, ref])).values()];
}
