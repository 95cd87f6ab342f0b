import { ConfigurationError } from "../config/environment.ts";

function chosen(env: Readonly<Record<string, string | undefined>>): string | null {
  const name = env["FAIL_POINT"];
  if (!name) return null;
  if (env["NODE_ENV"] === "production") throw new ConfigurationError([{ name: "FAIL_POINT", problem: "is refused in production" }]);
  return name;
}

/** Fail points of an environment: `hit` kills the process (SIGKILL) when FAIL_POINT names it. Throws ConfigurationError in production. */
export function createFailPoints(env: Readonly<Record<string, string | undefined>>, kill: () => void): { hit(name: string): void } {
  const name = chosen(env);
  return { hit: (reached) => void (name !== null && reached === name && kill()) };
}

let ofProcess: { hit(name: string): void } | null = null;

/** The fail points of this process, for tests that kill it where it hurts; without FAIL_POINT they do nothing. */
export const failPoints: { hit(name: string): void } = {
  hit(name) {
    ofProcess ??= createFailPoints(process.env, () => process.kill(process.pid, "SIGKILL"));
    ofProcess.hit(name);
  },
};
