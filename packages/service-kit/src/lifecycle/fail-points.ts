import { ConfigurationError } from "../config/environment.ts";

function chosen(env: Readonly<Record<string, string | undefined>>): { name: string; passes: number } | null {
  const [name, passes = "1"] = (env["FAIL_POINT"] ?? "").split(":");
  if (!name) return null;
  if (env["NODE_ENV"] === "production") throw new ConfigurationError([{ name: "FAIL_POINT", problem: "is refused in production" }]);
  return { name, passes: Number(passes) };
}

/**
 * Fail points of an environment: `hit` kills the process (SIGKILL) when FAIL_POINT names it; `<name>:<n>` means the n-th time.
 * Throws ConfigurationError in production.
 */
export function createFailPoints(env: Readonly<Record<string, string | undefined>>, kill: () => void): { hit(name: string): void } {
  const point = chosen(env);
  let passed = 0;
  return { hit: (reached) => void (reached === point?.name && ++passed === point.passes && kill()) };
}

let ofProcess: { hit(name: string): void } | null = null;

/** The fail points of this process, for tests that kill it where it hurts; without FAIL_POINT they do nothing. */
export const failPoints: { hit(name: string): void } = {
  hit(name) {
    ofProcess ??= createFailPoints(process.env, () => process.kill(process.pid, "SIGKILL"));
    ofProcess.hit(name);
  },
};
