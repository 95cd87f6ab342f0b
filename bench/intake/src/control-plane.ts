import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localSecrets } from "../../../scripts/start/secrets.ts";
import { settingsOf } from "../../../scripts/start/settings.ts";
import { startProcess, stopAll, untilReady, type Running } from "../../../scripts/start/supervise.ts";
import { query } from "./postgres.ts";

/** The control plane as a process of its own on a schema of its own. */
export interface Plane {
  readonly webhook: string;
  readonly token: string;
  readonly schema: string;
  readonly running: Running;
  /** Starts it again on the same port and schema, after it ended. */
  restart(more?: Readonly<Record<string, string>>): Promise<Plane>;
  /** Ends it and drops its schema. */
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

/** Starts the control plane on PostgreSQL at `url`; no assistant answers it. */
export async function startControlPlane(url: string, more: Readonly<Record<string, string>> = {}): Promise<Plane> {
  const directory = mkdtempSync(join(tmpdir(), "intake-"));
  const [control, assistant, issuer] = await Promise.all([freePort(), freePort(), freePort()]);
  const settings = settingsOf(
    { CONTROL_PLANE_PORT: control, ASSISTANT_PORT: assistant, DEVELOPMENT_ISSUER_PORT: issuer },
    localSecrets(directory),
    directory,
  );
  const schema = `intake_${randomUUID().slice(0, 8)}`;
  const [service] = settings.services;
  if (!service) throw new Error("no control plane");
  const env = {
    ...service.env,
    DATABASE_URL: url,
    DATABASE_SCHEMA: schema,
    LOG_LEVEL: "warn",
    REDIS_URL: "",
    DIAGNOSIS_MAX_RETRIES: "0",
    DIAGNOSIS_RECHECK_SECONDS: "0",
    ...more,
  };
  const start = async (again: Readonly<Record<string, string>>): Promise<Plane> => {
    const running = startProcess({ ...service, env: { ...env, ...again } }, directory);
    await untilReady(running, 60_000);
    return {
      webhook: `${settings.controlPlaneUrl}/api/v1/webhooks/alertmanager`,
      token: settings.ingestToken,
      schema,
      running,
      restart: (other = {}) => start(other),
      async close() {
        await stopAll([running], 10_000);
        query(url, `drop schema if exists ${schema} cascade; drop schema if exists ${schema}_jobs cascade`);
        rmSync(directory, { recursive: true, force: true });
      },
    };
  };
  return start({});
}
