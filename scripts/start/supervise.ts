import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathWithTools, root } from "../processes.ts";

export interface Service {
  readonly name: string;
  readonly main: string;
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  /** V8's own limit matters more for memory than code does. */
  readonly heapMegabytesMax: number;
}

/** A service's process with its log file; `ended` settles when it is gone. */
export interface Running {
  readonly service: Service;
  readonly process: ChildProcess;
  readonly logFile: string;
  readonly ended: Promise<string>;
}

/** Compiled code is kept here: every start but the first saves a second of processor. */
const compileCache = join(root, "node_modules", ".cache", "node");

/** Starts a service with the pinned Node; its log goes to a file, its end is watched, and it ends itself when we do (the IPC channel breaks). */
export function startProcess(service: Service, dataDirectory: string): Running {
  mkdirSync(join(dataDirectory, "logs"), { recursive: true });
  const logFile = join(dataDirectory, "logs", `${service.name}.log`);
  const args = [`--max-old-space-size=${service.heapMegabytesMax}`, "--max-semi-space-size=16", "--no-warnings", service.main];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...service.env, PATH: pathWithTools() },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const log = createWriteStream(logFile, { flags: "a" });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  let lastWords = "";
  child.stderr?.on("data", (chunk: Buffer) => (lastWords = `${lastWords}${chunk.toString()}`.slice(-2_000)));
  const ended = new Promise<string>((resolve) =>
    child.on("exit", (code, signal) => resolve(`${service.name} ended (${signal ?? String(code)}). ${lastWords.trim()}`)),
  );
  return { service, process: child, logFile, ended };
}

/** Waits until `/readyz` answers 200. Throws when the service ends before, or after `limitMs`. */
export async function untilReady(running: Running, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  let gone: string | null = null;
  void running.ended.then((words) => (gone = words));
  while (performance.now() < end) {
    if (gone !== null) throw new Error(gone);
    const answer = await fetch(`${running.service.url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${running.service.name} was not ready within ${limitMs / 1_000} s; its log: ${running.logFile}`);
}

/** Asks every process to stop, and kills what is still there after `graceMs`. */
export async function stopAll(all: readonly Running[], graceMs: number): Promise<void> {
  for (const { process: child } of all) child.kill("SIGTERM");
  const timer = setTimeout(() => all.forEach(({ process: child }) => child.kill("SIGKILL")), graceMs);
  await Promise.all(all.map((running) => running.ended));
  clearTimeout(timer);
}
