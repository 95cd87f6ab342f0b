import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ConfigurationError, describeEnvironment, flag, readEnvironment } from "./environment.ts";
import { isLoopbackUrl, requireSafeProduction, serviceEnvironment } from "./service-environment.ts";

const schema = z.object({
  DATABASE_URL: z.url().meta({ description: "where the rows are", secret: true }),
  PORT: z.coerce.number().int().min(1).max(65_535).default(8080).meta({ description: "where to listen", unit: "port" }),
  MODE: z.enum(["fast", "safe"]).optional().meta({ description: "how" }),
  DEMO: flag(false).meta({ description: "whether to show a demo" }),
});

function problems(env: Record<string, string>): readonly { name: string; problem: string }[] {
  try {
    readEnvironment(schema, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.fields;
    throw error;
  }
}

describe("readEnvironment", () => {
  test("gives typed values with their defaults, and an empty value counts as unset", () => {
    expect(readEnvironment(schema, { DATABASE_URL: "postgres://h/d", PORT: "", MODE: "", DEMO: "on", OTHER: "x" })).toEqual({
      DATABASE_URL: "postgres://h/d",
      PORT: 8080,
      DEMO: true,
    });
  });

  test("names every field at fault and never a value", () => {
    const found = problems({ DATABASE_URL: "hunter2 is the password", PORT: "70000", MODE: "hunter2", DEMO: "hunter2" });
    expect(found.map(({ name }) => name)).toEqual(["DATABASE_URL", "PORT", "MODE", "DEMO"]);
    expect(JSON.stringify(found)).not.toContain("hunter2");
    expect(new ConfigurationError(found).message).toContain("PORT must be at most 65535");
  });

  test("says of a missing field that it is required", () => {
    expect(problems({})).toEqual([{ name: "DATABASE_URL", problem: "is required" }]);
  });
});

describe("describeEnvironment", () => {
  test("tells meaning, default, unit, whether it is required and whether it is a secret", () => {
    expect(describeEnvironment(schema)).toEqual([
      { name: "DATABASE_URL", description: "where the rows are", default: null, unit: null, required: true, secret: true },
      { name: "PORT", description: "where to listen", default: "8080", unit: "port", required: false, secret: false },
      { name: "MODE", description: "how", default: null, unit: null, required: false, secret: false },
      { name: "DEMO", description: "whether to show a demo", default: "false", unit: null, required: false, secret: false },
    ]);
  });
});

describe("the variables of every service", () => {
  test("all have a meaning, need nothing to start, and hold no secret by default", () => {
    const described = describeEnvironment(serviceEnvironment);
    expect(described.filter(({ description }) => description === "")).toEqual([]);
    expect(described.filter(({ required }) => required)).toEqual([]);
    expect(described.filter((field) => field.secret && field.default !== null)).toEqual([]);
  });

  test("are production unless said otherwise, and refuse weak secrets and odd URLs", () => {
    expect(readEnvironment(serviceEnvironment, {}).NODE_ENV).toBe("production");
    expect(readEnvironment(serviceEnvironment, { OIDC_ISSUER: "https://issuer.example/realms/sre/" }).OIDC_ISSUER).toBe(
      "https://issuer.example/realms/sre",
    );
    const bad = { OIDC_CLIENT_SECRET: "short", REDIS_URL: "http://redis", PUBLIC_URL: "javascript:alert(1)", HTTP_PORT: "-1" };
    expect(() => readEnvironment(serviceEnvironment, bad)).toThrow(
      /HTTP_PORT .*PUBLIC_URL .*OIDC_CLIENT_SECRET must be at least 16 characters long; REDIS_URL/,
    );
  });
});

test("only addresses of this machine are loopback", () => {
  const urls = [
    "http://127.0.0.1:1",
    "http://localhost/x",
    "http://[::1]:8",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "nonsense",
  ];
  expect(urls.map(isLoopbackUrl)).toEqual([true, true, true, false, false, false]);
});

test("production refuses an issuer without TLS and a missing or sample secret, naming the fields", () => {
  const check =
    (env: Record<string, string>, own: Record<string, string | undefined> = {}) =>
    () =>
      requireSafeProduction(readEnvironment(serviceEnvironment, env), own);
  expect(check({})).toThrow("OIDC_ISSUER must be https in production; OIDC_CLIENT_SECRET is required in production");
  const https = { OIDC_ISSUER: "https://issuer.example" };
  expect(check({ ...https, OIDC_CLIENT_SECRET: "change-me-change-me" })).toThrow("OIDC_CLIENT_SECRET must not be a sample");
  expect(check({ ...https, OIDC_CLIENT_SECRET: "a".repeat(32) })).toThrow("OIDC_CLIENT_SECRET must not be a sample");
  expect(check({ ...https, OIDC_CLIENT_SECRET: "9f2b7c61d0e84a35b1" })).not.toThrow();
  const safe = { ...https, OIDC_CLIENT_SECRET: "9f2b7c61d0e84a35b1" };
  expect(check({ ...safe, PUBLIC_URL: "http://sre.example" })).toThrow("PUBLIC_URL must be https in production");
  expect(check({ ...safe, PUBLIC_URL: "https://sre.example" })).not.toThrow();
  expect(check(safe, { TOKEN: "change-me-change-me" })).toThrow("TOKEN must not be a sample");
  expect(check(safe, { TOKEN: safe.OIDC_CLIENT_SECRET })).toThrow("TOKEN must not be the secret of another variable");
  expect(check(safe, { TOKEN: "0b6d4f3a92c7e815d4", UNSET: undefined, ALSO_UNSET: undefined })).not.toThrow();
  expect(check({ NODE_ENV: "development" })).not.toThrow();
});
