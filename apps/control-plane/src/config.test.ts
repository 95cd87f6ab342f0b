import { ConfigurationError, describeEnvironment } from "@sre/service-kit";
import { describe, expect, test } from "vitest";
import { controlPlaneEnvironment, readConfig as read } from "./config.ts";

/** Outside of production, unless it is said. */
const readConfig = (env: Parameters<typeof read>[0], ...more: [Parameters<typeof read>[1]?]) =>
  read({ NODE_ENV: "development", ...env }, ...more);

const secret = "0123456789abcdef";
const noFile = () => {
  throw new Error("ENOENT");
};

describe("configuration", () => {
  test("starts from nothing, with what needs a secret switched off", () => {
    const config = readConfig({}, noFile);
    expect(config.identity).toMatchObject({ client: null, console: null, ingestToken: null, audience: "control-plane" });
    expect(config.developmentIssuer).toBeNull();
    expect(config.settings.diagnosis).toMatchObject({ debounceSeconds: 30, recheckSeconds: 300 });
  });
  test("describes every variable", () => {
    const undescribed = describeEnvironment(controlPlaneEnvironment).filter(({ description }) => description === "");
    expect(undescribed).toEqual([]);
  });
  test("refuses recorded evidence in production", () => {
    expect(() => readConfig({ RECORDED_SCENARIOS: "1", OIDC_CLIENT_SECRET: secret, NODE_ENV: "production" }, noFile)).toThrow(
      /RECORDED_SCENARIOS is refused in production/,
    );
  });
  test("names the development issuer's missing secrets, and refuses it in production", () => {
    const production = { OIDC_ISSUER: "https://issuer.example", OIDC_CLIENT_SECRET: secret, NODE_ENV: "production" };
    const refused = () => readConfig({ DEVELOPMENT_ISSUER: "1", ...production }, noFile);
    expect(refused).toThrow(ConfigurationError);
    expect(refused).toThrow(/DEVELOPMENT_ISSUER_SECRET is required.*DEVELOPMENT_ISSUER is refused in production/);
  });
  test("starts in production with an issuer and an address over TLS, and with neither without", () => {
    const given = { OIDC_CLIENT_SECRET: secret, NODE_ENV: "production" };
    const https = { OIDC_ISSUER: "https://issuer.example", PUBLIC_URL: "https://sre.example" };
    expect(readConfig({ ...given, ...https }, noFile).production).toBe(true);
    expect(() => readConfig({ ...given, ...https, OIDC_ISSUER: "http://issuer.example" }, noFile)).toThrow("OIDC_ISSUER must be https");
    expect(() => readConfig({ ...given, ...https, PUBLIC_URL: "http://sre.example" }, noFile)).toThrow("PUBLIC_URL must be https");
  });
  test("takes a mapping from a text or a file, keeping what it does not replace", () => {
    const text = JSON.stringify({ service: ["app_id"] });
    expect(readConfig({ ENTITY_MAPPING: text }, noFile).settings.mapping).toMatchObject({
      service: ["app_id"],
      pod: expect.arrayContaining(["pod"]),
    });
    expect(readConfig({ ENTITY_MAPPING_FILE: "mapping.json" }, () => text).settings.mapping.service).toEqual(["app_id"]);
  });
  test.each([
    [{ ENTITY_MAPPING: "{" }, "ENTITY_MAPPING must be a JSON object"],
    [{ ENTITY_MAPPING: '{"service":"x"}' }, "ENTITY_MAPPING is not valid at service"],
    [{ ENTITY_MAPPING_FILE: "missing" }, "ENTITY_MAPPING_FILE names a file that cannot be read"],
    [{ INGEST_TOKEN: "short" }, "INGEST_TOKEN"],
    [{ SNS_TOPIC_ARNS: "arn:aws:sns:eu-central-1:123456789012:alarms" }, "SNS_CERTIFICATES_FILE is required with SNS_TOPIC_ARNS"],
    [{ SNS_TOPIC_ARNS: "alarms", SNS_FETCH_CERTIFICATES: "1" }, "SNS_TOPIC_ARNS must be ARNs of topics"],
    [
      { SNS_TOPIC_ARNS: "arn:aws:sns:eu-central-1:123456789012:alarms", SNS_CERTIFICATES_FILE: "missing" },
      "SNS_CERTIFICATES_FILE names a file that cannot be read",
    ],
  ])("refuses %j, naming the field and never its value", (env, words) => {
    expect(() => readConfig(env as Record<string, string>, noFile)).toThrow(words);
  });
});
