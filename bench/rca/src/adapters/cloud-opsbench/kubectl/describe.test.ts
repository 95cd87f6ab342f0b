import { describe, expect, it } from "vitest";
import { node, quota, tillDeployment, tillPod, tillService } from "../testing/fixtures.ts";
import { probeOf } from "./container.ts";
import { described, singular } from "./describe.ts";
import { tableRows } from "./table.ts";

const at = "2026-02-02T02:02:00.250Z";

describe("describe's text", () => {
  it("of a pod gives identity, owner, node, container states and what it mounts", () => {
    const pod = described("pods", tillPod, at);
    expect(pod).toMatchObject({
      kind: "Pod",
      metadata: {
        name: "till-7c9f-x2x2x",
        labels: { app: "till", "pod-template-hash": "7c9f" },
        ownerReferences: [{ kind: "ReplicaSet", name: "till-7c9f" }],
      },
      spec: {
        nodeName: "node-a",
        serviceAccountName: "till",
        nodeSelector: { disk: "fast" },
        tolerations: [
          { key: "gpu", value: "yes", effect: "NoSchedule", operator: "Equal" },
          { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
        ],
        volumes: [{ name: "box", persistentVolumeClaim: { claimName: "till-box" } }],
      },
      status: {
        phase: "Pending",
        startTime: "2026-02-02T02:00:00.000Z",
        conditions: [
          { type: "Ready", status: "False" },
          { type: "PodScheduled", status: "True" },
        ],
        containerStatuses: [
          {
            name: "main",
            ready: false,
            restartCount: 2,
            state: { waiting: { reason: "ImagePullBackOff" } },
            lastState: { terminated: { reason: "Error", exitCode: 3, finishedAt: "2026-02-02T01:59:00.000Z" } },
          },
        ],
      },
    });
  });

  it("of a pod gives where its environment comes from", () => {
    expect(described("pod", tillPod, at)).toMatchObject({
      spec: {
        containers: [
          {
            ports: [{ containerPort: 8443, protocol: "TCP" }],
            envFrom: [{ configMapRef: { name: "till-settings", optional: false } }, { secretRef: { name: "till-keys", optional: true } }],
            env: [
              { name: "LEDGER_ADDR", value: "ledger:7001" },
              { name: "GREETING" },
              { name: "PIN", valueFrom: { secretKeyRef: { name: "till-keys", key: "pin" } } },
            ],
          },
        ],
      },
    });
  });

  it("of a deployment gives what is wanted and what is there", () => {
    expect(described("deployments", tillDeployment, at)).toMatchObject({
      metadata: { creationTimestamp: "2026-02-02T02:00:00.000Z" },
      spec: { replicas: 2, template: { metadata: { labels: { app: "till" } } } },
      status: { availableReplicas: 0, conditions: [{ type: "Available", status: "False", reason: "MinimumReplicasUnavailable" }] },
    });
  });

  it("of a service gives every port with its protocol and target", () => {
    expect(described("services", tillService, at)).toMatchObject({
      spec: {
        type: "NodePort",
        selector: { app: "till" },
        ports: [
          { name: "web", port: 443, protocol: "TCP", targetPort: 8443, nodePort: 30443 },
          { name: "probe", port: 81, protocol: "UDP", targetPort: "health" },
        ],
      },
    });
  });

  it("of a quota gives what is used and what is allowed", () => {
    expect(described("resourcequota", quota, at)).toMatchObject({
      spec: { hard: { "requests.memory": "4Gi", pods: "8" } },
      status: { used: { "requests.memory": "3Gi", pods: "7" } },
    });
  });

  it("of a node gives conditions with their times, taints and what is requested of it", () => {
    expect(described("nodes", node, at)).toMatchObject({
      spec: { taints: [{ key: "key", value: "only", effect: "NoSchedule" }] },
      status: {
        conditions: [{ type: "Ready", status: "Unknown", lastTransitionTime: "2026-02-02T01:55:00.000Z", reason: "NodeStatusUnknown" }],
        requested: { cpu: "3500m" },
      },
    });
  });

  it("that is an error is no object", () => {
    expect(described("services", 'Error from server (NotFound): services "x" not found', at)).toBeNull();
  });
});

it.each([
  ["grpc <pod>:90  delay=1s timeout=2s period=3s #success=1 #failure=4", { grpc: { port: 90 }, failureThreshold: 4 }],
  [
    "http-get http://:8080/healthz delay=0s timeout=1s period=10s #success=1 #failure=3",
    { httpGet: { scheme: "HTTP", port: 8080, path: "/healthz" } },
  ],
  ["tcp-socket :admin delay=0s timeout=1s period=10s #success=1 #failure=3", { tcpSocket: { port: "admin" }, periodSeconds: 10 }],
  [
    "exec [cat /run/alive] delay=9s timeout=1s period=10s #success=1 #failure=3",
    { exec: { command: ["cat /run/alive"] }, initialDelaySeconds: 9 },
  ],
])("the probe %s keeps its action and its numbers", (text, probe) => {
  expect(probeOf(text)).toMatchObject(probe);
});

it("a table's cells stand under their headings, empty ones too", () => {
  const rows = tableRows("NAME   CLAIM    AGE\na               5m\nlonger shop/b   1d\n");
  expect(rows).toEqual([
    { NAME: "a", CLAIM: "", AGE: "5m" },
    { NAME: "longer", CLAIM: "shop/b", AGE: "1d" },
  ]);
});

it.each([
  ["pods", "pod"],
  ["networkpolicies", "networkpolicy"],
  ["storageclasses", "storageclass"],
  ["ingresses", "ingress"],
  ["endpoints", "endpoints"],
])("%s are each a %s", (many, one) => {
  expect(singular(many)).toBe(one);
});
