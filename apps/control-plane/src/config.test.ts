import { ConfigurationError, describeEnvironment } from "@sre/service-kit";
import { describe, expect, test } from "vitest";
import { controlPlaneEnvironment, readConfig } from "./config.ts";

const secret = "0123456789abcdef";
const noFile = () => {
  throw new Error("ENOENT");
};

describe("configuration", () => {
  test("starts from nothing, with what needs a secret switched off", () => {
    const config = readConfig({ NODE_ENV: "test" }, noFile);
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
  test("refuses production without TLS to the issuer, with a sample for a secret or with one secret twice", () => {
    const good = {
      OIDC_ISSUER: "https://issuer.example", OIDC_CLIENT_SECRET: "9f2b7c61d0e84a35b1", CONSOLE_CLIENT_SECRET: "0b6d4f3a92c7e815d4", INGEST_TOKEN: "c58e1f0d7ab3429660",
    }; // prettier-ignore
    const read = (more: Record<string, string>) => () => readConfig({ ...good, ...more }, noFile);
    expect(read({})().production).toBe(true);
    expect(read({ OIDC_ISSUER: "http://issuer.example" })).toThrow("OIDC_ISSUER must be https in production");
    expect(read({ INGEST_TOKEN: "change-me-change-me" })).toThrow("INGEST_TOKEN must not be a sample");
    expect(read({ INGEST_TOKEN: good.CONSOLE_CLIENT_SECRET })).toThrow("CONSOLE_CLIENT_SECRET must not be the secret of another variable");
    expect(() => readConfig({}, noFile)).toThrow(/OIDC_ISSUER must be https in production; OIDC_CLIENT_SECRET is required/);
  });
  test("takes a mapping from a text or a file, keeping what it does not replace", () => {
    const text = JSON.stringify({ service: ["app_id"] });
    expect(readConfig({ NODE_ENV: "test", ENTITY_MAPPING: text }, noFile).settings.mapping).toMatchObject({
      service: ["app_id"],
      pod: expect.arrayContaining(["pod"]),
    });
    expect(readConfig({ NODE_ENV: "test", ENTITY_MAPPING_FILE: "mapping.json" }, () => text).settings.mapping.service).toEqual(["app_id"]);
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
    expect(() => readConfig({ NODE_ENV: "test", ...env } as Record<string, string>, noFile)).toThrow(words);
  });
});
