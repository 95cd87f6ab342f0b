import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** One step of a script: a name for people and the command, whose first word is looked up in `node_modules/.bin`. */
export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

/** PATH with the pinned Node and the locked tools first. */
export function pathWithTools(): string {
  return [join(process.execPath, ".."), join(root, "node_modules", ".bin"), process.env["PATH"] ?? ""].join(
    process.platform === "win32" ? ";" : ":",
  );
}

/** Runs a step; its output is printed when it fails, or as it comes with `live`. Resolves to whether it succeeded. */
export function runStep(step: Step, live = false): Promise<{ ok: boolean; output: string; seconds: number }> {
  const started = performance.now();
  const [program, ...args] = step.command;
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...step.env, PATH: pathWithTools() },
    stdio: live ? "inherit" : ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => {
    const end = (ok: boolean) => resolve({ ok, output, seconds: (performance.now() - started) / 1000 });
    child.on("error", (error) => ((output += error.message), end(false)));
    child.on("exit", (code) => end(code === 0));
  });
}

/** Runs steps, at most `width` side by side, prints one line each and the output of those that failed. Resolves to whether all succeeded. */
export async function runSteps(steps: readonly Step[], width: number): Promise<boolean> {
  const waiting = [...steps];
  let allOk = true;
  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const { ok, output, seconds } = await runStep(step);
      console.log(`${ok ? "✔" : "✖"} ${step.name} (${seconds.toFixed(1)} s)`);
      if (!ok) console.log(output);
      allOk &&= ok;
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return allOk;
}
