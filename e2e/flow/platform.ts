import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localSecrets } from "../../scripts/start/secrets.ts";
import { operatorToken, settingsOf } from "../../scripts/start/settings.ts";
import { startProcess, stopAll, untilReady, type Running } from "../../scripts/start/supervise.ts";

/** A port of the loopback that nobody listens on. */
export function freePort(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(String(typeof address === "object" && address ? address.port : 0)));
    });
  });
}

type Variables = Readonly<Record<string, string>>;

/** Both services as processes of their own, as an operator would run them. */
export interface Platform {
  readonly url: string;
  readonly assistantUrl: string;
  readonly ingestToken: string;
  readonly directory: string;
  /** A token of the operator. */
  token(): Promise<string>;
  /** Calls the control plane as the operator; throws with status and body when it refuses. */
  call<T>(method: string, path: string, body?: object): Promise<T>;
  /** Ends the control plane by the signal, and starts it again after a while. */
  restartControlPlane(how: { readonly signal: "SIGTERM" | "SIGKILL"; readonly awayMs: number }): Promise<void>;
  /** Stops the assistant and starts it with other sources. */
  restartAssistant(sources: Variables): Promise<void>;
  close(): Promise<void>;
}

/** Starts the platform on free ports with the sources that the variables name. */
export async function startPlatform(sources: Variables, controlPlane: Variables = {}): Promise<Platform> {
  const directory = mkdtempSync(join(tmpdir(), "flow-"));
  const [control, assistantPort, issuer] = await Promise.all([freePort(), freePort(), freePort()]);
  const ports = { CONTROL_PLANE_PORT: control, ASSISTANT_PORT: assistantPort, DEVELOPMENT_ISSUER_PORT: issuer };
  const settings = settingsOf({ ...ports, ...sources }, localSecrets(directory), directory);
  const [plane, expert] = settings.services as [(typeof settings.services)[number], (typeof settings.services)[number]];
  const start = async (service: typeof plane, more: Variables): Promise<Running> => {
    const running = startProcess({ ...service, env: { ...withoutSources, ...service.env, ...more } }, directory);
    await untilReady(running, 120_000);
    return running;
  };
  let first = await start(plane, controlPlane);
  let assistant = await start(expert, sources);
  const token = operatorToken(settings);
  return {
    url: settings.controlPlaneUrl,
    assistantUrl: expert.url,
    ingestToken: settings.ingestToken,
    directory,
    token,
    call: async <T>(method: string, path: string, body?: object) => {
      const headers = { authorization: `Bearer ${await token()}`, ...(body ? { "content-type": "application/json" } : {}) };
      const answer = await fetch(`${settings.controlPlaneUrl}${path}`, {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as T;
    },
    restartControlPlane: async ({ signal, awayMs }) => {
      first.process.kill(signal);
      await first.ended;
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      first = await start(plane, controlPlane);
    },
    restartAssistant: async (other) => {
      await stopAll([assistant], 10_000);
      assistant = await start(expert, other);
    },
    close: async () => {
      await stopAll([first, assistant], 10_000);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

// A source that a test leaves out must not leak in from the environment of the test run.
const withoutSources: Variables = {
  PROMETHEUS_URL: "",
  ALERTMANAGER_URL: "",
  LOKI_URL: "",
  KUBECONFIG: "",
  SOURCES_FILE: "",
  REDIS_URL: "",
  DATABASE_URL: "",
};
