import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DiagnosticAccepted, DiagnosticStatus } from "@sre/contracts/assistant";
import { canonicalJson } from "@sre/contracts/canonical";
import type { Diagnosis } from "@sre/contracts/evidence";
import { writeSnapshot } from "@sre/evidence";
import { localSecrets } from "../../../scripts/start/secrets.ts";
import { settingsOf } from "../../../scripts/start/settings.ts";
import { startProcess, stopAll, untilReady, type Running } from "../../../scripts/start/supervise.ts";
import type { RcaCase } from "./case.ts";
import { rankedCauses } from "./predict.ts";
import type { Prediction } from "./prediction.ts";

const readyMsMax = 120_000;
const graceMs = 10_000;
const sessionMsMax = 120_000;
const pollMs = 50;

/** A run with what the engine said of it in this process. */
export interface Sampled {
  readonly one: RcaCase;
  readonly prediction: Prediction;
}

/** Whether the assistant said the same; `detail` is what differs. */
export interface Agreement {
  readonly name: string;
  readonly agreed: boolean;
  readonly detail: string;
}

function freePort(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(String(typeof address === "object" && address ? address.port : 0)));
    });
  });
}

// What the shell of the bench names must not leak into the services.
const nothingElse = { PROMETHEUS_URL: "", LOKI_URL: "", KUBECONFIG: "", SOURCES_FILE: "", REDIS_URL: "", DATABASE_URL: "" };

interface RunningAssistant extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
}

async function tokenFrom(issuer: string, secret: string): Promise<string> {
  const headers = { authorization: `Basic ${Buffer.from(`control-plane:${secret}`).toString("base64")}` };
  const body = new URLSearchParams({ grant_type: "client_credentials", audience: "assistant", scope: "diagnostics:run diagnostics:read" });
  const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
  const { token_endpoint: url } = (await discovery.json()) as { token_endpoint: string };
  const answer = await fetch(url, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`The issuer refused a token: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Starts the services as processes of their own, as `npm start` does, with the snapshots of a directory as their only source. */
async function startAssistant(directory: string): Promise<RunningAssistant> {
  const [control, own, development] = await Promise.all([freePort(), freePort(), freePort()]);
  const ports = { CONTROL_PLANE_PORT: control, ASSISTANT_PORT: own, DEVELOPMENT_ISSUER_PORT: development };
  const secrets = localSecrets(directory);
  const settings = settingsOf({ ...ports, SNAPSHOT_DIR: directory }, secrets, directory);
  const started: Running[] = [];
  const dispose = () => stopAll(started, graceMs);
  try {
    for (const service of settings.services) {
      const running = startProcess({ ...service, env: { ...nothingElse, ...service.env } }, directory);
      started.push(running);
      await untilReady(running, readyMsMax);
    }
    const token = await tokenFrom(settings.issuer, secrets.CONTROL_PLANE_CLIENT_SECRET);
    return { url: `http://127.0.0.1:${own}`, token, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function call(assistant: RunningAssistant, path: string, body?: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${assistant.token}`, ...(body ? { "content-type": "application/json" } : {}) };
  const init = body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers };
  const answer = await fetch(`${assistant.url}${path}`, init);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
  return answer.json();
}

/** Sends one run as a service would, and waits for the result. */
async function diagnosisOf(assistant: RunningAssistant, { one }: Sampled, ids: { snapshot: string; incident: string }): Promise<Diagnosis> {
  const { as_of, alerts, entities } = one.snapshot.header.scope;
  const named = { incident_id: ids.incident, severity: "critical", affected_services: entities, as_of, alerts, snapshot: ids.snapshot };
  const { session_id: session } = DiagnosticAccepted.parse(await call(assistant, "/api/v1/diagnostics/alerts", named));
  for (let waited = 0; waited < sessionMsMax; waited += pollMs) {
    const status = DiagnosticStatus.parse(await call(assistant, `/api/v1/diagnostics/${session}/status`));
    if (status.result !== null) return status.result.diagnosis;
    if (status.status === "failed" || status.status === "cancelled")
      throw new Error(`the session ${status.status}: ${status.error?.detail ?? ""}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new Error(`no result within ${sessionMsMax / 1_000} s`);
}

const told = ({ verdict, ranked }: Pick<Prediction, "verdict" | "ranked">): string =>
  canonicalJson([verdict, ranked.map(({ rank, entity, fault, confidence }) => [rank, entity, fault, confidence])]);

const name = ({ one }: Sampled): string => [one.system, one.id, one.run].filter((part) => part !== "").join(" ");

async function agreementOf(assistant: RunningAssistant, sampled: Sampled, ids: { snapshot: string; incident: string }): Promise<Agreement> {
  try {
    const diagnosis = await diagnosisOf(assistant, sampled, ids);
    const said = told({ verdict: diagnosis.verdict, ranked: rankedCauses(diagnosis) });
    const expected = told(sampled.prediction);
    return {
      name: name(sampled),
      agreed: said === expected,
      detail: said === expected ? "" : `the assistant said ${said}, the engine ${expected}`,
    };
  } catch (error) {
    return { name: name(sampled), agreed: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Sends the runs through the assistant's own API, and tells for each whether it came to the same verdict, causes and confidences. */
export async function throughApi(sample: readonly Sampled[], newId: () => string): Promise<Agreement[]> {
  const directory = mkdtempSync(join(tmpdir(), "rca-api-"));
  try {
    const names = sample.map((_, index) => `rca-${index}`);
    sample.forEach(({ one }, i) => writeFileSync(join(directory, `${names[i]}.ndjson.gz`), writeSnapshot(one.snapshot, { gzip: true })));
    await using assistant = await startAssistant(directory);
    const agreements: Agreement[] = [];
    for (const [i, sampled] of sample.entries())
      agreements.push(await agreementOf(assistant, sampled, { snapshot: names[i] ?? "", incident: newId() }));
    return agreements;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
