import { entityId, type EntityId } from "@sre/contracts/evidence";
import { listAt, textAt, type Fields } from "./fields.ts";

/** How a kind of ours is called by the API server, and where its list stands. */
export interface KubernetesKind {
  readonly kind: string;
  readonly apiKind: string;
  /** "/api/v1" or "/apis/group/version". */
  readonly api: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const row = (kind: string, apiKind: string, place: { api: string; plural: string; cluster?: true }): KubernetesKind => ({
  kind, apiKind, api: place.api, plural: place.plural, namespaced: !place.cluster,
}); // prettier-ignore

const [core, apps, batch] = ["/api/v1", "/apis/apps/v1", "/apis/batch/v1"] as const;
const networking = "/apis/networking.k8s.io/v1";

const rows: readonly KubernetesKind[] = [
  row("pod", "Pod", { api: core, plural: "pods" }),
  row("deployment", "Deployment", { api: apps, plural: "deployments" }),
  row("statefulset", "StatefulSet", { api: apps, plural: "statefulsets" }),
  row("daemonset", "DaemonSet", { api: apps, plural: "daemonsets" }),
  row("replicaset", "ReplicaSet", { api: apps, plural: "replicasets" }),
  row("job", "Job", { api: batch, plural: "jobs" }),
  row("cronjob", "CronJob", { api: batch, plural: "cronjobs" }),
  row("service", "Service", { api: core, plural: "services" }),
  row("endpoints", "EndpointSlice", { api: "/apis/discovery.k8s.io/v1", plural: "endpointslices" }),
  row("ingress", "Ingress", { api: networking, plural: "ingresses" }),
  row("policy", "NetworkPolicy", { api: networking, plural: "networkpolicies" }),
  row("claim", "PersistentVolumeClaim", { api: core, plural: "persistentvolumeclaims" }),
  row("volume", "PersistentVolume", { api: core, plural: "persistentvolumes", cluster: true }),
  row("config", "ConfigMap", { api: core, plural: "configmaps" }),
  row("secret", "Secret", { api: core, plural: "secrets" }),
  row("identity", "ServiceAccount", { api: core, plural: "serviceaccounts" }),
  row("storageclass", "StorageClass", { api: "/apis/storage.k8s.io/v1", plural: "storageclasses", cluster: true }),
  row("quota", "ResourceQuota", { api: core, plural: "resourcequotas" }),
  row("limitrange", "LimitRange", { api: core, plural: "limitranges" }),
  row("autoscaler", "HorizontalPodAutoscaler", { api: "/apis/autoscaling/v2", plural: "horizontalpodautoscalers" }),
  row("budget", "PodDisruptionBudget", { api: "/apis/policy/v1", plural: "poddisruptionbudgets" }),
  row("node", "Node", { api: core, plural: "nodes", cluster: true }),
  row("namespace", "Namespace", { api: core, plural: "namespaces", cluster: true }),
];

const byName = new Map(rows.flatMap((one) => [[one.kind, one] as const, [one.apiKind.toLowerCase(), one] as const]));
byName.set("service_object", byName.get("service") ?? rows[0]!);

/** A kind by our name or by its own in lower case; null when the cluster is never asked about it. */
export function kindNamed(name: string): KubernetesKind | null {
  return byName.get(name) ?? null;
}

/** A kind of the table above. Throws on a name that stands in no row: a mistake of the caller. */
export function known(name: string): KubernetesKind {
  const found = byName.get(name);
  if (!found) throw new Error(`no such kind: ${name}`);
  return found;
}

/** The id of a thing by its API kind; unknown kinds keep their own word in lower case. */
export function idOf(cluster: string, thing: { apiKind: string; namespace: string; name: string }): EntityId {
  const kind = byName.get(thing.apiKind.toLowerCase());
  const namespace = kind && !kind.namespaced ? "" : thing.namespace;
  return entityId({ cluster, namespace, kind: kind?.kind ?? thing.apiKind.toLowerCase(), name: thing.name });
}

/** The controlling owner of an object. A ReplicaSet's pods belong to its Deployment, which the template's hash in the name tells. */
export function ownerOf(cluster: string, object: Fields): EntityId | null {
  const owners = listAt(object, "metadata", "ownerReferences");
  const owner = owners.find((one) => one["controller"] === true) ?? owners[0];
  if (!owner) return null;
  const [apiKind, name] = [textAt(owner, "kind"), textAt(owner, "name")];
  if (apiKind === "" || name === "") return null;
  const namespace = textAt(object, "metadata", "namespace");
  const hash = textAt(object, "metadata", "labels", "pod-template-hash");
  if (apiKind === "ReplicaSet" && hash !== "" && name.endsWith(`-${hash}`))
    return idOf(cluster, { apiKind: "Deployment", namespace, name: name.slice(0, -hash.length - 1) });
  return idOf(cluster, { apiKind, namespace, name });
}
