import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CoreV1Api, KubeConfig, KubernetesObjectApi, PatchStrategy, type KubernetesObject } from "@kubernetes/client-node";
import type { Answer, DataOf, Question } from "@sre/contracts/evidence";
import { createOutboundFactory, newUuid, systemClock } from "@sre/service-kit";
import { quietLog, testMetrics } from "@sre/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AskContext, EvidenceSource } from "../source.ts";
import { openKubernetesSource } from "./index.ts";

const kubeconfig = process.env["KUBECONFIG"] ?? "";
const namespace = `evidence-${newUuid().slice(-8)}`;
const shop = `eu//namespace/${namespace}`;
const id = (kind: string, name: string): string => `eu/${namespace}/${kind}/${name}`;
const podKinds = [
  "pod",
  "deployment",
  "replicaset",
  "service_object",
  "config",
  "quota",
  "claim",
  "endpoints",
  "autoscaler",
  "budget",
  "limitrange",
  "ingress",
  "policy",
  "cronjob",
  "job",
  "statefulset",
  "daemonset",
];

const readable = (apiGroup: string, resources: string[]) => ({ apiGroups: [apiGroup], resources, verbs: ["list"] });
const rules = [
  readable("", ["pods", "services", "events", "nodes", "resourcequotas", "limitranges", "persistentvolumeclaims"]),
  readable("apps", ["deployments", "statefulsets", "daemonsets", "replicasets"]),
  readable("batch", ["jobs", "cronjobs"]),
  readable("discovery.k8s.io", ["endpointslices"]),
  readable("networking.k8s.io", ["ingresses", "networkpolicies"]),
  readable("autoscaling", ["horizontalpodautoscalers"]),
  readable("policy", ["poddisruptionbudgets"]),
];

const crashing = `phase: Running
conditions: [{type: Ready, status: "False", reason: ContainersNotReady}]
containerStatuses: [{name: cart, ready: false, restartCount: 6, image: "cart:v2", imageID: "", state: {waiting: {reason: CrashLoopBackOff, message: "back-off"}}, lastState: {terminated: {exitCode: 137, reason: OOMKilled}}}]`;

function deploymentOf(image: string, annotations: Record<string, string> = {}) {
  const env = [
    { name: "PAYMENT_URL", value: "http://payment:8080/pay" },
    { name: "PASSWORD", value: "hunter2" },
  ];
  const containers = [
    { name: "cart", image, env, envFrom: [{ configMapRef: { name: "absent" } }], resources: { limits: { memory: "64Mi", cpu: "100m" } } },
  ];
  return {
    apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "cart", namespace },
    spec: { replicas: 2, selector: { matchLabels: { app: "cart" } }, template: { metadata: { labels: { app: "cart" }, annotations }, spec: { containers } } },
  }; // prettier-ignore
}

const serviceOf = (name: string) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace },
  spec: { selector: { app: name }, ports: [{ port: 8080 }] },
});

function dataOf<About extends Question["about"]>(answer: Answer, about: About): DataOf<About> {
  if (answer.kind !== "answered" || answer.data.about !== about) throw new Error(`no ${about} but ${JSON.stringify(answer)}`);
  return answer.data as DataOf<About>;
}

/** The administrator's kubeconfig with the token of a service account that may only list. */
async function readerConfig(admin: KubeConfig): Promise<string> {
  const core = admin.makeApiClient(CoreV1Api);
  const spec = { audiences: [], expirationSeconds: 3_600 };
  const { status } = await core.createNamespacedServiceAccountToken({ name: "reader", namespace, body: { spec } });
  const cluster = admin.getCurrentCluster();
  const ca = cluster?.caData ? { "certificate-authority-data": cluster.caData } : { "certificate-authority": cluster?.caFile };
  return JSON.stringify({
    apiVersion: "v1", kind: "Config", "current-context": "reader", clusters: [{ name: "c", cluster: { server: cluster?.server, ...ca } }],
    contexts: [{ name: "reader", context: { cluster: "c", user: "reader" } }], users: [{ name: "reader", user: { token: status?.token } }],
  }); // prettier-ignore
}

const estate = (): readonly unknown[] => [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
  { apiVersion: "v1", kind: "Node", metadata: { name: `${namespace}-node` } },
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "reader", namespace } },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: namespace }, rules },
  {
    apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: { name: namespace }, roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: namespace },
    subjects: [{ kind: "ServiceAccount", name: "reader", namespace }],
  },
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "flags", namespace }, data: { a: "b" } },
  { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "small", namespace }, spec: { hard: { pods: "20" } } },
  serviceOf("cart"),
  serviceOf("payment"),
  deploymentOf("cart:v1"),
]; // prettier-ignore

const beginsAt = (at: Date) => at.toISOString().replace(/\.\d+Z$/, "Z");

function backOff(pod: string): unknown {
  const at = beginsAt(new Date());
  return {
    apiVersion: "v1", kind: "Event", metadata: { name: `${pod}.1`, namespace }, involvedObject: { kind: "Pod", namespace, name: pod }, reason: "BackOff", type: "Warning", count: 4,
    message: "Back-off restarting failed container", firstTimestamp: at, lastTimestamp: at, source: { component: "kubelet" },
  }; // prettier-ignore
}

describe.skipIf(!kubeconfig)("a real cluster, read with few rights", () => {
  const admin = new KubeConfig();
  const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  let api: KubernetesObjectApi;
  let source: EvidenceSource;

  const context = (): AskContext => ({ asOf: new Date().toISOString(), signal: AbortSignal.timeout(30_000), deadlineMs: 10_000 });
  const window = () => ({ from: new Date(Date.now() - 600_000).toISOString(), to: new Date(Date.now() + 1_000).toISOString() });
  const ask = (question: Question) => source.ask(question, context());
  const objects = (kinds: string[], place = shop): Question => ({ about: "objects", kinds, in: place, as_of: new Date().toISOString() });

  async function until(what: string, done: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 150; attempt++) {
      if (await done()) return;
      await pause(250);
    }
    throw new Error(`never came: ${what}`);
  }

  const crashingPods = async (): Promise<string[]> => {
    const { objects: pods } = dataOf(await ask(objects(["pod"])), "objects");
    return pods.filter((pod) => JSON.stringify(pod.status).includes("CrashLoopBackOff")).map((pod) => pod.entity.split("/").at(-1) ?? "");
  };

  beforeAll(async () => {
    admin.loadFromFile(kubeconfig);
    api = KubernetesObjectApi.makeApiClient(admin);
    for (const object of estate()) await api.create(object as KubernetesObject);
    const kubeconfigFile = join(folder, "config");
    writeFileSync(kubeconfigFile, await readerConfig(admin), { mode: 0o600 });
    const outbound = createOutboundFactory({ metrics: testMetrics(), log: quietLog, clock: systemClock });
    const cache = {
      getOrSet: <T>(_key: string, _ttlMs: number, load: () => Promise<T>) => load(),
      delete: () => Promise.resolve(),
      check: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    const config = {
      kind: "kubernetes",
      name: "kubernetes",
      cluster: "eu",
      inFlightMax: 16,
      deadlineMs: 10_000,
      kubeconfigFile,
      context: null,
    } as const;
    source = openKubernetesSource(config, { outbound, cache, clock: systemClock, log: quietLog });
    await until("two running pods", async () => {
      const { objects: pods } = dataOf(await ask(objects(["pod"])), "objects");
      return pods.filter((pod) => pod.status["phase"] === "Running").length === 2;
    });
    // Rollouts are told apart by the second in which their ReplicaSets were made.
    await pause(1_100);
    const broken = deploymentOf("cart:v2", { "testbed/status": crashing });
    await api.patch(broken as KubernetesObject, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
    await until("a crashing pod", async () => (await crashingPods()).length > 0);
    for (const pod of await crashingPods()) await api.create(backOff(pod) as KubernetesObject);
  });

  afterAll(async () => {
    await source?.close();
    const leftovers = [
      { apiVersion: "v1", kind: "Namespace" },
      { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" },
      { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding" },
    ].map((kind) => ({ ...kind, metadata: { name: namespace } }));
    const node = { apiVersion: "v1", kind: "Node", metadata: { name: `${namespace}-node` } };
    for (const object of [...leftovers, node]) await api.delete(object).catch(() => undefined);
    rmSync(folder, { recursive: true });
  });

  test("shows workloads, pods in trouble and what they lack, and says what it may not read", async () => {
    const answer = await ask(objects(podKinds));
    const { objects: found } = dataOf(answer, "objects");
    const crashed = found.find((object) => object.api_kind === "Pod" && JSON.stringify(object.status).includes("OOMKilled"));
    expect(crashed).toMatchObject({ owner: id("deployment", "cart"), labels: { app: "cart" } });
    expect(found.map((object) => object.entity)).toEqual(
      expect.arrayContaining([id("deployment", "cart"), id("service", "cart"), id("quota", "small")]),
    );
    expect(found.find((object) => object.entity === id("deployment", "cart"))?.refs).toContainEqual({
      path: "containers[cart].envFrom[0]",
      to: id("config", "absent"),
      optional: false,
      exists: null,
    });
    expect(JSON.stringify(answer)).not.toContain("hunter2");
    expect(answer).toMatchObject({
      kind: "answered",
      coverage: {
        complete: false,
        as_of: "then",
        by_kind: { pod: "answered", config: "denied", budget: "answered", autoscaler: "answered", endpoints: "answered" },
      },
    });
  });

  test("refuses nothing silently: a kind that may not be read alone is denied", async () => {
    expect(await ask(objects(["config"]))).toMatchObject({ kind: "unanswered", because: "denied" });
  });

  test("shows the nodes of the cluster", async () => {
    const { objects: nodes } = dataOf(await ask(objects(["node"], "eu//cluster/eu")), "objects");
    const own = nodes.find((node) => node.entity === `eu//node/${namespace}-node`);
    expect(own?.status["conditions"]).toContainEqual(expect.objectContaining({ type: "Ready", status: "True" }));
  });

  test("tells of the rollout that broke it, as a change with a stable id", async () => {
    const question: Question = { about: "changes", of: [id("service", "cart")], window: window() };
    const { changes } = dataOf(await ask(question), "changes");
    expect(changes.map((change) => [change.id, change.from, change.to])).toEqual([
      [`rollout/${namespace}/cart/1`, null, "cart:v1"],
      [`rollout/${namespace}/cart/2`, "cart:v1", "cart:v2"],
    ]);
    expect(changes[1]).toMatchObject({ state: "started", ended_at: null, origin: "rollout", touches: [id("service", "cart")] });
  });

  test("tells of the events of the workload's pods, and of who scaled it", async () => {
    const answer = await ask({ about: "events", in: id("deployment", "cart"), window: window() });
    const { events } = dataOf(answer, "events");
    expect(events.find((event) => event.reason === "BackOff")).toMatchObject({ type: "Warning", count: 4, from: "kubelet" });
    expect(events.find((event) => event.reason === "ScalingReplicaSet")).toMatchObject({ entity: id("deployment", "cart") });
  });

  test("draws what selects, owns, carries and calls whom", async () => {
    const answer = await ask({ about: "topology", of: [id("service", "cart")], depth: 3 });
    const edges = dataOf(answer, "topology").edges.map(({ from, kind, to }) => `${from} ${kind} ${to}`);
    expect(edges).toEqual(
      expect.arrayContaining([
        `${id("service", "cart")} selects ${id("deployment", "cart")}`,
        `${id("deployment", "cart")} calls ${id("service", "payment")}`,
      ]),
    );
    expect(edges.filter((edge) => edge.startsWith(`${id("deployment", "cart")} owns `)).length).toBeGreaterThanOrEqual(2);
    expect(edges.some((edge) => edge.includes(" runs_on eu//node/"))).toBe(true);
  });
});
