import { entityParts, type ClusterObject, type EntityId, type ObjectRef } from "@sre/contracts/evidence";
import { fieldsAt, listAt, numberAt, textAt, type Fields } from "./fields.ts";
import { idOf } from "./kinds.ts";
import { needsOf, podSpecOf } from "./pod-template.ts";

/** What is known to exist: the ids of the kinds that were listed completely. */
export interface Existing {
  readonly cluster: string;
  readonly kinds: ReadonlySet<string>;
  readonly ids: ReadonlySet<EntityId>;
  /** The listed Services by id, for the ports that they offer. */
  readonly services: ReadonlyMap<EntityId, Fields>;
}

interface Target {
  readonly path: string;
  readonly apiKind: string;
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

function targetsOf(apiKind: string, object: Fields): Target[] {
  if (apiKind === "Ingress") return backendTargets(object);
  if (apiKind === "HorizontalPodAutoscaler") {
    const target = fieldsAt(object, "spec", "scaleTargetRef");
    return [{ path: "spec.scaleTargetRef", apiKind: textAt(target, "kind"), name: textAt(target, "name") }];
  }
  if (apiKind === "PersistentVolumeClaim")
    return [{ path: "spec.volumeName", apiKind: "PersistentVolume", name: textAt(object, "spec", "volumeName") }];
  const governing: Target[] =
    apiKind === "StatefulSet" ? [{ path: "spec.serviceName", apiKind: "Service", name: textAt(object, "spec", "serviceName") }] : [];
  return [...governing, ...needsOf(podSpecOf(object))];
}

function offers(service: Fields, port: number | string): boolean {
  return listAt(service, "spec", "ports").some((one) => one["port"] === port || one["name"] === port);
}

/** What an object names, and whether that exists: null when its kind was not listed, or not to the end. */
export function refsOf(object: Fields, evidence: ClusterObject, existing: Existing): ObjectRef[] {
  const { namespace } = entityParts(evidence.entity);
  const targets = targetsOf(evidence.api_kind, object).filter((target) => target.apiKind !== "" && target.name !== "");
  const refs = targets.map((target): ObjectRef => {
    const to = idOf(existing.cluster, { apiKind: target.apiKind, namespace, name: target.name });
    const exists = existing.ids.has(to) ? true : existing.kinds.has(entityParts(to).kind) ? false : null;
    const service = existing.services.get(to);
    const port = service && target.port !== null && target.port !== undefined ? { port_offered: offers(service, target.port) } : {};
    return { path: target.path, to, optional: target.optional ?? false, exists, ...port };
  });
  return [...new Map(refs.map((ref) => [`${ref.path} ${ref.to}`, ref])).values()];
}
