import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../scripts/processes.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): Process[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      return [{ pid: Number(name), parent, command: readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ") }];
    } catch {
      return [];
    }
  });
}

/** A process and all below it. */
function family(pid: number): Process[] {
  const all = processes();
  const below = (one: number): Process[] => all.filter((each) => each.parent === one).flatMap((each) => [each, ...below(each.pid)]);
  return [...all.filter((each) => each.pid === pid), ...below(pid)];
}

function alive(known: readonly Process[]): Process[] {
  const now = new Map(processes().map((each) => [each.pid, each.command]));
  return known.filter((each) => now.get(each.pid) === each.command && each.command !== "");
}

/** Memory that a process has for itself plus its share of what is shared, in bytes. */
function proportionalBytes(pid: number): number {
  return 1_024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
}

describe.skipIf(process.platform !== "linux")("npm start", () => {
  const directory = mkdtempSync(join(tmpdir(), "start-"));
  let ports: Record<string, string>;
  let running: { child: ChildProcess; output: () => string } | null = null;

  function start(): void {
    const environment = {
      ...process.env,
      ...ports,
      DATA_DIR: directory,
      PROMETHEUS_URL: "",
      LOKI_URL: "",
      KUBECONFIG: "",
      SOURCES_FILE: "",
      POSTGRES_URL: "",
      REDIS_URL: "",
      NODE_OPTIONS: "",
    };
    const child = spawn("npm", ["start"], { cwd: root, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
    running = { child, output: () => text };
  }

  async function said(what: string, limitMs = 120_000): Promise<string> {
    const end = performance.now() + limitMs;
    while (performance.now() < end && !running?.output().includes(what)) await sleep(50);
    expect(running?.output()).toContain(what);
    return running?.output() ?? "";
  }

  const rightIn = (text: string) => text.split("\n").filter((line) => line.startsWith("diagnosed ") && line.endsWith(" right")).length;
  const ours = () => family(running?.child.pid ?? -1);

  beforeAll(async () => {
    const [control, assistant, issuer] = await Promise.all([freePort(), freePort(), freePort()]);
    ports = { CONTROL_PLANE_PORT: String(control), ASSISTANT_PORT: String(assistant), DEVELOPMENT_ISSUER_PORT: String(issuer) };
  });

  afterAll(() => {
    for (const { pid } of ours()) process.kill(pid, "SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  });

  test("killed in the middle of its diagnoses, it leaves nothing behind, and the next start finishes them", async () => {
    start();
    const log = join(directory, "logs", "assistant.log");
    const begun = () => {
      try {
        return readFileSync(log, "utf8").includes("session");
      } catch {
        return false;
      }
    };
    for (let tries = 0; tries < 2_400 && !begun(); tries++) await sleep(50);
    expect(begun()).toBe(true);
    const known = ours();
    for (const { pid } of known) process.kill(pid, "SIGKILL");
    await sleep(2_000);
    expect(alive(known)).toEqual([]);
    start();
    expect(rightIn(await said("console: "))).toBe(4);
  }, 300_000);

  test.each(["npm", "scripts/run.mjs", "scripts/start.ts", "apps/control-plane", "apps/assistant"])(
    "when %s is killed, no orphan survives two seconds, and the next start shows the stored verdicts",
    async (victim) => {
      await said("console: ");
      const known = ours();
      const found = known.findLast((each) => each.command.includes(victim));
      expect(found).toBeDefined();
      process.kill(found?.pid ?? 0, "SIGKILL");
      await sleep(2_000);
      expect(alive(known)).toEqual([]);
      start();
      expect(rightIn(await said("console: "))).toBe(4);
    },
    180_000,
  );

  test("its whole process tree holds at most 1.2 GB in proportion", async () => {
    await said("console: ");
    await sleep(15_000);
    const bytes = ours().reduce((sum, { pid }) => sum + proportionalBytes(pid), 0);
    expect(bytes).toBeGreaterThan(200_000_000);
    expect(bytes).toBeLessThanOrEqual(1_200_000_000);
  }, 180_000);
});
