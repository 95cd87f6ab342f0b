import type { Instant } from "@sre/contracts/evidence";
import { textAt, type Fields } from "../fields.ts";
import { accountOf, configOf, namespaceOf, nodeOf, secretOf } from "./describe-cluster.ts";
import { endpointsOf, policyOf, serviceOf } from "./describe-network.ts";
import { claimOf, quotaOf, storageClassOf, volumeOf } from "./describe-storage.ts";
import { podOf, workloadOf } from "./describe-workload.ts";
import { outline, type Line } from "./outline.ts";

type Reader = (lines: readonly Line[], from: { text: string; collectedAt: Instant }) => Fields;

// The recorder asked for some kinds by more than one of their names.
const readers: Readonly<Record<string, Reader>> = {
  pod: (lines, { collectedAt }) => podOf(lines, collectedAt),
  deployment: (lines) => workloadOf("Deployment", lines),
  statefulset: (lines) => workloadOf("StatefulSet", lines),
  daemonset: (lines) => workloadOf("DaemonSet", lines),
  replicaset: (lines) => workloadOf("ReplicaSet", lines),
  service: (lines) => serviceOf(lines),
  endpoints: (lines) => endpointsOf(lines),
  networkpolicy: (lines) => policyOf(lines),
  persistentvolumeclaim: (lines) => claimOf(lines),
  persistentvolume: (lines) => volumeOf(lines),
  storageclass: (lines) => storageClassOf(lines),
  resourcequota: (lines) => quotaOf(lines),
  node: (lines) => nodeOf(lines),
  serviceaccount: (lines) => accountOf(lines),
  secret: (lines) => secretOf(lines),
  namespace: (lines) => namespaceOf(lines),
  configmap: (lines, { text }) => configOf(text, lines),
};

/** The singular of a resource type as kubectl takes it. */
export function singular(type: string): string {
  if (type === "endpoints") return type;
  if (type.endsWith("policies")) return `${type.slice(0, -3)}y`;
  if (type.endsWith("sses")) return type.slice(0, -2);
  return type.endsWith("s") && !type.endsWith("ss") ? type.slice(0, -1) : type;
}

/** What describe printed about one object, in the form of the API; null for other kinds and for error texts. */
export function described(type: string, text: string, collectedAt: Instant): Fields | null {
  const reader = readers[singular(type)];
  if (!reader || !text.startsWith("Name:")) return null;
  const object = reader(outline(text), { text, collectedAt });
  return textAt(object, "metadata", "name") === "" ? null : object;
}
