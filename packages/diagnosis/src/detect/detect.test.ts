import { describe, expect, it } from "vitest";
import type { ClusterEvent, ClusterObject, EntityId, Finding } from "@sre/contracts/evidence";
import { planQuestions, scopeOf } from "../index.ts";
import { readEvidence } from "../seen/seen.ts";
import { ago, alert, app, asOf, errorRule, event, golden, node, steady, step } from "../testing/builders.ts";
import { answerOf, emptyWorld, id, type World } from "../testing/world.ts";
import { detectFindings } from "./detect.ts";

const service = id("service", "cart");
const pod = id("pod", "cart-5d4f8b9c7-x2x9z");

/** The findings of a world that alerts on cart. */
function findings(more: Partial<World>): Finding[] {
  const world: World = { ...emptyWorld(asOf), alerts: [alert("A", service, 10)], ...more };
  const scope = scopeOf({ asOf, alerts: world.alerts, entities: [], deployment: null });
  const nodes = {
    about: "series",
    of: [id("node", "worker-1")],
    signal: { named: "inodes_used" },
    statistics: ["ratio"],
    window: { from: ago(100), to: asOf },
    step_seconds: 60,
  } as const;
  const extra = [
    ...(["disk", "memory"] as const).map((resource) => ({ ...nodes, signal: { resource, against: "capacity" as const } })),
    nodes,
    { ...nodes, of: [service], signal: { named: "throttled" as const } },
    { ...nodes, of: [service], signal: { named: "disk_used" as const } },
  ];
  const asked = [
    ...planQuestions(scope, [], 1),
    ...extra.map((question) => ({ ...question, of: [...question.of], statistics: [...question.statistics] })),
  ];
  return detectFindings(
    readEvidence(
      scope,
      asked.map((question) => answerOf(world, question)),
    ),
  );
}
const kinds = (found: readonly Finding[]) => found.map(({ what }) => what);
const only = (found: readonly Finding[], what: string) => found.filter((each) => each.what === what);

const container = (state: Record<string, unknown>) => ({ objects: app("cart", { container: state }).objects });
const podStatus = (status: Record<string, unknown>): { objects: ClusterObject[] } => ({
  objects: app("cart", { pod: { status } }).objects,
});
const told = (entity: EntityId, reason: string, more: { message: string; first?: number; count?: number }): { events: ClusterEvent[] } => ({
  events: [event(entity, reason, { first: 10, ...more })],
});
const workload = (status: Record<string, unknown>) => ({
  objects: app("cart").objects.map((object) => (object.api_kind === "Deployment" ? { ...object, status } : object)),
});

describe("states of Kubernetes", () => {
  it.each([
    ["oom_killed", container({ restartCount: 1, lastState: { terminated: { reason: "OOMKilled", exitCode: 137, finishedAt: ago(5) } } })],
    ["oom_killed", told(pod, "OOMKilling", { message: "Memory cgroup out of memory" })],
    ["crash_looping", container({ restartCount: 7, state: { waiting: { reason: "CrashLoopBackOff" } } })],
    ["crash_looping", told(pod, "BackOff", { message: "Back-off restarting failed container cart" })],
    ["container_exited", container({ restartCount: 1, lastState: { terminated: { reason: "Error", exitCode: 2, finishedAt: ago(5) } } })],
    ["image_pull_failing", container({ state: { waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" } } })],
    ["image_pull_failing", container({ state: { waiting: { reason: "ErrImagePull" } } })],
    ["image_pull_failing", told(pod, "Failed", { message: 'Failed to pull image "cart:9": not found' })],
    [
      "container_config_error",
      container({ state: { waiting: { reason: "CreateContainerConfigError", message: 'secret "db" not found' } } }),
    ],
    ["container_config_error", told(pod, "Failed", { message: 'Error: configmap "cart" not found' })],
    [
      "pod_unschedulable",
      podStatus({ conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes are available" }] }),
    ],
    ["pod_unschedulable", told(pod, "FailedScheduling", { message: "0/3 nodes are available: insufficient cpu" })],
    ["probe_failing", told(pod, "Unhealthy", { message: "Readiness probe failed: 503", count: 5 })],
    ["node_not_ready", { objects: [node("worker-1", { Ready: { status: "False", since: ago(8), message: "PLEG is not healthy" } })] }],
    ["node_not_ready", { objects: [node("worker-1", { Ready: { status: "Unknown", since: ago(8) } })] }],
    ["node_disk_pressure", { objects: [node("worker-1", { DiskPressure: { status: "True", since: ago(8) } })] }],
    ["node_memory_pressure", { objects: [node("worker-1", { MemoryPressure: { status: "True", since: ago(8) } })] }],
    ["pod_evicted_disk", podStatus({ phase: "Failed", reason: "Evicted", message: "The node was low on resource: ephemeral-storage." })],
    ["pod_evicted_memory", told(pod, "Evicted", { message: "The node was low on resource: memory." })],
    ["pod_evicted", told(pod, "Evicted", { message: "Usage of something exceeds its limit" })],
    [
      "quota_exceeded",
      told(id("replicaset", "cart-5d4f8b9c7"), "FailedCreate", { message: 'pods "cart-x" is forbidden: exceeded quota: compute' }),
    ],
    [
      "quota_exceeded",
      workload({
        replicas: 1,
        availableReplicas: 1,
        conditions: [{ type: "ReplicaFailure", status: "True", message: "exceeded quota: compute", lastTransitionTime: ago(9) }],
      }),
    ],
    ["replicas_unavailable", workload({ replicas: 1 })],
    [
      "rollout_stuck",
      workload({
        replicas: 1,
        availableReplicas: 1,
        conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }],
      }),
    ],
  ] as [string, Partial<World>][])("%s is seen (%#)", (what, world) => {
    const found = only(findings(world), what);
    expect(found).toHaveLength(1);
    expect(found[0]?.evidence.every(({ part }) => part !== undefined)).toBe(true);
  });

  it.each([
    [
      "an end long before the window",
      container({ restartCount: 1, lastState: { terminated: { reason: "OOMKilled", exitCode: 137, finishedAt: ago(60 * 24) } } }),
    ],
    ["a container that ended well", container({ state: { terminated: { reason: "Completed", exitCode: 0, finishedAt: ago(5) } } })],
    ["one failed probe", told(pod, "Unhealthy", { message: "Readiness probe failed", count: 1 })],
    ["an event that is over since long", told(pod, "FailedScheduling", { message: "0/3 nodes", first: 60 * 20 })],
    [
      "a refused creation that is not about quota",
      told(id("replicaset", "cart-5d4f8b9c7"), "FailedCreate", { message: "serviceaccount not found" }),
    ],
    ["fields of another form", podStatus({ conditions: "none", containerStatuses: [null, 7, { state: [] }] })],
    [
      "a workload scaled to nothing",
      {
        objects: app("cart").objects.map((object) =>
          object.api_kind === "Deployment" ? { ...object, spec: { replicas: 0 }, status: {} } : object,
        ),
      },
    ],
  ] as [string, Partial<World>][])("nothing is seen in %s", (_, world) => {
    const states = findings(world).filter(({ what }) => what !== "no_bad_state");
    expect(kinds(states)).toEqual([]);
  });

  it("takes status and events of one state together, with the evidence of both", () => {
    const both = {
      ...container({ restartCount: 7, state: { waiting: { reason: "CrashLoopBackOff" } } }),
      ...told(pod, "BackOff", { message: "Back-off restarting failed container" }),
    };
    const found = only(findings(both), "crash_looping");
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ values: { container: "cart", count: 7 }, from: ago(10) });
    expect(found[0]?.evidence).toHaveLength(2);
  });

  it("marks a node condition that stood before the window", () => {
    const found = only(
      findings({ objects: [node("worker-1", { DiskPressure: { status: "True", since: ago(60 * 24) } })] }),
      "node_disk_pressure",
    );
    expect(found[0]?.from).toBeUndefined();
    expect(found[0]?.values["since"]).toBe(ago(60 * 24));
  });

  it("tells memory from disk in the kubelet's eviction threshold", () => {
    expect(kinds(findings(told(id("node", "worker-1"), "EvictionThresholdMet", { message: "Attempting to reclaim" })))).toEqual([
      "node_disk_pressure",
    ]);
    const world = {
      alerts: [alert("A", id("node", "worker-1"), 10)],
      ...told(id("node", "worker-1"), "EvictionThresholdMet", { message: "Attempting to reclaim memory" }),
    };
    expect(kinds(findings(world))).toEqual(["node_memory_pressure"]);
  });
});

describe("a fault that is younger than the usual step", () => {
  const young = { alerts: [alert("A", service, 0.1)] };
  const since = 0.2;

  it("is seen in the fine steps of the last minutes", () => {
    const curves = { errors: step(0, 0.5, { since }), latency: step(0.1, 0.6, { since }) };
    const found = findings({ ...young, series: golden(service, curves), rules: [errorRule("A", service, step(0, 0.5, { since }))] });
    expect(kinds(found)).toEqual(expect.arrayContaining(["golden_errors", "golden_latency", "rule_breached"]));
  });

  it("is seen even where nothing was measured until a minute before", () => {
    const errors = (at: number) => (at < Date.parse(ago(1.2)) ? null : step(0, 0.5, { since })(at));
    expect(kinds(findings({ ...young, series: [{ of: service, signal: "golden:errors", unit: "1", curve: errors }] }))).toContain(
      "golden_errors",
    );
  });

  it("hides no earlier one, and makes none where nothing changed", () => {
    const earlier = findings({ ...young, series: golden(service, { errors: step(0.001, 0.2, { since: 12 }) }) });
    expect(only(earlier, "golden_errors").map(({ from }) => from)).toEqual([expect.stringMatching(/T02:4[78]/)]);
    expect(new Set(kinds(findings({ ...young, series: golden(service) })))).toEqual(new Set(["golden_normal"]));
  });

  it("is not called normal from samples that end before the first alert", () => {
    const ended = (at: number) => (at > Date.parse(ago(1)) ? null : 0);
    expect(kinds(findings({ ...young, series: [{ of: service, signal: "golden:errors", unit: "1", curve: ended }] }))).toEqual([]);
  });
});

describe("golden signals", () => {
  it.each([
    ["golden_errors", { errors: step(0.001, 0.2, { since: 12 }) }],
    ["golden_latency", { latency: step(0.1, 0.6, { since: 12 }) }],
    ["golden_traffic_rise", { traffic: step(40, 160, { since: 12 }) }],
    ["golden_traffic_drop", { traffic: step(40, 2, { since: 12 }) }],
    ["golden_blip", { errors: step(0.001, 0.2, { since: 12, until: 9 }) }],
  ])("%s is seen with its onset", (what, curves) => {
    const found = only(findings({ series: golden(service, curves) }), what);
    expect(found).toHaveLength(1);
    expect(Math.abs(Date.parse(found[0]?.from ?? "") - Date.parse(ago(12)))).toBeLessThanOrEqual(60_000);
  });

  it.each([
    ["errors that stay below one per cent", { errors: step(0.001, 0.006, { since: 12 }) }],
    ["latency that rises by a fifth", { latency: step(0.1, 0.12, { since: 12 }) }],
    ["latency that doubles within a few milliseconds", { latency: step(0.004, 0.009, { since: 12 }) }],
    ["traffic that rises by half", { traffic: step(40, 60, { since: 12 }) }],
  ])("%s are normal: they matter to nobody", (_, curves) => {
    expect(new Set(kinds(findings({ series: golden(service, curves) })))).toEqual(new Set(["golden_normal"]));
  });

  it("calls usual what was the same at the same time yesterday", () => {
    const daily = (at: number) =>
      (((at / 60_000) % (24 * 60)) + 24 * 60 - ((Date.parse(ago(15)) / 60_000) % (24 * 60))) % (24 * 60) < 60 ? 200 : 40;
    const found = findings({ series: golden(service, { traffic: daily }) });
    expect(kinds(found)).toContain("golden_usual");
    expect(kinds(found)).not.toContain("golden_traffic_rise");
  });

  it("does not call normal a signal that broke off", () => {
    const broken = (at: number) => (at > Date.parse(ago(15)) ? null : 0.001);
    expect(kinds(findings({ series: [{ of: service, signal: "golden:errors", unit: "1", curve: broken }] }))).toEqual([]);
  });

  it("tells nothing of a signal without samples", () => {
    expect(kinds(findings({ series: [{ of: service, signal: "golden:errors", unit: "1", curve: () => null }] }))).toEqual([]);
  });
});

describe("limits", () => {
  const series = (signal: string, curve: World["series"][number]["curve"], of = service) => ({
    series: [{ of, signal, unit: "1", curve }],
  });

  it.each([
    ["memory_at_limit", series("resource:memory:limit", step(0.5, 0.97, { since: 9 }))],
    ["cpu_at_limit", series("resource:cpu:limit", step(0.5, 0.98, { since: 9 }))],
    ["cpu_throttled", series("named:throttled", step(0.01, 0.5, { since: 9 }))],
    ["disk_nearly_full", series("named:disk_used", step(0.5, 0.97, { since: 9 }))],
    ["disk_nearly_full", series("resource:disk:capacity", step(0.5, 0.97, { since: 9 }), id("node", "worker-1"))],
    ["inodes_nearly_full", series("named:inodes_used", step(0.5, 0.97, { since: 9 }), id("node", "worker-1"))],
    ["pool_saturated", series("named:pool_used", step(0.4, 1, { since: 9 }))],
    ["pool_waiting", series("named:pool_waiting", step(0, 12, { since: 9 }))],
  ])("%s is seen in a series (%#)", (what, world) => expect(only(findings(world), what)).toHaveLength(1));

  it("a limit that is reached all the time is hardly a signal", () => {
    const found = only(findings(series("resource:memory:limit", () => 0.97)), "memory_at_limit");
    expect(found[0]?.strength).toBeLessThan(0.3);
  });

  it("a pool that is busy but not full is none", () => {
    expect(kinds(findings(series("named:pool_used", steady(0.6))))).toEqual([]);
  });
});

describe("logs", () => {
  const lines = (template: string, counts: World["patterns"][number]["lines"], level: World["patterns"][number]["level"] = "error") => ({
    patterns: [{ of: service, template, level, lines: counts }],
  });
  const since = step(0, 9, { since: 12 });

  it.each([
    ["log_new", lines("cannot price item <n>", since)],
    ["log_risen", lines("slow query <n>", step(2, 60, { since: 12 }))],
    ["log_pool_exhausted", lines("HikariPool-1 - Connection is not available, request timed out after <n>ms", since)],
    ["log_too_many_connections", lines("FATAL: remaining connection slots are reserved", since)],
    ["log_read_only", lines("ERROR: cannot execute INSERT in a read-only transaction", since)],
    ["log_read_only", lines("The MySQL server is running with the --read-only option so it cannot execute this statement", since)],
    ["log_access_denied", lines("Access denied for user 'shop'@'<ip>' (using password: YES)", since)],
    ["log_resolver_failing", lines("java.net.UnknownHostException: db: Temporary failure in name resolution", since)],
    ["log_resolver_failing", lines("lookup db on <ip>:53: read udp <ip>: i/o timeout", since)],
    ["log_name_unresolved", lines("dial tcp: lookup db: no such host", since)],
    ["log_pool_exhausted", lines("QueuePool limit of size <n> overflow <n> reached, connection timed out", since)],
    ["log_out_of_memory", lines("java.lang.OutOfMemoryError: Java heap space", since)],
    ["log_disk_full", lines("write /data/<n>: no space left on device", since)],
    ["log_config_error", lines("environment variable DATABASE_URL is required", since)],
    ["log_dependency_unreachable", lines("dial tcp <ip>:5432: connect: connection refused", since)],
  ])("%s is seen, citing its template (%#)", (what, world) => {
    const found = only(findings(world), what);
    expect(found).toHaveLength(1);
    expect(found[0]?.evidence[0]?.part).toBe(world.patterns[0]?.template);
  });

  it.each([
    ["as often as before", lines("slow query <n>", steady(5))],
    ["of no weight", lines("request served", since, "info")],
    ["of a line or two", lines("odd thing", (at) => (at === Date.parse(ago(6)) ? 2 : 0))],
  ])("nothing is seen in a pattern %s", (_, world) => expect(kinds(findings(world))).toEqual([]));
});

describe("the alert's own rule", () => {
  const rule = (curve: World["rules"][number]["curve"]) => ({
    rules: [{ alert: "A", entity: service, threshold: 0.05, forSeconds: 60, rangeSeconds: 300, curve }],
  });

  it.each([
    ["rule_breached", step(0.01, 0.2, { since: 12 })],
    ["rule_recovered", step(0.01, 0.2, { since: 12, until: 8 })],
    ["rule_not_breached", steady(0.01)],
  ])("%s is told", (what, curve) => expect(kinds(findings(rule(curve)))).toEqual([what]));

  it("tells nothing of a series that broke off", () => {
    expect(kinds(findings(rule((at) => (at > Date.parse(ago(15)) ? null : 0.01))))).toEqual([]);
  });

  it("tells nothing without samples", () => expect(kinds(findings(rule(() => null)))).toEqual([]));
});
