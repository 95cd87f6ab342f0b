import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathWithTools, root } from "../processes.ts";

const limitMs = 120_000;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Runs `npm start` in an empty data directory until it names the console; resolves to what it printed. */
async function start(dataDirectory: string): Promise<string> {
  const [control, assistant, issuer] = await Promise.all([freePort(), freePort(), freePort()]);
  const ports = { CONTROL_PLANE_PORT: String(control), ASSISTANT_PORT: String(assistant), DEVELOPMENT_ISSUER_PORT: String(issuer) };
  const child = spawn("npm", ["start"], {
    cwd: root,
    env: { ...process.env, ...ports, DATA_DIR: dataDirectory, PATH: pathWithTools() },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const started = performance.now();
  let output = "";
  const timer = setTimeout(() => child.kill("SIGTERM"), limitMs);
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    output += chunk.toString();
    if (output.includes("console: ")) break;
  }
  clearTimeout(timer);
  child.kill("SIGTERM");
  await new Promise((resolve) => (child.exitCode === null ? child.once("exit", resolve) : resolve(null)));
  console.log(`${output.trim()}\n(${((performance.now() - started) / 1_000).toFixed(1)} s)`);
  return output;
}

/** Twice on the same data: cold, then warm with the stored verdicts. Every scenario must be diagnosed right both times. */
const dataDirectory = mkdtempSync(join(tmpdir(), "first-run-"));
for (const round of ["cold", "warm"]) {
  const output = await start(dataDirectory);
  const lines = output.split("\n").filter((line) => line.startsWith("diagnosed "));
  if (lines.length >= 4 && lines.every((line) => line.endsWith(" right"))) continue;
  console.error(`${round}: ${lines.length} scenarios, not all right`);
  process.exitCode = 1;
}
