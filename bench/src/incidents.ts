import type { DiagnosisRun, DiagnosisSummary } from "@sre/contracts/control-plane";
import type { Platform } from "../../e2e/flow/platform.ts";
import type { TimedSources } from "./sources.ts";

export interface Bench {
  readonly platform: Platform;
  readonly sources: TimedSources;
}

/** One alert of a service of its own, so that it opens an incident of its own. Returns the incident's id. */
export async function alert({ platform, sources }: Bench, service: string): Promise<string> {
  sources.addService(service);
  const labels = { alertname: "HighErrorRate", severity: "critical", cluster: "bench", namespace: "bench", environment: "bench", service };
  const one = {
    status: "firing",
    labels,
    annotations: {},
    startsAt: new Date(Date.now() - 60_000).toISOString(),
    endsAt: "0001-01-01T00:00:00Z",
    generatorURL: "",
    fingerprint: Buffer.from(service).toString("hex").padEnd(16, "0").slice(0, 16),
  };
  const body = JSON.stringify({ version: "4", groupKey: service, status: "firing", receiver: "bench", alerts: [one] });
  const headers = { authorization: `Bearer ${platform.ingestToken}`, "content-type": "application/json" };
  const answer = await fetch(`${platform.url}/api/v1/webhooks/alertmanager`, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`webhook: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { incident_ids: string[] }).incident_ids[0] ?? "";
}

/** The first diagnosis of an incident that ended, in whatever way. */
export async function reported(platform: Platform, incidentId: string): Promise<DiagnosisRun> {
  for (let tries = 0; tries < 6_000; tries++) {
    const { items } = await platform.call<{ items: DiagnosisSummary[] }>("GET", `/api/v1/incidents/${incidentId}/diagnoses`);
    const run = items.find((item) => item.status === "reported" || item.status === "failed");
    if (run) return platform.call<DiagnosisRun>("GET", `/api/v1/diagnoses/${run.id}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no diagnosis of ${incidentId}`);
}
