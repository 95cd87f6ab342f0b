import { spawn, type ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";

const main = join(import.meta.dirname, "..", "main.ts");

/** How often a starting process is looked at, every 100 ms: creating an embedded database takes long on a busy machine. */
const looksMax = 1_500;

export interface Running {
  readonly url: string;
  readonly child: ChildProcess;
  /** How it ended: the signal, or the exit code. */
  readonly ended: Promise<string>;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    (answer) => answer.ok,
    () => false,
  );
}

/** Starts the assistant as a process of its own and waits until it is ready. */
export async function startProcess(env: Readonly<Record<string, string>>): Promise<Running> {
  const port = await freePort();
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env["PATH"] ?? "", NODE_ENV: "test", LOG_LEVEL: "error", HTTP_PORT: String(port), ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = new Promise<string>((resolve) => child.once("exit", (code, signal) => resolve(signal ?? String(code))));
  const url = `http://127.0.0.1:${port}`;
  for (let look = 0; look < looksMax && child.exitCode === null && child.signalCode === null; look++) {
    if (await isReady(url)) return { url, child, ended };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill("SIGKILL");
  throw new Error(`The assistant did not become ready: ${await ended}`);
}
