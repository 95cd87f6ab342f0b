import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localSecrets } from "../../scripts/start/secrets.ts";
import { operatorToken, settingsOf } from "../../scripts/start/settings.ts";
import { startProcess, stopAll, untilReady, type Running } from "../../scripts/start/supervise.ts";

type Variables = Readonly<Record<string, string>>;

/** The control plane as a process that may be killed and started again; nobody answers where its assistant should be. */
export interface ControlPlane {
  readonly url: string;
  readonly webhook: string;
  readonly ingestToken: string;
  readonly schema: string;
  /** The process of now. */
  readonly running: Running;
  /** Starts it with further variables, after the one before ended. */
  start(more?: Variables): Promise<void>;
  /** What the operator reads at a path of the API. */
  read<T>(path: string): Promise<T>;
  post(path: string, body: object): Promise<void>;
  put(path: string, body: object): Promise<void>;
  close(): Promise<void>;
}

export function freePort(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(String(typeof address === "object" && address ? address.port : 0)));
    });
  });
}

async function call(url: string, token: string, message?: { readonly method: "POST" | "PUT"; readonly body: object }): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, ...(message ? { "content-type": "application/json" } : {}) };
  const answer = await fetch(url, { headers, ...(message ? { method: message.method, body: JSON.stringify(message.body) } : {}) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** What replicas of one control plane have in common: secrets, and the schema in PostgreSQL. */
export interface Estate {
  readonly directory: string;
  readonly schema: string;
}

export const newEstate = (): Estate => ({
  directory: mkdtempSync(join(tmpdir(), "intake-")),
  schema: `intake_${randomUUID().slice(0, 8)}`,
});

/** Starts it on PostgreSQL at `databaseUrl`, in a schema of its own unless an estate is given, or on an embedded database when it is null. */
export async function startControlPlane(
  databaseUrl: string | null,
  more: Variables = {},
  { directory, schema }: Estate = newEstate(),
): Promise<ControlPlane> {
  const [CONTROL_PLANE_PORT, ASSISTANT_PORT, DEVELOPMENT_ISSUER_PORT] = await Promise.all([freePort(), freePort(), freePort()]);
  const settings = settingsOf({ CONTROL_PLANE_PORT, ASSISTANT_PORT, DEVELOPMENT_ISSUER_PORT }, localSecrets(directory), directory);
  const [service] = settings.services as [(typeof settings.services)[number]];
  const database = { DATABASE_URL: databaseUrl ?? "", DATABASE_SCHEMA: schema };
  const quiet = { LOG_LEVEL: "warn", REDIS_URL: "", DIAGNOSIS_MAX_RETRIES: "0", DIAGNOSIS_RECHECK_SECONDS: "0" };
  let running: Running | null = null;
  const start = async (variables: Variables = {}) => {
    running = startProcess({ ...service, env: { ...service.env, ...quiet, ...database, ...more, ...variables } }, directory);
    await untilReady(running, 60_000);
  };
  const token = operatorToken(settings);
  await start();
  return {
    url: settings.controlPlaneUrl,
    webhook: `${settings.controlPlaneUrl}/api/v1/webhooks/alertmanager`,
    ingestToken: settings.ingestToken,
    schema,
    get running() {
      return running!;
    },
    start,
    read: async <T>(path: string) => (await call(`${settings.controlPlaneUrl}${path}`, await token())) as T,
    post: async (path, body) => void (await call(`${settings.controlPlaneUrl}${path}`, await token(), { method: "POST", body })),
    put: async (path, body) => void (await call(`${settings.controlPlaneUrl}${path}`, await token(), { method: "PUT", body })),
    close: async () => {
      if (running) await stopAll([running], 10_000);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
