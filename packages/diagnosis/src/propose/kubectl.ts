import type { EntityId } from "@sre/contracts/evidence";
import { partsOf } from "../entities.ts";

/* How kubectl names what is acted on. */

// The kinds of this product that Kubernetes calls otherwise.
const resources: Readonly<Record<string, string>> = {
  config: "configmap",
  claim: "persistentvolumeclaim",
  volume: "persistentvolume",
  quota: "resourcequota",
  identity: "serviceaccount",
  policy: "networkpolicy",
  autoscaler: "horizontalpodautoscaler",
  budget: "poddisruptionbudget",
};

// prettier-ignore
const namespaced: ReadonlySet<string> = new Set([
  "service", "deployment", "statefulset", "daemonset", "job", "cronjob", "replicaset", "pod", "ingress", "secret", "config", "claim", "quota", "identity", "policy", "autoscaler", "budget",
]);
const clusterWide: ReadonlySet<string> = new Set(["node", "namespace", "volume"]);

/** Whether kubectl can name it: a database, an external service or a service of no known namespace it cannot. */
export function isAddressable(target: EntityId): boolean {
  const { kind, namespace } = partsOf(target);
  return clusterWide.has(kind) || (namespaced.has(kind) && namespace !== "");
}

/** The words of a kubectl command in the cluster and namespace of a thing. The name of a cluster is taken for that of its context. */
export function kubectl(target: EntityId, words: readonly string[]): string[] {
  const { cluster, kind, name, namespace: around } = partsOf(target);
  const namespace = kind === "namespace" ? name : around;
  return ["kubectl", ...(cluster === "" ? [] : ["--context", cluster]), ...(namespace === "" ? [] : ["--namespace", namespace]), ...words];
}

/** The words of a kubectl command about the cluster of a thing, such as its nodes. */
export function kubectlInCluster(target: EntityId, words: readonly string[]): string[] {
  const { cluster } = partsOf(target);
  return ["kubectl", ...(cluster === "" ? [] : ["--context", cluster]), ...words];
}

/** "deployment/checkout". */
export function typed(target: EntityId): string {
  const { kind, name } = partsOf(target);
  return `${resources[kind] ?? kind}/${name}`;
}

/** A word of a shell command: quoted unless it is plainly harmless. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
