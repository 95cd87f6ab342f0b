import { ConfigurationError, describeEnvironment } from "@sre/service-kit";
import { expect, it } from "vitest";
import { assistantEnvironment, readConfig } from "./config.ts";

it("runs on defaults: embedded database, any caller, the control plane on this machine", () => {
  const config = readConfig({ NODE_ENV: "test" });
  expect(config).toMatchObject({
    http: { host: "127.0.0.1", port: 8081 },
    identity: { audience: "assistant", callers: null, client: null },
    controlPlane: { url: "http://127.0.0.1:8080", audience: "control-plane" },
    snapshotDirectory: null,
    database: { kind: "embedded" },
  });
  expect(config.settings).toMatchObject({ timeLimitSeconds: 120, retriesMax: 5, concurrentMax: 8 });
});

it("reads what is given", () => {
  const config = readConfig({
    NODE_ENV: "test",
    CALLERS: " control-plane, bench ,",
    OIDC_CLIENT_SECRET: "0123456789abcdef",
    DIAGNOSIS_TIMEOUT_SECONDS: "30",
    PROMETHEUS_URL: "http://prometheus:9090",
  });
  expect(config.identity.callers).toEqual(["control-plane", "bench"]);
  expect(config.identity.client).toEqual({ id: "assistant", secret: "0123456789abcdef" });
  expect(config.settings.timeLimitSeconds).toBe(30);
  expect(config.sources.map(({ kind }) => kind)).toEqual(["prometheus", "control-plane"]);
});

it.each([
  ["DIAGNOSIS_TIMEOUT_SECONDS", "4"],
  ["MAX_RETRIES", "many"],
  ["CONTROL_PLANE_URL", "ftp://elsewhere"],
  ["OIDC_CLIENT_SECRET", "hunter2"],
])("refuses a bad %s by its name, never by its value", (name, value) => {
  const reading = () => readConfig({ NODE_ENV: "test", [name]: value });
  expect(reading).toThrow(ConfigurationError);
  expect(reading).toThrow(name);
  expect(reading).not.toThrow(new RegExp(`\\b${value}\\b`));
});

it("refuses production without TLS to the issuer and a secret that is no sample", () => {
  const good = { OIDC_ISSUER: "https://issuer.example", OIDC_CLIENT_SECRET: "9f2b7c61d0e84a35b1" };
  expect(readConfig(good).production).toBe(true);
  expect(() => readConfig({ ...good, OIDC_ISSUER: "http://issuer.example" })).toThrow("OIDC_ISSUER must be https in production");
  expect(() => readConfig({ ...good, OIDC_CLIENT_SECRET: "change-me-change-me" })).toThrow("OIDC_CLIENT_SECRET must not be a sample");
});

it("describes every variable", () => {
  for (const { name, description } of describeEnvironment(assistantEnvironment)) expect(description, name).not.toBe("");
});
