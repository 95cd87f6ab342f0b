import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const kubectl = process.env["KUBECTL"] ?? "kubectl";

/** Runs kubectl as the administrator; `stdin` is what `-f -` reads. Returns what it printed. */
export function runKubectl(args: readonly string[], stdin = ""): string {
  return execFileSync(kubectl, args, { input: stdin, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
}

const image = (service: string, version: string) => `registry.example/${service}:${version}`;

function workload(namespace: string, service: string): object[] {
  const labels = { app: service };
  const container = { name: service, image: image(service, "1.0.0"), ports: [{ containerPort: 8080 }] };
  return [
    { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: service, namespace, labels }, spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } } },
    { apiVersion: "v1", kind: "Service", metadata: { name: service, namespace }, spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] } },
  ]; // prettier-ignore
}

/** What the assistant may do: get and list what it reads, never Secrets, never a write. */
function reader(namespace: string): object[] {
  const rules = [
    {
      apiGroups: [""],
      resources: [
        "pods",
        "services",
        "nodes",
        "namespaces",
        "events",
        "endpoints",
        "configmaps",
        "persistentvolumeclaims",
        "persistentvolumes",
        "resourcequotas",
        "limitranges",
      ],
      verbs: ["get", "list"],
    },
    { apiGroups: ["apps"], resources: ["deployments", "replicasets", "statefulsets", "daemonsets"], verbs: ["get", "list"] },
    { apiGroups: ["batch"], resources: ["jobs", "cronjobs"], verbs: ["get", "list"] },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list"] },
    { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "networkpolicies"], verbs: ["get", "list"] },
    { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: ["get", "list"] },
    { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: ["get", "list"] },
    { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["get", "list"] },
  ];
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "sre-reader", namespace } },
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "sre-reader" }, rules },
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: { name: "sre-reader" }, roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "sre-reader" }, subjects: [{ kind: "ServiceAccount", name: "sre-reader", namespace }] },
  ]; // prettier-ignore
}

/** Creates nodes, three workloads and a least-privilege reader; waits until the rollouts are complete. */
export function createEstate(namespace: string, services: readonly string[]): void {
  const nodes = ["demo-1", "demo-2"].map((name) => ({ apiVersion: "v1", kind: "Node", metadata: { name } }));
  const objects = [
    ...nodes,
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    ...services.flatMap((service) => workload(namespace, service)),
    ...reader(namespace),
  ];
  runKubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  for (const service of services) runKubectl(["-n", namespace, "rollout", "status", `deployment/${service}`, "--timeout=60s"]);
}

/** Rolls a deployment out to another version and waits for it. */
export function rollOut(namespace: string, service: string, version: string): void {
  runKubectl(["-n", namespace, "set", "image", `deployment/${service}`, `${service}=${image(service, version)}`]);
  runKubectl(["-n", namespace, "rollout", "status", `deployment/${service}`, "--timeout=60s"]);
}

/** Writes a kubeconfig of the reader into a directory and returns its path. */
export function readerKubeconfig(namespace: string, directory: string): string {
  const token = runKubectl(["-n", namespace, "create", "token", "sre-reader"]).trim();
  const cluster = JSON.parse(runKubectl(["config", "view", "--minify", "--raw", "-o", "json"])) as {
    clusters: { name: string; cluster: object }[];
  };
  const config = {
    apiVersion: "v1", kind: "Config", clusters: cluster.clusters, users: [{ name: "reader", user: { token } }],
    contexts: [{ name: "reader", context: { cluster: cluster.clusters[0]?.name, user: "reader" } }], "current-context": "reader",
  }; // prettier-ignore
  const path = join(directory, "reader.kubeconfig");
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** Deletes what `createEstate` made in the namespace. */
export function deleteEstate(namespace: string): void {
  runKubectl(["delete", "namespace", namespace, "--wait=false", "--ignore-not-found"]);
}
