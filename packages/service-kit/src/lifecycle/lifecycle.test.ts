import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ConfigurationError } from "../config/environment.ts";
import { defaultTeamId, requireScope, systemContext } from "../identity/context.ts";
import { RuleBroken } from "../identity/rules.ts";
import { createLog } from "../observe/log.ts";
import { newUuid, systemClock } from "./clock.ts";
import { createFailPoints } from "./fail-points.ts";

const small = fileURLToPath(new URL("testing/small-service.ts", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly said: string[];
  readonly complained: string;
}

/** Runs the small service with an IPC channel, as the launcher does; `atOpen` is called once it is up. */
function run(env: Record<string, string>, atOpen: (child: ChildProcess) => void): Promise<Ended> {
  const child = spawn(process.execPath, [small], { env: { ...env, PATH: process.env["PATH"] }, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  let out = "";
  let complained = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    const wasOpen = out.includes("open\n");
    out += chunk.toString();
    if (!wasOpen && out.includes("open\n")) atOpen(child);
  });
  child.stderr?.on("data", (chunk: Buffer) => (complained += chunk.toString()));
  return new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal, said: out.trim().split("\n"), complained })));
}

const orderly = ["open", "told to stop", "closed last opened", "closed first", "done"];

describe("a service", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("told by %s closes in reverse and ends well", async (signal) => {
    const ended = await run({}, (child) => child.kill(signal));
    expect(ended).toMatchObject({ code: 0, said: orderly });
  });

  test("ends when its launcher goes away", async () => {
    expect(await run({}, (child) => child.disconnect())).toMatchObject({ code: 0, said: orderly });
  });

  test("that is misconfigured says one line on stderr, closes what was open, and exits with 78", async () => {
    const ended = await run({ SMALL: "misconfigured" }, () => undefined);
    expect(ended).toMatchObject({ code: 78, complained: "Configuration: DATABASE_URL is required\n", said: ["closed first", "done"] });
  });

  test("that cannot open exits with 1", async () => {
    expect(await run({ SMALL: "broken" }, () => undefined)).toMatchObject({ code: 1, said: ["closed first", "done"] });
  });

  test("dies at the fail point that is named, and at no other", async () => {
    expect(await run({ FAIL_POINT: "after-open", NODE_ENV: "test" }, () => undefined)).toMatchObject({ signal: "SIGKILL", said: ["open"] });
    expect(await run({ FAIL_POINT: "elsewhere", NODE_ENV: "test" }, (child) => child.kill("SIGTERM"))).toMatchObject({ code: 0 });
  });

  test("with a fail point in production does not start", async () => {
    const ended = await run({ FAIL_POINT: "after-open", NODE_ENV: "production" }, () => undefined);
    expect(ended).toMatchObject({ code: 78, complained: "Configuration: FAIL_POINT is refused in production\n" });
  });
});

test("fail points do nothing unless the environment names one", () => {
  const hits: string[] = [];
  createFailPoints({}, () => hits.push("killed")).hit("any");
  createFailPoints({ FAIL_POINT: "" }, () => hits.push("killed")).hit("");
  expect(hits).toEqual([]);
  const third = createFailPoints({ FAIL_POINT: "here:3" }, () => hits.push("killed"));
  for (const name of ["here", "there", "here", "here", "here"]) third.hit(name);
  expect(hits).toEqual(["killed"]);
  expect(() => createFailPoints({ FAIL_POINT: "x", NODE_ENV: "production" }, () => undefined)).toThrow(ConfigurationError);
});

test("identifiers are UUIDs of version 7, different, and sort by time", async () => {
  const first = newUuid();
  await new Promise((resolve) => setTimeout(resolve, 3));
  const later = Array.from({ length: 1_000 }, () => newUuid());
  expect(new Set(later).size).toBe(1_000);
  for (const id of [first, ...later]) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(later.every((id) => id > first)).toBe(true);
});

test("the clock's durations never step back", () => {
  const readings = Array.from({ length: 100 }, () => systemClock.monotonicMs());
  expect(readings).toEqual([...readings].sort((a, b) => a - b));
});

test("a call needs the scope that it is asked for", () => {
  const ctx = systemContext({
    teamId: defaultTeamId,
    traceId: "t",
    at: new Date(0),
    log: createLog({ service: "test", level: "silent" }),
    name: "timer",
    scopes: ["audit:read"],
  });
  expect(() => requireScope(ctx, "audit:read")).not.toThrow();
  expect(() => requireScope(ctx, "audit:write")).toThrow(RuleBroken);
  expect(ctx.principal).toMatchObject({ kind: "system", subject: "timer" });
});
