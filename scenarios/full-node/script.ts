import { entityParts } from "@sre/contracts/evidence";
import { recordedWindows, seriesAnswers } from "../author/answers.ts";
import type { Script } from "../author/build.ts";
import { ramp, steady, switchAt } from "../author/curves.ts";
import { imageOf, podName, podsOf, type ServiceSpec } from "../author/estate.ts";
import { event, idsOf, node, pod } from "../author/kubernetes.ts";
import type { Place, Variant } from "../author/scenario.ts";

const place: Place = { cluster: "ap-1", namespace: "media", environment: "prod" };
const ids = idsOf(place);
const asOf = "2026-11-08T21:40:00.000Z";
const fullAt = "2026-11-08T21:26:00.000Z";
const fullMs = Date.parse(fullAt);
const createdAt = "2026-10-30T07:00:00.000Z";

/** One pod evicted from the full node, one healthy elsewhere. */
function evictedPods(service: string, version: string, nodes: { full: string; healthy: string }) {
  const base = {
    app: service,
    owner: ids.deployment(service),
    image: imageOf(service, version),
    createdAt,
    memoryLimit: "512Mi",
    restarts: 0,
  };
  return [
    pod({
      ...base,
      entity: ids.pod(podName(service, version, 0)),
      node: nodes.full,
      phase: "Failed",
      reason: "Evicted",
      message: "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 6Gi.",
      ready: false,
    }),
    pod({ ...base, entity: ids.pod(podName(service, version, 1)), node: nodes.healthy, ready: true }),
  ];
}

function services(full: string, healthy: string): ServiceSpec[] {
  const hurt = (seed: number) => ({
    errorRatio: switchAt(fullMs + 60_000, steady(0.002, 0.4, seed), steady(0.21, 0.1, seed + 1)),
    latencySeconds: switchAt(fullMs + 60_000, steady(0.15, 0.08, seed + 2), steady(0.9, 0.15, seed + 3)),
  });
  return [
    { name: "gallery", calls: ["thumbnails", "search"], version: "7.7.0", nodes: [healthy], createdAt },
    {
      name: "thumbnails",
      version: "2.0.3",
      nodes: [],
      createdAt,
      pods: evictedPods("thumbnails", "2.0.3", { full, healthy }),
      ready: 1,
      curves: hurt(110),
    },
    {
      name: "search",
      version: "5.5.1",
      nodes: [],
      createdAt,
      pods: evictedPods("search", "5.5.1", { full, healthy }),
      ready: 1,
      curves: hurt(120),
    },
    { name: "uploads", version: "1.1.8", nodes: [healthy], createdAt },
  ];
}

function diskAnswers(full: string, healthy: string) {
  const rows = [
    { of: ids.node(full), curve: ramp({ startMs: fullMs - 5_400_000, endMs: fullMs, from: 0.62, to: 0.95 }) },
    { of: ids.node(healthy), curve: steady(0.48, 0.01, 130) },
  ];
  return seriesAnswers(
    {
      signal: { named: "disk_used" },
      statistic: "ratio",
      unit: "1",
      text: "1 - node_filesystem_avail_bytes / node_filesystem_size_bytes",
      rows,
    },
    recordedWindows(asOf),
  );
}

/** A node runs out of disk; the kubelet evicts pods of two services that have nothing else in common. */
export function fullNode(variant: Variant = {}): Script {
  const [full, healthy] = variant.culprit === "swapped" ? ["worker-9", "worker-3"] : ["worker-3", "worker-9"];
  const all = services(full!, healthy!);
  const evicted = all.flatMap((service) => (service.pods ? [podsOf(place, service)[0]!] : []));
  const alert = (service: string, index: number, startsAt: string) => ({
    name: "HighErrorRate", entity: ids.service(service), severity: "critical" as const, summary: `${service} answers more than 5 % of requests with an error`, labels: { service }, startsAt,
    rule: { expression: `service:request_errors:ratio_rate2m{service="${service}"}`, threshold: 0.05, forSeconds: 60, rangeSeconds: 120, unit: "1", curve: all[index]!.curves!.errorRatio! },
  }); // prettier-ignore
  const pressure = { DiskPressure: { reason: "KubeletHasDiskPressure", message: "kubelet has disk pressure", since: fullAt } };
  return {
    name: "full-node",
    place,
    asOf,
    services: all,
    nodes: [node(ids.node(full!), "2026-04-02T08:00:00.000Z", pressure), node(ids.node(healthy!), "2026-04-02T08:00:00.000Z")],
    alerts: [alert("thumbnails", 1, "2026-11-08T21:29:00.000Z"), alert("search", 2, "2026-11-08T21:29:20.000Z")],
    logs: [
      { service: "thumbnails", patterns: [{ template: "write <*>: no space left on device", level: "error", perMinute: switchAt(fullMs - 120_000, () => 0, (atMs) => (atMs < fullMs + 120_000 ? 9 : 0)), samples: ["write /tmp/render-8812.png: no space left on device"] }] },
    ], // prettier-ignore
    events: [
      event({
        entity: ids.node(full!),
        reason: "NodeHasDiskPressure",
        message: `Node ${full} status is now: NodeHasDiskPressure`,
        firstAt: fullAt,
        type: "Normal",
      }),
      event({
        entity: ids.node(full!),
        reason: "EvictionThresholdMet",
        message: "Attempting to reclaim ephemeral-storage",
        firstAt: fullAt,
        count: 6,
        lastAt: "2026-11-08T21:38:00.000Z",
      }),
      event({
        entity: ids.node(full!),
        reason: "FreeDiskSpaceFailed",
        message: "Failed to garbage collect required amount of images",
        firstAt: "2026-11-08T21:27:00.000Z",
      }),
      ...evicted.map((one) =>
        event({
          entity: one.entity,
          reason: "Evicted",
          message: `The node was low on resource: ephemeral-storage (${entityParts(one.entity).name})`,
          firstAt: "2026-11-08T21:27:00.000Z",
        }),
      ),
    ],
    changes: [
      { id: "deploy-uploads-1.1.8", entity: ids.deployment("uploads"), kind: "deployment", title: "Deploy uploads 1.1.8", started_at: "2026-11-08T16:05:00.000Z", ended_at: "2026-11-08T16:06:00.000Z", state: "succeeded", touches: [ids.service("uploads")], by: "ana", from: "1.1.7", to: "1.1.8", url: null },
    ], // prettier-ignore
    more: diskAnswers(full!, healthy!),
    expected: { verdicts: ["confirmed", "likely"], entity: ids.node(full!), fault: "node_disk_pressure", change: null },
  };
}
