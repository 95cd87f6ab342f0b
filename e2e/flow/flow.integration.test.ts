import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Alert, DiagnosisRun, DiagnosisSummary, Incident } from "@sre/contracts/control-plane";
import { canonicalJson } from "@sre/contracts/canonical";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEstate, deleteEstate, readerKubeconfig, rollOut } from "./cluster.ts";
import { startDemoSystem, type DemoSystem } from "./demo-system.ts";
import { observe, route } from "./observability.ts";
import { startPlatform, type Platform } from "./platform.ts";

const { PROMETHEUS_URL, PROMETHEUS_CONFIG, ALERTMANAGER_URL, ALERTMANAGER_CONFIG, LOKI_URL, KUBECONFIG } = process.env;
const everything = [PROMETHEUS_URL, PROMETHEUS_CONFIG, ALERTMANAGER_URL, ALERTMANAGER_CONFIG, LOKI_URL, KUBECONFIG].every(Boolean);
const cluster = "demo";
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until<T>(what: string, limitMs: number, look: () => Promise<T | null | undefined>): Promise<T> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
    await sleep(300);
  }
  throw new Error(`not within ${limitMs / 1_000} s: ${what}`);
}

const entity = (namespace: string, kind: string, name: string) => `${cluster}/${namespace}/${kind}/${name}`;

async function change(
  platform: Platform,
  body: { id: string; entity: string; kind: string; title: string; started_at: string; from?: string; to?: string },
) {
  await platform.call("POST", "/api/v1/changes", body);
}

async function incidentOf(platform: Platform, namespace: string): Promise<Incident> {
  return until(`an incident in ${namespace}`, 90_000, async () => {
    const { items } = await platform.call<{ items: Incident[] }>("GET", "/api/v1/incidents?limit=50");
    return items.find((item) => item.entities.some((one) => one.startsWith(`${cluster}/${namespace}/`)));
  });
}

async function reported(platform: Platform, incidentId: string, id?: string): Promise<DiagnosisRun> {
  return until(`a reported diagnosis of ${incidentId}`, 90_000, async () => {
    const { items } = await platform.call<{ items: DiagnosisSummary[] }>("GET", `/api/v1/incidents/${incidentId}/diagnoses`);
    const failed = items.find((item) => item.status === "failed");
    if (failed) throw new Error(`the diagnosis failed: ${failed.error}`);
    const found = items.find((item) => item.status === "reported" && (id === undefined || item.id === id));
    return found && platform.call<DiagnosisRun>("GET", `/api/v1/diagnoses/${found.id}`);
  });
}

/** Asks for a diagnosis as the console does, and waits for its result. */
async function diagnose(platform: Platform, incidentId: string, body: object): Promise<DiagnosisRun> {
  const { id } = await platform.call<DiagnosisRun>("POST", `/api/v1/incidents/${incidentId}/diagnoses`, body);
  return reported(platform, incidentId, id);
}

const topOf = (run: DiagnosisRun) => run.result?.diagnosis.causes[0];
const brokenService = (namespace: string) => [entity(namespace, "deployment", "checkout"), entity(namespace, "service", "checkout")];
const gapsOf = (run: DiagnosisRun) => run.result?.diagnosis.unknown.map((gap) => gap.source) ?? [];

/** What breaks: half of the requests fail, slowly. */
const fault = { version: "1.0.0", latencyMs: 60, failureRatio: 0.5, errorLine: "panic: price table is empty" };

async function startGarbage(): Promise<{ url: string; close(): void }> {
  const server = createServer((_, response) =>
    response.writeHead(200, { "content-type": "text/html" }).end("<html>not what you asked for</html>"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

describe.skipIf(!everything)("from a broken deployment to a diagnosis, with real services", () => {
  const [namespace, calm] = [`shop-${process.pid}`, `calm-${process.pid}`];
  const demos: DemoSystem[] = [];
  let platform: Platform;
  let sources: Record<string, string>;
  let incident: Incident;

  beforeAll(async () => {
    for (const one of [namespace, calm]) await createEstate(one, ["frontend", "cart", "checkout"]);
    platform = await startPlatform({}, { DIAGNOSIS_RECHECK_SECONDS: "0" });
    for (const one of [namespace, calm])
      demos.push(await startDemoSystem({ cluster, namespace: one, lokiUrl: LOKI_URL!, requestsPerSecond: 10 }));
    sources = {
      PROMETHEUS_URL: PROMETHEUS_URL!,
      LOKI_URL: LOKI_URL!,
      KUBECONFIG: await readerKubeconfig(namespace, platform.directory),
      SOURCES_CLUSTER: cluster,
    };
    await platform.restartAssistant(sources);
    await observe(observed());
    await route({
      alertmanagerUrl: ALERTMANAGER_URL!,
      configFile: ALERTMANAGER_CONFIG!,
      webhookUrl: `${platform.url}/api/v1/webhooks/alertmanager`,
      token: platform.ingestToken,
    });
    await sleep(75_000);
    await deployBroken();
    incident = await incidentOf(platform, namespace);
  }, 420_000);

  const observed = () => ({
    prometheusUrl: PROMETHEUS_URL!,
    configFile: PROMETHEUS_CONFIG!,
    alertmanagerUrl: ALERTMANAGER_URL!,
    namespaces: [namespace, calm],
    scrapeConfigs: demos.map(({ scrapeConfigs }) => scrapeConfigs),
  });

  async function deployBroken(): Promise<void> {
    const [now, earlier] = [new Date(), new Date(Date.now() - 45 * 60_000)];
    const flag = { id: `flag-${namespace}`, entity: entity(namespace, "service", "cart"), kind: "flag", title: "Turn on gift wrapping" };
    await change(platform, { ...flag, started_at: earlier.toISOString(), from: "off", to: "on" });
    await rollOut(namespace, "checkout", "2.0.0");
    const deployed = { id: `deploy-${namespace}`, entity: entity(namespace, "deployment", "checkout"), kind: "deployment" };
    await change(platform, { ...deployed, title: "Deploy checkout 2.0.0", started_at: now.toISOString(), from: "1.0.0", to: "2.0.0" });
    demos[0]?.services[2]?.deploy({ ...fault, version: "2.0.0" });
  }

  afterAll(async () => {
    await platform?.close();
    await Promise.all(demos.map((demo) => demo.close()));
    for (const one of [namespace, calm]) await deleteEstate(one);
  });

  test("the diagnosis names the broken service and its deployment, and stands in the incident", async () => {
    const run = await reported(platform, incident.id);
    expect(brokenService(namespace)).toContain(topOf(run)?.entity);
    expect(topOf(run)?.change).toMatch(new RegExp(`deploy-${namespace}|rollout/`));
    const { items } = await platform.call<{ items: { kind: string; refers_to: string | null }[] }>(
      "GET",
      `/api/v1/incidents/${incident.id}/timeline`,
    );
    expect(items).toContainEqual(expect.objectContaining({ kind: "diagnosis_reported", refers_to: run.id }));
  });

  test("the assistant called the control plane back, and it answered", async () => {
    const run = await reported(platform, incident.id);
    const called = run.result?.tools_used.filter((use) => use.source === "control-plane") ?? [];
    expect(called.map((use) => use.outcome)).toContain("answered");
  });

  test("the snapshot of that run replays to the same diagnosis, byte for byte, in another process", async () => {
    const run = await reported(platform, incident.id);
    const headers = { authorization: `Bearer ${await platform.token()}` };
    const exported = await fetch(`${platform.url}/api/v1/diagnoses/${run.id}/snapshot`, { headers });
    const file = join(platform.directory, "run.ndjson");
    writeFileSync(file, await exported.text());
    const { stdout } = await promisify(execFile)(process.execPath, ["apps/assistant/src/replay.ts", file], { maxBuffer: 64 * 1024 * 1024 });
    expect(stdout.trim()).toBe(canonicalJson(run.result?.diagnosis));
  });

  test("asked for that deployment, it comes to the same", async () => {
    const run = await diagnose(platform, incident.id, { deployment: { cluster, namespace, name: "checkout" } });
    expect(brokenService(namespace)).toContain(topOf(run)?.entity);
  });

  test("with Loki stopped there is still a diagnosis, and the gap is named", async () => {
    await platform.restartAssistant({ ...sources, LOKI_URL: "http://127.0.0.1:9" });
    const run = await diagnose(platform, incident.id, {});
    expect(gapsOf(run)).toContain("loki");
    expect(run.result?.diagnosis.verdict).not.toBe("nothing_wrong");
  });

  test("with Prometheus answering garbage there is still a diagnosis, and never calm for lack of data", async () => {
    const garbage = await startGarbage();
    await platform.restartAssistant({ ...sources, PROMETHEUS_URL: garbage.url });
    const run = await diagnose(platform, incident.id, {});
    garbage.close();
    expect(gapsOf(run)).toContain("prometheus");
    expect(run.result?.diagnosis.verdict).not.toBe("nothing_wrong");
  });

  test("with Kubernetes absent there is still a diagnosis, and the gap is named", async () => {
    await platform.restartAssistant({ ...sources, KUBECONFIG: "" });
    const run = await diagnose(platform, incident.id, {});
    expect(run.result?.diagnosis.unknown.map((gap) => gap.because)).toContain("not_configured");
    expect(run.result?.diagnosis.verdict).not.toBe("nothing_wrong");
  });

  test("the same fault without any change blames none, although a neighbour was deployed", async () => {
    await platform.restartAssistant({ ...sources, KUBECONFIG: await readerKubeconfig(calm, platform.directory) });
    demos[1]?.services[2]?.deploy(fault);
    const run = await reported(platform, (await incidentOf(platform, calm)).id);
    expect(run.result?.diagnosis.causes.map((cause) => cause.change)).not.toContainEqual(expect.any(String));
    expect(run.result?.diagnosis.verdict).not.toBe("nothing_wrong");
  });

  test("Prometheus sends to the platform without an Alertmanager between, and its alert has the fingerprint that Alertmanager gives", async () => {
    await observe({ ...observed(), platform: { url: platform.url, token: platform.ingestToken } });
    const fingerprints = await until("the same alert from both", 60_000, async () => {
      const { items } = await platform.call<{ items: Alert[] }>("GET", "/api/v1/alerts?status=firing&limit=200");
      const of = (integration: string) => items.filter((one) => one.integration === integration && one.labels["namespace"] === calm).map((one) => one.fingerprint); // prettier-ignore
      const [direct, grouped] = [of("prometheus").sort(), of("alertmanager").sort()];
      return direct.length > 0 && direct.length === grouped.length ? { direct, grouped } : null;
    });
    expect(fingerprints.direct).toEqual(fingerprints.grouped);
  });
});
