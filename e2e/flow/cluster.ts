import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const kubectl = process.env["KUBECTL"] ?? "kubectl";

/** Runs kubectl as the administrator beside the demo systems, which must not stand still; `stdin` is what `-f -` reads. Resolves to what it printed. */
export async function runKubectl(args: readonly string[], stdin = ""): Promise<string> {
  const child = spawn(kubectl, args, { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(stdin);
  const ended = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const [printed, complaint, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${complaint}`);
  return printed;
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

const readerName = (namespace: string) => `sre-reader-${namespace}`;

/** The rights that operators are told to give, under names of this run. */
function reader(namespace: string): string {
  const manifest = readFileSync("deploy/kubernetes/reader.yaml", "utf8");
  return manifest.replaceAll("sre-reader", readerName(namespace)).replaceAll("sre-platform", namespace);
}

/** Creates nodes, three workloads and a least-privilege reader; waits until the rollouts are complete. */
export async function createEstate(namespace: string, services: readonly string[]): Promise<void> {
  const nodes = ["demo-1", "demo-2"].map((name) => ({ apiVersion: "v1", kind: "Node", metadata: { name } }));
  const objects = [
    ...nodes,
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    ...services.flatMap((service) => workload(namespace, service)),
  ];
  await runKubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  await runKubectl(["apply", "-f", "-"], reader(namespace));
  await Promise.all(services.map((service) => rolledOut(namespace, service)));
}

async function rolledOut(namespace: string, service: string): Promise<void> {
  await runKubectl(["-n", namespace, "rollout", "status", `deployment/${service}`, "--timeout=120s"]);
}

/** Rolls a deployment out to another version and waits for it. */
export async function rollOut(namespace: string, service: string, version: string): Promise<void> {
  await runKubectl(["-n", namespace, "set", "image", `deployment/${service}`, `${service}=${image(service, version)}`]);
  await rolledOut(namespace, service);
}

/** Writes a kubeconfig of the reader into a directory and returns its path. */
export async function readerKubeconfig(namespace: string, directory: string): Promise<string> {
  const token = (await runKubectl(["-n", namespace, "create", "token", readerName(namespace)])).trim();
  const cluster = JSON.parse(await runKubectl(["config", "view", "--minify", "--raw", "-o", "json"])) as {
    clusters: { name: string; cluster: object }[];
  };
  const config = {
    apiVersion: "v1", kind: "Config", clusters: cluster.clusters, users: [{ name: "reader", user: { token } }],
    contexts: [{ name: "reader", context: { cluster: cluster.clusters[0]?.name, user: "reader" } }], "current-context": "reader",
  }; // prettier-ignore
  const path = join(directory, `${namespace}.kubeconfig`);
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** Deletes what `createEstate` made in the namespace. */
export async function deleteEstate(namespace: string): Promise<void> {
  await runKubectl(["delete", "namespace", namespace, "--wait=false", "--ignore-not-found"]);
  await runKubectl(["delete", "clusterrole,clusterrolebinding", readerName(namespace), "--ignore-not-found"]);
}
