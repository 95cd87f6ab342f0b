import { join } from "node:path";
import { root } from "../processes.ts";
import type { Secrets } from "./secrets.ts";
import type { Service } from "./supervise.ts";

/** What `npm start` runs with: the services' variables, from embedded defaults and what the shell gives. */
export interface Settings {
  readonly services: readonly Service[];
  readonly controlPlaneUrl: string;
  readonly issuer: string;
  readonly ingestToken: string;
  readonly operatorSecret: string;
  readonly dataDirectory: string;
  /** Real sources were given, so no recorded incident is shown. */
  readonly realSources: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;
const sourceVariables = ["PROMETHEUS_URL", "LOKI_URL", "KUBECONFIG", "KUBERNETES_IN_CLUSTER", "SOURCES_FILE"];

/** Pure: the same variables, secrets and directory give the same settings. What the shell sets wins over the defaults; the secrets of the clients have a variable each. */
export function settingsOf(env: Environment, secrets: Secrets, dataDirectory: string): Settings {
  const port = (name: string, usual: string) => env[name] ?? usual;
  const url = (name: string, usual: string) => `http://127.0.0.1:${port(name, usual)}`;
  const controlPlaneUrl = url("CONTROL_PLANE_PORT", "8080");
  const assistantUrl = url("ASSISTANT_PORT", "8081");
  const developmentIssuer = url("DEVELOPMENT_ISSUER_PORT", "8082");
  const issuer = env["OIDC_ISSUER"] ?? developmentIssuer;
  const ingestToken = env["INGEST_TOKEN"] ?? secrets.INGEST_TOKEN;
  const given = (name: keyof Secrets) => env[name] ?? secrets[name];
  const realSources = sourceVariables.some((name) => !["", "false", "0"].includes(env[name] ?? ""));
  const shared = {
    NODE_ENV: env["NODE_ENV"] ?? "development",
    HTTP_HOST: env["HTTP_HOST"] ?? "127.0.0.1",
    OIDC_ISSUER: issuer,
    DATA_DIR: dataDirectory,
  };
  const controlPlane = {
    ...shared, HTTP_PORT: port("CONTROL_PLANE_PORT", "8080"), PUBLIC_URL: env["PUBLIC_URL"] ?? controlPlaneUrl, OIDC_AUDIENCE: "control-plane", OIDC_CLIENT_ID: "control-plane",
    OIDC_CLIENT_SECRET: given("CONTROL_PLANE_CLIENT_SECRET"), CONSOLE_CLIENT_SECRET: given("CONSOLE_CLIENT_SECRET"), ASSISTANT_CLIENT_SECRET: given("ASSISTANT_CLIENT_SECRET"),
    OPERATOR_CLIENT_SECRET: given("OPERATOR_CLIENT_SECRET"), RECORDED_SCENARIOS: realSources ? "" : "1", DEVELOPMENT_ISSUER: issuer === developmentIssuer ? "1" : "", DEVELOPMENT_ISSUER_SECRET: secrets.DEVELOPMENT_ISSUER_SECRET,
    INGEST_TOKEN: ingestToken, ASSISTANT_URL: assistantUrl, GROUPING_TOPOLOGY_STEPS: env["GROUPING_TOPOLOGY_STEPS"] ?? "2",
    // A laptop that sleeps misses no alerts.
    INTAKE_GAP_SECONDS: env["INTAKE_GAP_SECONDS"] ?? "0",
  }; // prettier-ignore
  const assistant = {
    ...shared, HTTP_PORT: port("ASSISTANT_PORT", "8081"), OIDC_AUDIENCE: "assistant", OIDC_CLIENT_ID: "assistant", OIDC_CLIENT_SECRET: given("ASSISTANT_CLIENT_SECRET"),
    CONTROL_PLANE_URL: controlPlaneUrl, SNAPSHOT_DIR: env["SNAPSHOT_DIR"] ?? (realSources ? "" : join(root, "scenarios")),
  }; // prettier-ignore
  return {
    controlPlaneUrl, issuer, ingestToken, operatorSecret: given("OPERATOR_CLIENT_SECRET"), dataDirectory, realSources,
    services: [
      { name: "control-plane", main: join(root, "apps/control-plane/src/main.ts"), url: controlPlaneUrl, env: controlPlane, heapMegabytesMax: 256 },
      { name: "assistant", main: join(root, "apps/assistant/src/main.ts"), url: assistantUrl, env: assistant, heapMegabytesMax: 256 },
    ],
  }; // prettier-ignore
}

/** A token of the operator, taken from the issuer and kept until half a minute before it expires. */
export function operatorToken(settings: Pick<Settings, "issuer" | "operatorSecret">): () => Promise<string> {
  let held: { token: string; until: number } | null = null;
  return async () => {
    if (held && held.until > performance.now()) return held.token;
    const discovery = await getJson<{ token_endpoint: string }>(`${settings.issuer}/.well-known/openid-configuration`);
    const scope =
      "alerts:read incidents:read incidents:write diagnoses:write changes:read changes:write resources:read resources:write audit:read";
    const headers = { authorization: `Basic ${Buffer.from(`operator:${settings.operatorSecret}`).toString("base64")}` };
    const body = new URLSearchParams({ grant_type: "client_credentials", audience: "control-plane", scope });
    const answer = await getJson<{ access_token: string; expires_in: number }>(discovery.token_endpoint, { method: "POST", headers, body });
    held = { token: answer.access_token, until: performance.now() + (answer.expires_in - 30) * 1_000 };
    return held.token;
  };
}

async function getJson<T>(url: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${(await answer.text()).slice(0, 300)}`);
  return (await answer.json()) as T;
}
