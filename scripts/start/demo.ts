import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DiagnosisRun, DiagnosisSummary, Incident, Alert } from "@sre/contracts/control-plane";
import { entityParts } from "@sre/contracts/evidence";
import { root } from "../processes.ts";

/** How the demonstration reaches the control plane: as a sender, and as an operator with a token. */
export interface Access {
  readonly url: string;
  readonly ingestToken: string;
  readonly operatorToken: () => Promise<string>;
}

interface Recorded {
  readonly name: string;
  readonly alerts: string;
  readonly changes: readonly object[];
  readonly topology: object;
  readonly expected: { entity: string | null; fault: string | null; verdicts: readonly string[] };
}

/** The incidents recorded under `scenarios/`, by name. */
function recordedScenarios(): Recorded[] {
  const read = (folder: string, file: string): unknown => JSON.parse(readFileSync(join(folder, file), "utf8"));
  return globSync("scenarios/*/snapshot.ndjson", { cwd: root })
    .sort()
    .map((path) => join(root, dirname(path)))
    .filter((folder) => existsSync(join(folder, "expected.json")))
    .map((folder) => ({
      name: basename(folder),
      alerts: JSON.stringify(read(folder, "alerts.json")),
      changes: read(folder, "changes.json") as object[],
      topology: read(folder, "topology.json") as object,
      expected: read(folder, "expected.json") as Recorded["expected"],
    }));
}

async function call<T>(access: Access, request: { method: string; path: string; body?: object }): Promise<T> {
  const headers = {
    authorization: `Bearer ${await access.operatorToken()}`,
    ...(request.body ? { "content-type": "application/json" } : {}),
  };
  const answer = await fetch(`${access.url}${request.path}`, {
    method: request.method,
    headers,
    ...(request.body ? { body: JSON.stringify(request.body) } : {}),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`${request.method} ${request.path}: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
  return (await answer.json()) as T;
}

/** Declares the topology, reports the changes and posts the alerts through the real webhook. */
async function send(access: Access, scenario: Recorded): Promise<void> {
  await call(access, { method: "PUT", path: "/api/v1/topology", body: scenario.topology });
  for (const change of scenario.changes) await call(access, { method: "POST", path: "/api/v1/changes", body: change });
  const headers = { authorization: `Bearer ${access.ingestToken}`, "content-type": "application/json" };
  const answer = await fetch(`${access.url}/api/v1/webhooks/alertmanager`, {
    method: "POST",
    headers,
    body: scenario.alerts,
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`webhook: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
}

async function incidentsByScenario(access: Access): Promise<Map<string, string>> {
  const { items } = await call<{ items: Alert[] }>(access, { method: "GET", path: "/api/v1/alerts?limit=200" });
  return new Map(
    items.flatMap((alert) =>
      alert.labels["scenario"] && alert.incident_id ? [[alert.labels["scenario"], alert.incident_id] as const] : [],
    ),
  );
}

/** Waits until the incident's first diagnosis is reported; throws after `limitMs` or when it failed. */
async function untilDiagnosed(access: Access, incidentId: string, limitMs: number): Promise<{ incident: Incident; run: DiagnosisRun }> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    const { items } = await call<{ items: DiagnosisSummary[] }>(access, {
      method: "GET",
      path: `/api/v1/incidents/${incidentId}/diagnoses`,
    });
    const reported = items.find((item) => item.status === "reported");
    const run = reported && (await call<DiagnosisRun>(access, { method: "GET", path: `/api/v1/diagnoses/${reported.id}` }));
    if (run) return { run, incident: await call<Incident>(access, { method: "GET", path: `/api/v1/incidents/${incidentId}` }) };
    if (items[0]?.status === "failed") throw new Error(items[0].error ?? "the diagnosis failed");
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error(`no diagnosis within ${limitMs / 1_000} s`);
}

/** `diagnosed <scenario>: <verdict>, <object> <kind> (<confidence>) right|wrong` */
function verdictLine(scenario: Recorded, run: DiagnosisRun): { line: string; right: boolean } {
  const diagnosis = run.result?.diagnosis;
  const first = diagnosis?.causes[0];
  const { expected } = scenario;
  const said =
    first && diagnosis.verdict !== "nothing_wrong"
      ? `${entityParts(first.entity).kind}/${entityParts(first.entity).name} ${first.fault} (${first.confidence.toFixed(2)})`
      : "nothing to blame";
  const sameCause =
    expected.entity === null ? diagnosis?.verdict === "nothing_wrong" : first?.entity === expected.entity && first.fault === expected.fault;
  const right = sameCause && expected.verdicts.includes(diagnosis?.verdict ?? "");
  return { line: `diagnosed ${scenario.name}: ${diagnosis?.verdict ?? "no verdict"}, ${said} ${right ? "right" : "wrong"}`, right };
}

/** Sends every recorded incident that is not there yet, waits for its diagnosis and prints one line each. Resolves to whether all were right. */
export async function showScenarios(access: Access): Promise<boolean> {
  const scenarios = recordedScenarios();
  const known = await incidentsByScenario(access);
  for (const scenario of scenarios) if (!known.has(scenario.name)) await send(access, scenario);
  const incidents = await incidentsByScenario(access);
  let allRight = true;
  for (const scenario of scenarios) {
    const incidentId = incidents.get(scenario.name);
    if (!incidentId) throw new Error(`${scenario.name}: its alerts joined no incident`);
    const { line, right } = verdictLine(scenario, (await untilDiagnosed(access, incidentId, 60_000)).run);
    console.log(line);
    allRight &&= right;
  }
  return allRight;
}
