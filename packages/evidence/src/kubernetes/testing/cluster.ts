import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog, createMetrics, createOutboundFactory, systemClock, type Cache, type Clock } from "@sre/service-kit";
import type { Answer, DataOf, Question } from "@sre/contracts/evidence";
import type { EvidenceSource } from "../../source.ts";
import { loadClient } from "../access.ts";
import { openKubernetesSource } from "../index.ts";

/* A small cluster as its API server would show it, and a source that reads it. */

export const now = "2026-03-02T10:00:00.000Z";
export const minutesAgo = (minutes: number): string => new Date(Date.parse(now) - minutes * 60_000).toISOString().replace(".000Z", "Z");

interface Meta {
  readonly name: string;
  readonly labels?: Record<string, string>;
  readonly owner?: { kind: string; name: string; uid?: string };
  readonly createdAt?: string;
  readonly more?: Record<string, unknown>;
}

function meta({ name, labels = {}, owner, createdAt = minutesAgo(600), more = {} }: Meta) {
  const ownerReferences = owner ? [{ apiVersion: "apps/v1", controller: true, uid: "u", ...owner }] : [];
  return {
    name,
    namespace: "shop",
    uid: `uid-${name}`,
    labels,
    creationTimestamp: createdAt,
    managedFields: [{ manager: "kubectl" }],
    ownerReferences,
    ...more,
  };
}

export const containerOf = (image: string, more: Record<string, unknown> = {}) => ({
  name: "cart", image, args: ["--db-password=hunter2", "--port=8080"], resources: { limits: { memory: "256Mi" } },
  env: [
    { name: "PAYMENT_URL", value: "http://user:s3cret@payment:8080/pay?token=abc" },
    { name: "DB_PASSWORD", value: "hunter2" },
    { name: "FLAGS", valueFrom: { configMapKeyRef: { name: "flags", key: "all" } } },
  ],
  ...more,
}); // prettier-ignore
const templateOf = (image: string, more: Record<string, unknown> = {}) => ({
  metadata: { labels: { app: "cart" }, annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}" } },
  spec: {
    containers: [containerOf(image, more)],
    volumes: [
      { name: "data", persistentVolumeClaim: { claimName: "cart-data" } },
      { name: "tls", secret: { secretName: "cart-tls", optional: true } },
    ],
  },
});

export const deployment = {
  metadata: meta({
    name: "cart",
    labels: { app: "cart" },
    more: { generation: 4, annotations: { "kubernetes.io/change-cause": "bump cart" } },
  }),
  spec: { replicas: 2, selector: { matchLabels: { app: "cart" } }, template: templateOf("cart:v2") },
  status: {
    observedGeneration: 4,
    replicas: 2,
    updatedReplicas: 2,
    availableReplicas: 1,
    conditions: [
      { type: "Available", status: "False", reason: "MinimumReplicasUnavailable" },
      { type: "Progressing", status: "True", reason: "ReplicaSetUpdated", lastUpdateTime: minutesAgo(20) },
    ],
  },
};

const replicaSet = (
  hash: string,
  revision: number,
  rest: { image: string; createdAt: string; replicas: number; more?: Record<string, unknown> },
) => ({
  metadata: meta({
    name: `cart-${hash}`,
    labels: { app: "cart", "pod-template-hash": hash },
    owner: { kind: "Deployment", name: "cart", uid: "uid-cart" },
    createdAt: rest.createdAt,
    more: { annotations: { "deployment.kubernetes.io/revision": String(revision) } },
  }),
  spec: { replicas: rest.replicas, template: templateOf(rest.image, rest.more) },
  status: { replicas: rest.replicas },
});
export const replicaSets = [
  replicaSet("aaa", 2, { image: "cart:v0", createdAt: minutesAgo(500), replicas: 0 }),
  replicaSet("bbb", 3, { image: "cart:v1", createdAt: minutesAgo(50), replicas: 0 }),
  replicaSet("ccc", 4, { image: "cart:v2", createdAt: minutesAgo(20), replicas: 2 }),
];

export const pod = (
  name: string,
  more: { hash?: string; node?: string; ready?: boolean; owner?: { kind: string; name: string } | null } = {},
) => {
  const { hash = "ccc", node = "n1", ready = true } = more;
  const owner = more.owner === undefined ? { kind: "ReplicaSet", name: `cart-${hash}` } : more.owner;
  return {
    metadata: meta({ name, labels: { app: "cart", "pod-template-hash": hash }, ...(owner ? { owner } : {}), createdAt: minutesAgo(19) }),
    spec: { nodeName: node, containers: [containerOf("cart:v2")], volumes: [] },
    status: {
      phase: "Running",
      podIP: "10.0.0.7",
      startTime: minutesAgo(19),
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
      containerStatuses: [
        {
          name: "cart",
          restartCount: ready ? 0 : 7,
          state: ready ? {} : { waiting: { reason: "CrashLoopBackOff", message: "password=hunter2 was wrong" } },
        },
      ],
    },
  };
};

export const service = {
  metadata: meta({ name: "cart" }),
  spec: { selector: { app: "cart" }, clusterIP: "10.96.0.7", ports: [{ name: "http", port: 80 }] },
};
const payment = { metadata: meta({ name: "payment" }), spec: { selector: { app: "payment" }, ports: [{ port: 8080 }] } };
const ingress = {
  metadata: meta({ name: "web" }),
  spec: {
    rules: [{ host: "shop.example", http: { paths: [{ path: "/cart", backend: { service: { name: "cart", port: { number: 81 } } } }] } }],
  },
};
const config = {
  metadata: meta({ name: "flags" }),
  data: {
    all: "secret-sauce=on",
    "app.yaml": "db:\n  url: jdbc:postgresql://admin:pw@db.shop:5432/carts?ssl=1\n  cache: redis:6379\n",
    LEDGER_HOST: "ledger",
  },
};
const node = {
  metadata: { ...meta({ name: "n1" }), namespace: undefined },
  spec: {},
  status: { conditions: [{ type: "Ready", status: "True" }] },
};

export const event = (more: Record<string, unknown> = {}) => ({
  metadata: meta({ name: "cart-1.17", createdAt: minutesAgo(10) }), involvedObject: { kind: "Pod", namespace: "shop", name: "cart-ccc-1" }, reason: "BackOff",
  message: "Back-off restarting failed container, token=abcdef123456", type: "Warning", count: 12, firstTimestamp: minutesAgo(15), lastTimestamp: minutesAgo(1), source: { component: "kubelet" }, ...more,
}); // prettier-ignore

/** An answer of the fake API server. */
export interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  readonly body?: string;
}

export type Lists = Readonly<Record<string, readonly unknown[] | Reply>>;

const shop: Lists = {
  pods: [pod("cart-ccc-1", { ready: false }), pod("cart-ccc-2")], deployments: [deployment], replicasets: replicaSets, services: [service, payment], ingresses: [ingress], configmaps: [config], nodes: [node], events: [event()],
}; // prettier-ignore

/** Answers lists by the last part of their path; what is not given is an empty list. */
export function serving(lists: Lists = {}): (request: { readonly path: string }) => Reply {
  const all: Lists = { ...shop, ...lists };
  return (request) => {
    const list = all[request.path.split("/").at(-1) ?? ""] ?? [];
    return Array.isArray(list) ? { json: { kind: "List", metadata: {}, items: list } } : (list as Reply);
  };
}

/** Loads what a first question would load, which on a busy machine takes longer than a deadline. */
export const warmUp = async (): Promise<void> => void (await loadClient());

const noCache: Cache = {
  getOrSet: (_key, _ttlMs, load) => load(),
  delete: () => Promise.resolve(),
  check: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

interface Settings {
  readonly secretKeys?: boolean;
  readonly cluster?: string | null;
  readonly deadlineMs?: number;
  readonly kubeconfigFile?: string;
}

export interface OpenedCluster<Http> extends AsyncDisposable {
  readonly source: EvidenceSource;
  readonly http: Http;
}

/** A source over an API server that is reached as a kubeconfig says; the time stands at `now`. Closes the server with itself. */
export function openCluster<Http extends { readonly url: string; close(): Promise<void> }>(
  http: Http,
  settings: Settings = {},
): OpenedCluster<Http> {
  const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  const kubeconfigFile = settings.kubeconfigFile ?? join(folder, "config");
  writeFileSync(join(folder, "config"), kubeconfig(http.url));
  const log = createLog({ service: "test", level: "silent" });
  const outbound = createOutboundFactory({ metrics: createMetrics("test"), log, clock: systemClock });
  const clock: Clock = { now: () => new Date(now), monotonicMs: () => systemClock.monotonicMs() };
  const { secretKeys = false, cluster = null, deadlineMs = 10_000 } = settings;
  const config = {
    kind: "kubernetes",
    name: "kubernetes",
    cluster,
    inFlightMax: 16,
    deadlineMs,
    kubeconfigFile,
    context: null,
    secretKeys,
  } as const;
  const source = openKubernetesSource(config, { outbound, cache: noCache, clock, log });
  return {
    source,
    http,
    async [Symbol.asyncDispose]() {
      await source.close();
      await http.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export const shopNamespace = "eu//namespace/shop";
export const idIn = (kind: string, name: string): string => `eu/shop/${kind}/${name}`;
/** The instant some minutes before now, as evidence writes it. */
export const before = (minutes: number): string => new Date(Date.parse(minutesAgo(minutes))).toISOString();
export const context = { asOf: now, signal: new AbortController().signal, deadlineMs: 20_000 };
export const window = { from: before(55), to: now };
export const objectsQuestion = (kinds: string[], place = shopNamespace, as_of = now): Question => ({
  about: "objects",
  kinds,
  in: place,
  as_of,
});
export const eventsIn = (place: string): Question => ({ about: "events", in: place, window });
export const changesOf = (...of: string[]): Question => ({ about: "changes", of, window });
export const denied: Reply = { status: 403, json: { kind: "Status", reason: "Forbidden" } };

export function dataOf<About extends Question["about"]>(answer: Answer, about: About): DataOf<About> {
  if (answer.kind !== "answered" || answer.data.about !== about) throw new Error(`no ${about} but ${JSON.stringify(answer)}`);
  return answer.data as DataOf<About>;
}

// A loopback server without TLS needs the same word as one whose certificate is not checked.
const kubeconfig = (server: string): string => `apiVersion: v1
kind: Config
current-context: test
clusters: [{ name: test, cluster: { server: "${server}", insecure-skip-tls-verify: true } }]
contexts: [{ name: test, context: { cluster: test, user: reader } }]
users: [{ name: reader, user: { token: read-only-token } }]
`;
