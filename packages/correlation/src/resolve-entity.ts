import { entityId, entityParts, type EntityId, type Labels, type LocalizedText } from "@sre/contracts/evidence";
import type { EntityMapping } from "./mapping.ts";

/** Where an alert comes from and what it is about. */
export interface Resolved {
  readonly cluster: string;
  readonly environment: string;
  readonly namespace: string;
  /** Null when nothing in the labels says what it is about. */
  readonly entity: EntityId | null;
  /** The name under which it is grouped: of the service, the workload, the pod without its hashes, or `node:name`. */
  readonly service: string | null;
  readonly because: LocalizedText;
}

const byLabel = (label: string): LocalizedText => ({ en: `label ${label}`, "zh-TW": `標籤 ${label}` });
const withoutPort = (label: string): LocalizedText => ({ en: `label ${label}, without its port`, "zh-TW": `標籤 ${label}（不含連接埠）` });
const ownerOfPod: LocalizedText = { en: "owner of the pod, from the topology", "zh-TW": "拓撲中該 Pod 的擁有者" };
const podAlone: LocalizedText = { en: "label of the pod; its owner is not known", "zh-TW": "Pod 標籤（擁有者不明）" };
const noLabel: LocalizedText = { en: "no label says what it is about", "zh-TW": "沒有標籤說明對象" };

/** What owns a pod, as the topology knows it. */
export type Owners = ReadonlyMap<EntityId, EntityId>;

type Place = Pick<Resolved, "cluster" | "environment" | "namespace">;

// RFC 1123: no subdomain, and so no name of Kubernetes, is longer. What is longer names nothing, and would fit into no index.
const nameBytesMax = 253;

function first(labels: Labels, names: readonly string[]): { label: string; value: string } | null {
  for (const label of names) {
    const value = labels[label]?.trim();
    if (value && Buffer.byteLength(value) <= nameBytesMax) return { label, value };
  }
  return null;
}

function placeOf(labels: Labels, mapping: EntityMapping): Place {
  return {
    cluster: first(labels, mapping.cluster)?.value ?? mapping.clusterDefault,
    environment: (first(labels, mapping.environment)?.value ?? mapping.environmentDefault).toLowerCase(),
    namespace: first(labels, mapping.namespace)?.value ?? "",
  };
}

// A pod of a Deployment ends in "-<template hash>-<5 characters>", of a DaemonSet in "-<5 characters>", of a StatefulSet in "-<ordinal>".
// Kubernetes draws its suffixes from letters and digits that cannot spell a word: no vowels, no 0, 1 or 3.
const generatedSuffix = /(?:-[bcdfghjklmnpqrstvwxz2456789]{8,10})?-[bcdfghjklmnpqrstvwxz2456789]{5}$/;
const ordinalSuffix = /-\d{1,4}$/;

/** A pod's name without what its controller appended: the same for all pods of one workload. */
export function withoutHash(podName: string): string {
  const stripped = podName.replace(generatedSuffix, "");
  return stripped !== podName ? stripped : podName.replace(ordinalSuffix, "") || podName;
}

function isExporter(mapping: EntityMapping, value: string): boolean {
  return mapping.exporters.includes(value.toLowerCase());
}

/** The pod that labels name, to look up its owner; null when they name none. */
export function podOf(labels: Labels, mapping: EntityMapping): EntityId | null {
  const pod = first(labels, mapping.pod);
  if (!pod) return null;
  const { cluster, namespace } = placeOf(labels, mapping);
  return entityId({ cluster, namespace, kind: "pod", name: pod.value });
}

function byService(labels: Labels, mapping: EntityMapping, place: Place): Resolved | null {
  const service = first(labels, mapping.service);
  if (!service || isExporter(mapping, service.value)) return null;
  const entity = entityId({ cluster: place.cluster, namespace: place.namespace, kind: "service", name: service.value });
  return { ...place, entity, service: service.value, because: byLabel(service.label) };
}

function byWorkload(labels: Labels, mapping: EntityMapping, place: Place): Resolved | null {
  for (const [kind, names] of Object.entries(mapping.workloads)) {
    const found = first(labels, names);
    if (!found) continue;
    const entity = entityId({ cluster: place.cluster, namespace: place.namespace, kind, name: found.value });
    return { ...place, entity, service: found.value, because: byLabel(found.label) };
  }
  return null;
}

function byPod(input: { labels: Labels; mapping: EntityMapping; owners: Owners }, place: Place): Resolved | null {
  const pod = podOf(input.labels, input.mapping);
  if (!pod) return null;
  const owner = input.owners.get(pod);
  if (owner) return { ...place, entity: owner, service: entityParts(owner).name, because: ownerOfPod };
  return { ...place, entity: pod, service: withoutHash(entityParts(pod).name), because: podAlone };
}

function nodeNamed(name: string, place: Place, because: LocalizedText): Resolved {
  const entity = entityId({ cluster: place.cluster, namespace: "", kind: "node", name });
  return { ...place, entity, service: `node:${name}`, because };
}

function byNode(labels: Labels, mapping: EntityMapping, place: Place): Resolved | null {
  const node = first(labels, mapping.node);
  return node ? nodeNamed(node.value, place, byLabel(node.label)) : null;
}

function byJobOrInstance(labels: Labels, mapping: EntityMapping, place: Place): Resolved | null {
  const job = first(labels, mapping.job);
  if (job && !isExporter(mapping, job.value)) {
    const entity = entityId({ cluster: place.cluster, namespace: place.namespace, kind: "service", name: job.value });
    return { ...place, entity, service: job.value, because: byLabel(job.label) };
  }
  const instance = first(labels, mapping.instance);
  return instance ? nodeNamed(instance.value.replace(/:\d+$/, ""), place, withoutPort(instance.label)) : null;
}

/**
 * What an alert is about: its service label, else a workload label, else the owner of its pod (the pod itself while the
 * topology knows no owner), else its node, else its job, else the host of its instance. An exporter's name is skipped.
 */
export function resolveEntity(labels: Labels, mapping: EntityMapping, owners: Owners): Resolved {
  const place = placeOf(labels, mapping);
  return (
    byService(labels, mapping, place) ??
    byWorkload(labels, mapping, place) ??
    byPod({ labels, mapping, owners }, place) ??
    byNode(labels, mapping, place) ??
    byJobOrInstance(labels, mapping, place) ?? { ...place, entity: null, service: null, because: noLabel }
  );
}
