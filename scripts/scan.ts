import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runStep } from "./processes.ts";
import { freePort } from "../e2e/intake/control-plane.ts";
import { clientToken } from "./scan/client-token.ts";
import { missingHeaders } from "./scan/headers.ts";
import { localSecrets } from "./start/secrets.ts";
import { operatorToken, settingsOf, type Settings } from "./start/settings.ts";
import { startProcess, stopAll, untilReady, type Running } from "./start/supervise.ts";

/*
 * Property tests of every operation, made from the released documents by a scanner that is not ours (Schemathesis, from PyPI), and
 * the security headers of the console. The services run as `npm start` runs them, on an empty embedded database.
 */

const schemathesis = process.env["SCHEMATHESIS"] ?? "schemathesis";
const readyMsMax = 60_000;
const graceMs = 10_000;

interface Scan {
  readonly name: string;
  readonly document: "control-plane" | "assistant";
  readonly url: string;
  readonly token: string;
  readonly paths: readonly string[];
}

async function scansOf(settings: Settings, controlPlaneSecret: string): Promise<Scan[]> {
  const assistantUrl = settings.services.find(({ name }) => name === "assistant")?.url ?? "";
  const assistant = await clientToken(settings.issuer, { id: "control-plane", secret: controlPlaneSecret, audience: "assistant", scope: "diagnostics:run diagnostics:read" }); // prettier-ignore
  const url = settings.controlPlaneUrl;
  const people = await operatorToken(settings)();
  const forSenders = "^/api/v1/webhooks/(?!.*preview)|^/api/v2/";
  return [
    { name: "people", document: "control-plane", url, token: people, paths: [`--exclude-path-regex=${forSenders}|^/auth/|/events$`] },
    { name: "senders", document: "control-plane", url, token: settings.ingestToken, paths: [`--include-path-regex=${forSenders}`] },
    { name: "assistant", document: "assistant", url: assistantUrl, token: assistant, paths: [] },
  ];
}

async function scan({ name, document, url, token, paths }: Scan): Promise<boolean> {
  const options = ["--phases=examples,coverage,fuzzing", "--max-examples=30", "--suppress-health-check=filter_too_much", "--continue-on-failure"]; // prettier-ignore
  const command = [schemathesis, "--config-file=scripts/scan/schemathesis.toml", "run", `openapi/${document}.json`, `--url=${url}`, `--header=Authorization: Bearer ${token}`, ...options, ...paths]; // prettier-ignore
  console.log(`\n── schemathesis, operations of ${name}`);
  const { ok } = await runStep({ name, command: command as [string, ...string[]] }, true);
  return ok;
}

const directory = mkdtempSync(join(tmpdir(), "scan-"));
const started: Running[] = [];
try {
  const [CONTROL_PLANE_PORT, ASSISTANT_PORT, DEVELOPMENT_ISSUER_PORT] = await Promise.all([freePort(), freePort(), freePort()]);
  const secrets = localSecrets(directory);
  const settings = settingsOf({ CONTROL_PLANE_PORT, ASSISTANT_PORT, DEVELOPMENT_ISSUER_PORT }, secrets, directory);
  for (const service of settings.services) {
    const running = startProcess(service, directory);
    started.push(running);
    await untilReady(running, readyMsMax);
  }
  const missing = await missingHeaders(settings.controlPlaneUrl, ["/", "/healthz", "/api/v1/alerts"]);
  for (const each of missing) console.log(`missing: ${each}`);
  let ok = missing.length === 0;
  for (const each of await scansOf(settings, secrets.CONTROL_PLANE_CLIENT_SECRET)) ok = (await scan(each)) && ok;
  console.log(ok ? "\nno finding" : "\nfindings stand above");
  process.exitCode = ok ? 0 : 1;
} finally {
  await stopAll(started, graceMs);
  rmSync(directory, { recursive: true, force: true });
  for (const kept of [".hypothesis", ".schemathesis"]) rmSync(join(root, kept), { recursive: true, force: true });
}
