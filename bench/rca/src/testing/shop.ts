import { entityId, type ClusterObject, type Edge, type EntityId, type Snapshot } from "@sre/contracts/evidence";
import { alertOf, recorded, seriesAnswers, snapshotOf, windowOf } from "../adapters/answers.ts";
import type { RcaCase } from "../case.ts";
import { randomOf } from "../generated/random.ts";

/* A small invented shop: door calls cart, cart calls stock; stock runs out of memory ten minutes before somebody looks. */

const asOfMs = Date.UTC(2026, 0, 5, 12);
const minuteMs = 60_000;
const stepMs = minuteMs;
const points = 240;
export const onsetMs = asOfMs - 10 * minuteMs;
const names = ["door", "cart", "stock"] as const;
type Name = (typeof names)[number];

const idOf = (kind: string, name: string, namespace = "shop"): EntityId => entityId({ cluster: "c", namespace, kind, name });
export const service = (name: string): EntityId => idOf("service", name);
export const deployment = (name: string): EntityId => idOf("deployment", name);
const pod = (name: string): EntityId => idOf("pod", `${name}-6c9d8f7b5c-x2v4k`);
export const machine = idOf("node", "worker-1", "");
const instant = (atMs: number): string => new Date(atMs).toISOString();
const recorder = { source: "shop", asOfMs };

function object(entity: EntityId, more: Pick<ClusterObject, "api_kind" | "owner" | "spec" | "status">): ClusterObject {
  return { entity, view: "live", generation: 1, created_at: instant(asOfMs - 48 * 60 * minuteMs), labels: {}, refs: [], ...more };
}

function objectsOf(name: Name): ClusterObject[] {
  const broken = name === "stock";
  const container = { name, ready: !broken, restartCount: broken ? 3 : 0 };
  const killed = { terminated: { reason: "OOMKilled", exitCode: 137, finishedAt: instant(onsetMs + minuteMs) } };
  const containers = [{ name, image: `registry/${name}:1.4`, resources: { limits: { memory: "64Mi" } } }];
  const template = { metadata: { labels: { app: name } }, spec: { containers } };
  return [
    object(deployment(name), {
      api_kind: "Deployment", owner: null, spec: { replicas: 1, selector: { matchLabels: { app: name } }, template },
      status: { replicas: 1, availableReplicas: broken ? 0 : 1 },
    }),
    object(pod(name), {
      api_kind: "Pod", owner: deployment(name), spec: { nodeName: "worker-1", containers },
      status: { phase: "Running", containerStatuses: [{ ...container, ...(broken ? { lastState: killed, state: { waiting: { reason: "CrashLoopBackOff" } } } : { state: { running: {} } }) }] },
    }),
  ]; // prettier-ignore
}

const edges: Edge[] = names.flatMap((name, i): Edge[] => {
  const next = names[i + 1];
  return [
    ...(next === undefined ? [] : [{ from: service(name), to: service(next), kind: "calls" as const, origin: "t" }]),
    { from: service(name), to: deployment(name), kind: "selects", origin: "t" },
    { from: deployment(name), to: pod(name), kind: "owns", origin: "t" },
    { from: pod(name), to: machine, kind: "runs_on", origin: "t" },
  ];
});

function golden(signal: "latency" | "errors"): Snapshot["answers"] {
  const startMs = asOfMs - (points - 1) * stepMs;
  const statistic = signal === "latency" ? ("p95" as const) : ("ratio" as const);
  const rows = new Map(
    names.map((name, seed) => {
      const random = randomOf(seed + 1);
      const hurt = (at: number) => (at >= onsetMs ? (signal === "latency" ? 2 : 0.6) : 0);
      return [service(name), Array.from({ length: points }, (_, i) => 0.01 + 0.002 * random() + hurt(startMs + i * stepMs))] as const;
    }),
  );
  return seriesAnswers(recorder, {
    signal: { golden: signal },
    statistic,
    unit: signal === "latency" ? "s" : "1",
    startMs,
    stepMs,
    rows: rows as ReadonlyMap<EntityId, readonly number[]>,
  });
}

const namespace = idOf("namespace", "shop", "");
const day = windowOf(asOfMs - 24 * 60 * minuteMs, asOfMs);
const killing = `Memory cgroup out of memory: Killed process of stock in ${pod("stock").split("/")[3] ?? ""}`;
const kinds = ["pod", "deployment", "statefulset", "daemonset", "job", "replicaset"];

/** The shop as a case. Everything in it is invented. */
export function shopCase(): RcaCase {
  const topology = recorded(recorder, { about: "topology", of: names.map(service), depth: 4 }, { about: "topology", entities: names.map(service), edges, aliases: [] }); // prettier-ignore
  const objects = recorded(recorder, { about: "objects", kinds, in: namespace, as_of: instant(asOfMs) }, { about: "objects", objects: names.flatMap(objectsOf) }); // prettier-ignore
  const event = { entity: pod("stock"), reason: "BackOff", message: killing, type: "Warning" as const, count: 4, first_at: instant(onsetMs), last_at: instant(asOfMs - minuteMs), from: "kubelet" }; // prettier-ignore
  const events = recorded(recorder, { about: "events", in: namespace, window: day }, { about: "events", events: [event] });
  const alert = alertOf({ name: "DoorFails", entity: service("door"), atMs: onsetMs + 2 * minuteMs, labels: { service: "door" } });
  const answers = [...golden("latency"), ...golden("errors"), topology, objects, events];
  const rest = { entities: names.map(service), edges, aliases: [], answers };
  const window = windowOf(onsetMs - 5 * minuteMs, asOfMs);
  const baselines = [windowOf(asOfMs - 200 * minuteMs, onsetMs - 15 * minuteMs)];
  const snapshot = snapshotOf({ recorder, alert, window, baselines, rest });
  return { system: "shop", id: "one", run: "", snapshot, notLive: new Set() };
}
