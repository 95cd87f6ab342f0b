import { entityParts, type ClusterObject } from "@sre/contracts/evidence";
import type { RecordChange } from "@sre/contracts/control-plane";
import type { Script } from "../author/build.ts";
import { ramp, sawtooth, steady, switchAt } from "../author/curves.ts";
import { imageOf, podName, type ServiceSpec } from "../author/estate.ts";
import { event, idsOf, node, pod } from "../author/kubernetes.ts";
import type { Place, Variant } from "../author/scenario.ts";

const place: Place = { cluster: "eu-1", namespace: "shop", environment: "prod" };
const ids = idsOf(place);
const asOf = "2026-11-03T02:55:00.000Z";
const deployedAt = "2026-11-03T02:44:00.000Z";
const deployedMs = Date.parse(deployedAt);
const limit = "512Mi";

/** Pods of the new version: each fills its memory within three minutes and is killed by the kernel. */
function killedPods(culprit: string) {
  return [0, 1].map((index) =>
    pod({
      entity: ids.pod(podName(culprit, "2.14.0", index)), app: culprit, owner: ids.deployment(culprit), node: `worker-${index + 1}`, image: imageOf(culprit, "2.14.0"),
      createdAt: deployedAt, ready: index === 0, restarts: 3, memoryLimit: limit,
      ...(index === 0 ? {} : { state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s restarting failed container" } } }),
      lastState: { terminated: { reason: "OOMKilled", exitCode: 137, startedAt: "2026-11-03T02:50:40.000Z", finishedAt: "2026-11-03T02:53:40.000Z" } },
    }),
  ); // prettier-ignore
}

function services(culprit: string, bystander: string): ServiceSpec[] {
  const createdAt = "2026-10-29T10:00:00.000Z";
  const nodes = ["worker-1", "worker-2"];
  const broken = switchAt(deployedMs + 120_000, steady(0.002, 0.4, 3), steady(0.38, 0.08, 4));
  const hurt = switchAt(deployedMs + 120_000, steady(0.003, 0.4, 5), steady(0.17, 0.1, 6));
  return [
    { name: "frontend", calls: [culprit, bystander], version: "5.2.1", nodes, createdAt, curves: { errorRatio: hurt } },
    { name: bystander, calls: ["catalog"], version: "1.9.0", nodes, createdAt },
    {
      name: culprit, calls: ["payment"], version: "2.14.0", nodes, createdAt: deployedAt, pods: killedPods(culprit), ready: 1, generation: 18,
      curves: {
        errorRatio: broken,
        latencySeconds: switchAt(deployedMs + 120_000, steady(0.14, 0.08, 7), steady(0.62, 0.15, 8)),
        memoryOfLimit: switchAt(deployedMs, steady(0.56, 0.02, 9), sawtooth({ startMs: deployedMs, periodMs: 180_000, from: 0.6, to: 1 })),
      },
    },
    { name: "payment", version: "3.4.2", nodes, createdAt, curves: { requestsPerSecond: ramp({ startMs: deployedMs, endMs: deployedMs + 300_000, from: 60, to: 47 }) } },
    { name: "catalog", version: "4.0.7", nodes, createdAt },
  ]; // prettier-ignore
}

const nodes = ["worker-1", "worker-2"].map((name) => node(ids.node(name), "2026-06-01T08:00:00.000Z"));

/** The rollout, and two changes that have nothing to do with it. */
function changes(culprit: string): RecordChange[] {
  return [
    { id: `deploy-${culprit}-2.14.0`, entity: ids.deployment(culprit), kind: "deployment", title: `Deploy ${culprit} 2.14.0`, started_at: deployedAt, ended_at: "2026-11-03T02:45:00.000Z", state: "succeeded", touches: [ids.service(culprit)], by: "mei", from: imageOf(culprit, "2.13.2"), to: imageOf(culprit, "2.14.0"), url: null },
    { id: "config-frontend-banner", entity: ids.deployment("frontend"), kind: "config", title: "Show the autumn banner", started_at: "2026-11-02T15:10:00.000Z", ended_at: "2026-11-02T15:10:10.000Z", state: "succeeded", touches: [ids.service("frontend")], by: "jonas", from: "banner=off", to: "banner=on", url: null },
    { id: "scale-catalog", entity: ids.deployment("catalog"), kind: "scale", title: "Scale catalog from 3 to 2", started_at: "2026-11-03T01:30:00.000Z", ended_at: "2026-11-03T01:31:00.000Z", state: "succeeded", touches: [ids.service("catalog")], by: "autoscaler", from: "3", to: "2", url: null },
  ]; // prettier-ignore
}

/** What the kubelet tells of a killed pod. */
function eventsOf(one: ClusterObject) {
  return [
    event({
      entity: one.entity,
      reason: "OOMKilling",
      message: `Memory cgroup out of memory: Killed process in ${entityParts(one.entity).name}`,
      count: 3,
      firstAt: "2026-11-03T02:47:10.000Z",
      lastAt: "2026-11-03T02:53:40.000Z",
    }),
    event({
      entity: one.entity,
      reason: "BackOff",
      message: "Back-off restarting failed container",
      count: 4,
      firstAt: "2026-11-03T02:47:30.000Z",
      lastAt: "2026-11-03T02:54:30.000Z",
    }),
  ];
}

/** A deployment whose new version leaks memory until the kernel kills it; its caller suffers too. */
export function badDeployment(variant: Variant = {}): Script {
  const [culprit, bystander] = variant.culprit === "swapped" ? ["cart", "checkout"] : ["checkout", "cart"];
  const all = services(culprit!, bystander!);
  const ruleOf = (service: string, index: number) => ({
    expression: `service:request_errors:ratio_rate2m{service="${service}"}`, threshold: 0.05, forSeconds: 60, rangeSeconds: 120, unit: "1",
    curve: all[index]!.curves!.errorRatio!,
  }); // prettier-ignore
  return {
    name: "bad-deployment",
    place,
    asOf,
    services: all,
    nodes,
    alerts: [
      {
        name: "HighErrorRate",
        entity: ids.service(culprit!),
        severity: "critical",
        summary: `${culprit} answers more than 5 % of requests with an error`,
        labels: { service: culprit! },
        startsAt: "2026-11-03T02:47:00.000Z",
        runbook: "https://runbooks.example/high-error-rate",
        rule: ruleOf(culprit!, 2),
      },
      {
        name: "HighErrorRate",
        entity: ids.service("frontend"),
        severity: "warning",
        summary: "frontend answers more than 5 % of requests with an error",
        labels: { service: "frontend" },
        startsAt: "2026-11-03T02:48:00.000Z",
        rule: ruleOf("frontend", 0),
      },
    ],
    logs: [
      { service: culprit!, patterns: [
        { template: "order <*> accepted", level: "info", perMinute: switchAt(deployedMs + 120_000, steady(40, 0.1, 20), steady(22, 0.1, 21)), samples: ["order 88123 accepted"] },
        { template: "java.lang.OutOfMemoryError: Java heap space", level: "error", perMinute: switchAt(deployedMs + 120_000, () => 0, steady(6, 0.3, 22)), samples: ["java.lang.OutOfMemoryError: Java heap space"] },
      ] },
      { service: "frontend", patterns: [
        { template: `upstream ${culprit} answered 503`, level: "error", perMinute: switchAt(deployedMs + 120_000, () => 0, steady(30, 0.2, 23)), samples: [`upstream ${culprit} answered 503`] },
      ] },
    ], // prettier-ignore
    events: killedPods(culprit!).flatMap(eventsOf),
    changes: changes(culprit!),
    expected: {
      verdicts: ["confirmed", "likely"],
      entity: ids.deployment(culprit!),
      fault: "out_of_memory",
      change: `deploy-${culprit}-2.14.0`,
    },
  };
}
